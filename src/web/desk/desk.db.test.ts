import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf, type TestSite } from '../../../test/site.ts'
import { claimAuthorship } from '../../moderation/authorship.ts'
import { findSuspicions } from '../../moderation/find-suspicions.ts'
import { moderationLog } from '../../moderation/moderation-log.ts'
import { submitPaper } from '../../moderation/submissions.ts'
import { castVote } from '../../ranking/votes.ts'
import { importPapers } from '../../sources/import.ts'

const now = NOON
const YESTERDAY = new Date(NOON.getTime() - 86_400_000)

describeWithDatabase('the curators’ desk', (db) => {
  const open = async () => {
    const opened = openSite(db())
    await opened.record([stated('2601.00001', { title: 'Tides of sand', authors: [{ name: 'Iris Sand' }] })])
    const { id: paperId } = await db().selectFrom('papers').select('id').executeTakeFirstOrThrow()
    return { ...opened, paperId }
  }
  const log = async () => (await moderationLog(db(), { before: null, limit: 50 })).entries
  const ada = () => signIn(db(), { name: 'Ada', curator: true })
  const wordsAt = async (app: TestSite['app'], path: string, cookie = '') =>
    wordsOf(await (await app.request(path, { headers: { cookie } })).text())
  const newComment = async (app: TestSite['app'], cookie: string, body = 'Rubbish, all of it.') => {
    await post(app, '/papers/2601.00001/comments', { body }, { cookie })
    const { id } = await db()
      .selectFrom('comments')
      .select('id')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    return id
  }

  it('is for curators', async () => {
    const { app, paperId } = await open()
    const { reader, cookie } = await signIn(db())
    const suspended = await signIn(db(), { curator: true, suspendedAt: YESTERDAY })
    const pages = ['/desk', '/desk/readers', '/desk/imports', '/desk/imports/1']
    const acts: [string, Record<string, string>][] = [
      [`/desk/papers/${paperId}/hiding`, {}],
      [`/desk/papers/${paperId}/merger`, { with: '2601.00002' }],
      ['/desk/comments/1/hiding', {}],
      ['/desk/collections/aaaaaaaaaaaa/hiding', {}],
      [`/desk/readers/${reader.id}/suspension`, {}],
      ['/desk/submissions/1/acceptance', {}],
      [`/desk/claims/${paperId}/${reader.id}/confirmation`, {}],
      ['/desk/suspicions/1/suspension', {}],
    ]
    for (const path of pages) {
      const anonymous = await app.request(path)
      expect([anonymous.status, anonymous.headers.get('location')]).toEqual([
        303,
        `/sign-in?to=${encodeURIComponent(path)}`,
      ])
      for (const other of [cookie, suspended.cookie]) {
        const answer = await app.request(path, { headers: { cookie: other } })
        expect(answer.status).toBe(403)
        expect(answer.headers.get('cache-control')).toBe('no-store')
      }
    }
    for (const [path, fields] of acts) {
      const all = { ...fields, reason: 'Because.' }
      expect((await post(app, path, all)).headers.get('location')).toMatch(/^\/sign-in/)
      for (const other of [cookie, suspended.cookie])
        expect((await post(app, path, all, { cookie: other })).status).toBe(403)
      const { cookie: own } = await ada()
      for (const reason of ['', ' ', 'x'.repeat(1_001)]) {
        const answer = await post(app, path, { ...fields, reason }, { cookie: own })
        expect([answer.status, wordsOf(await answer.text())]).toEqual([
          422,
          expect.stringContaining('Give a reason'),
        ])
      }
      const broken = path.replaceAll(/\/(?:\d+|a{12}|[\da-f-]{36})(?=\/)/g, "/';--")
      expect(broken).not.toBe(path)
      expect((await post(app, broken, all, { cookie: own })).status).toBe(404)
      // GET changes nothing.
      expect((await app.request(path, { headers: { cookie: own } })).status).toBeLessThan(500)
    }
    expect(await log()).toEqual([])
  })

  it('says when nothing waits', async () => {
    const { app } = await open()
    const { cookie } = await ada()
    const answer = await app.request('/desk', { headers: { cookie } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(wordsOf(await answer.text())).toContain('Nothing is waiting for review.')
    expect(await wordsAt(app, '/desk/imports', cookie)).toContain('Nothing has been imported yet.')
    expect(await wordsAt(app, '/desk/readers?q=nobody', cookie)).toContain('No readers match your search.')
    expect(await wordsAt(app, '/moderation')).toContain('Curators have not had to do anything yet.')
  })

  it('takes a flagged paper through: flagged, seen, hidden, in the public log', async () => {
    const { app, paperId } = await open()
    const { cookie: reader } = await signIn(db(), { name: 'Bert' })
    expect((await app.request('/papers/2601.00001/flag')).headers.get('location')).toContain('/sign-in')
    expect(await wordsAt(app, '/papers/2601.00001/flag', reader)).toContain(
      'You are flagging “Tides of sand”',
    )
    const empty = await post(app, '/papers/2601.00001/flag', { note: 'Hm <b>' }, { cookie: reader })
    expect([empty.status, await empty.text()]).toEqual([422, expect.stringContaining('Hm &lt;b&gt;')])
    for (let i = 0; i < 2; i++) {
      const fields = { reason: 'spam', note: 'It <b>sells</b> sand.' }
      const flagged = await post(app, '/papers/2601.00001/flag', fields, { cookie: reader })
      expect([flagged.status, wordsOf(await flagged.text())]).toEqual([
        200,
        expect.stringContaining('Thank you'),
      ])
    }

    const { cookie } = await ada()
    const desk = await wordsAt(app, '/desk', cookie)
    expect(desk).toContain('Flags 1')
    expect(desk).toContain('Spam or advertising: It <b>sells</b> sand. — Bert')
    const fields = { reason: 'It <i>sells</i> sand.', back: '/desk?done' }
    const path = `/desk/papers/${paperId}/hiding`
    const acts = await Promise.all([1, 2].map(() => post(app, path, fields, { cookie })))
    expect(acts.map(({ status }) => status)).toEqual([303, 303])
    expect(await wordsAt(app, '/desk?done', cookie)).toContain(
      'Done, and recorded in the moderation log. Flags 0',
    )
    expect(await log()).toHaveLength(1)
    // Curators, who still see it, need not open their tools to learn that nobody else does.
    const hidden = await (await app.request('/papers/2601.00001', { headers: { cookie } })).text()
    const beforeTools = hidden.slice(0, hidden.indexOf('<details class="desk-tools">'))
    expect(wordsOf(beforeTools)).toContain('This paper is hidden. Only curators can see it.')

    const page = await (await app.request('/moderation')).text()
    expect(wordsOf(page)).toContain('Ada hid the paper “Tides of sand”, just now It <i>sells</i> sand.')
    expect(page).not.toContain('<i>sells')
    expect((await app.request('/papers/2601.00001/flag', { headers: { cookie: reader } })).status).toBe(404)
  })

  it('hides a comment that three trusted readers flag, until a curator has looked', async () => {
    const { app } = await open()
    const writer = await signIn(db(), { name: 'Wim' })
    const id = await newComment(app, writer.cookie)
    for (let i = 0; i < 3; i++) {
      const { cookie } = await signIn(db())
      expect((await app.request(`/comments/${id}/flag`, { headers: { cookie } })).status).toBe(200)
      expect((await post(app, `/comments/${id}/flag`, { reason: 'abuse' }, { cookie })).status).toBe(200)
    }
    const moderation = await wordsAt(app, '/moderation')
    expect(moderation).toContain('The site hid a comment by Wim on “Tides of sand”')
    expect(moderation).not.toContain('Rubbish')
    const { cookie } = await ada()
    expect(await wordsAt(app, '/desk', cookie)).toContain('Rubbish, all of it.')
    const shown = await post(
      app,
      `/desk/comments/${id}/hiding/end`,
      { reason: 'Harsh, but fair.' },
      { cookie },
    )
    expect(shown.status).toBe(303)
    expect(await db().selectFrom('comments').select('hidden_at').execute()).toEqual([{ hidden_at: null }])
    for (const bad of ['0', 'x', '99999999999999999999', '7777'])
      expect((await app.request(`/comments/${bad}/flag`, { headers: { cookie } })).status).toBe(404)
  })

  it('flags public collections and no others', async () => {
    const { app } = await open()
    const { reader } = await signIn(db())
    const make = (id: string, isPublic: boolean) =>
      db()
        .insertInto('collections')
        .values({
          id,
          reader_id: reader.id,
          title: 'Sand',
          public: isPublic,
          created_at: now,
          changed_at: now,
        })
        .execute()
    await make('aaaaaaaaaaaa', true)
    await make('bbbbbbbbbbbb', false)
    const { cookie } = await signIn(db())
    const flagAt = (id: string) => post(app, `/collections/${id}/flag`, { reason: 'other' }, { cookie })
    expect((await flagAt('aaaaaaaaaaaa')).status).toBe(200)
    expect((await flagAt('bbbbbbbbbbbb')).status).toBe(404)
    expect((await app.request('/collections/bbbbbbbbbbbb/flag', { headers: { cookie } })).status).toBe(404)
    const curator = await ada()
    const path = '/desk/collections/aaaaaaaaaaaa/flags/dismissal'
    expect((await post(app, path, { reason: 'It is sand.' }, { cookie: curator.cookie })).status).toBe(303)
    expect(await log()).toMatchObject([{ reason: 'It is sand.' }])
  })

  it('takes in what new readers submit, with what they wrote, or refuses it', async () => {
    const { app } = await open()
    const { reader } = await signIn(db(), { name: 'Nils', createdAt: YESTERDAY })
    const submit = (value: string) =>
      submitPaper(db(), {
        writeNote: async () => {},
        found: stated(value, { source: 'arxiv-atom', title: `On ${value}` }),
        identifier: { scheme: 'arxiv', value },
        readerId: reader.id,
        trusted: false,
        note: 'A fine one.',
        now,
        timeZone: 'UTC',
      })
    await submit('2601.00007')
    await submit('2601.00008')
    const { cookie } = await ada()
    expect(await wordsAt(app, '/desk', cookie)).toMatch(/Submissions 2.*On 2601.00007.*2601.00007, from Nils/)
    const ids = (await db().selectFrom('submissions').select('id').orderBy('id').execute()).map(
      ({ id }) => id,
    )
    const decide = (id: number | undefined, decision: string, reason: string) =>
      post(app, `/desk/submissions/${id}/${decision}`, { reason }, { cookie })
    const twice = await Promise.all([1, 2].map(() => decide(ids[0], 'acceptance', 'Of our field.')))
    expect(twice.map(({ status }) => status)).toEqual([303, 303])
    expect((await decide(ids[1], 'rejection', 'Not of our field.')).status).toBe(303)
    expect(await wordsAt(app, '/papers/2601.00007')).toContain('A fine one.')
    expect((await app.request('/papers/2601.00008')).status).toBe(404)
    expect(await log()).toMatchObject([
      { words: 'rejected the submission', subject: '“On 2601.00008”', address: null },
      { words: 'accepted the submission', address: '/papers/2601.00007', reason: 'Of our field.' },
    ])
  })

  it('decides on who wrote what', async () => {
    const { app, paperId } = await open()
    const { reader, cookie } = await signIn(db(), { name: 'Iris' })
    const claimed = await post(app, '/papers/2601.00001/claim', { note: 'See my page.' }, { cookie })
    expect([claimed.status, claimed.headers.get('location')]).toEqual([303, '/papers/2601.00001'])
    expect(
      (await post(app, '/papers/2601.00001/claim', { note: 'x'.repeat(1_001) }, { cookie })).status,
    ).toBe(422)
    expect((await post(app, '/papers/2601.09999/claim', {}, { cookie })).status).toBe(404)
    const curator = await ada()
    expect(await wordsAt(app, '/desk', curator.cookie)).toMatch(/Authorship claims 1.*See my page\./)
    const confirm = async ({ id }: { id: string }) => {
      const path = `/desk/claims/${paperId}/${id}/confirmation`
      return (await post(app, path, { reason: 'Seen.' }, { cookie: curator.cookie })).status
    }
    expect(await confirm(reader)).toBe(303)
    expect((await post(app, '/papers/2601.00001/vote', { vote: '1' }, { cookie })).status).toBe(422)
    // One's own is for somebody else to decide.
    await claimAuthorship(db(), { paperId, reader: curator.reader, note: 'Me.', now })
    expect(await confirm(curator.reader)).toBe(409)
  })

  it('lays out suspicious votes and takes them out', async () => {
    const { app, record } = await open()
    await record(Array.from({ length: 30 }, (_, n) => stated(`2601.001${String(n).padStart(2, '0')}`)))
    const papers = (await db().selectFrom('papers').select('id').orderBy('id').execute()).map(({ id }) => id)
    const vote = (readerId: string, paperId: number | undefined, at: number) =>
      castVote(db(), { paperId: paperId ?? 0, voter: { id: readerId, trusted: true }, now: new Date(at) })
    for (let n = 0; n < 40; n++) {
      const { reader } = await signIn(db())
      for (const i of [n, n + 7, n + 16])
        await vote(reader.id, papers[i % 31], now.getTime() - ((i % 31) + 1) * 3_600_000 * 7 - n * 400_000)
    }
    for (const name of ['Ulla', 'Ulli', 'Ullo']) {
      const { reader } = await signIn(db(), { name })
      for (let i = 0; i < 6; i++) await vote(reader.id, papers[i * 5], now.getTime() - (i + 1) * 80_000_000)
    }
    expect(await findSuspicions(db(), { now })).toBe(1)
    const { cookie } = await ada()
    const desk = await wordsAt(app, '/desk', cookie)
    expect(desk).toMatch(/Suspicious votes 1 .*3 accounts voting together/)
    expect(desk).toMatch(/Ulla 1 June 2025 at 00:00 UTC 6/)
    expect(desk).toMatch(/3 of its \d+ votes/)
    const { id } = await db().selectFrom('suspicions').select('id').executeTakeFirstOrThrow()
    for (let i = 0; i < 2; i++) {
      const path = `/desk/suspicions/${id}/discount`
      expect((await post(app, path, { reason: 'One person.' }, { cookie })).status).toBe(303)
    }
    expect(await log()).toMatchObject([{ subject: '18 votes for 6 papers' }])
    expect(await wordsAt(app, '/desk', cookie)).toContain('Nothing is waiting for review.')
  })

  it('merges papers, and says why it does not', async () => {
    const { app, record } = await open()
    await record([stated('2601.00002'), stated('doi/10.5555/sand', { source: 'bibtex' })])
    const { cookie } = await ada()
    const idOf = async (address: string) =>
      String(
        (await db().selectFrom('papers').select('id').where('address', '=', address).executeTakeFirst())?.id,
      )
    const merge = async (address: string, other: string) =>
      post(
        app,
        `/desk/papers/${await idOf(address)}/merger`,
        { with: other, reason: 'The same.' },
        { cookie },
      )
    const unlike = await merge('2601.00002', '2601.00001')
    expect([unlike.status, wordsOf(await unlike.text())]).toEqual([
      409,
      expect.stringContaining('two papers on arXiv'),
    ])
    expect((await merge('2601.00002', 'nothing such')).status).toBe(422)
    const merged = await merge('doi/10.5555/sand', 'https://tides.example/papers/2601.00001')
    expect([merged.status, merged.headers.get('location')]).toEqual([303, '/papers/2601.00001'])
    expect((await app.request('/papers/doi/10.5555/sand')).headers.get('location')).toBe('/papers/2601.00001')
    expect(await wordsAt(app, '/papers/2601.00001')).toContain('A curator of this site')
  })

  it('finds readers by the beginning of a name or their page, never by an email address, and acts on how they stand', async () => {
    const { app } = await open()
    const { reader, cookie: own } = await signIn(db(), {
      name: 'Xenia Sand',
      email: 'x.sand@shore.example',
      createdAt: YESTERDAY,
    })
    await signIn(db(), { name: 'Another' })
    const { cookie } = await ada()
    const { id } = reader
    for (const q of [
      'xenia',
      'Xenia%20S',
      id,
      id.slice(0, 4),
      `Reader%20${id.slice(0, 4)}`,
      `https://tides.example/readers/${id}`,
    ])
      expect(await wordsAt(app, `/desk/readers?q=${q}`, cookie)).toMatch(/Xenia Sand new · joined/)
    for (const q of ['', 'xenia', 'x.sand@shore.example'])
      expect(await (await app.request(`/desk/readers?q=${q}`, { headers: { cookie } })).text()).not.toContain(
        q.includes('@') ? 'Xenia' : 'shore.example',
      )
    for (const q of ['%25', '_enia', 'sand', '%00', 'X.SAND@', 'readers/zzzz'])
      expect(await wordsAt(app, `/desk/readers?q=${q}`, cookie)).not.toContain(
        q === '%00' ? 'Nobody' : 'Xenia',
      )
    const act = (path: string) =>
      post(app, `/desk/readers/${reader.id}/${path}`, { reason: `For ${path}.` }, { cookie })
    expect((await act('trust')).status).toBe(303)
    expect(await wordsAt(app, '/desk/readers', cookie)).toContain('trusted by a curator')
    expect((await act('suspension')).status).toBe(303)
    expect((await post(app, '/papers/2601.00001/vote', { vote: '1' }, { cookie: own })).status).toBe(403)
    expect((await app.request('/settings', { headers: { cookie: own } })).status).toBe(200)
    expect((await act('trust')).status).toBe(409)
    expect((await act('suspension/end')).status).toBe(303)
    expect((await post(app, '/papers/2601.00001/vote', { vote: '1' }, { cookie: own })).status).toBe(303)
    expect(await wordsAt(app, '/moderation')).toMatch(
      /reinstated Xenia Sand.*suspended Xenia Sand.*trusted Xenia Sand/,
    )
    expect(await wordsAt(app, '/moderation')).not.toContain('shore.example')
  })

  it('shows what came in and what was refused', async () => {
    const { app } = await open()
    async function* outcomes() {
      yield { ok: true as const, position: 'line 1', paper: stated('2601.00009') }
      yield { ok: false as const, position: 'line 2', reason: 'It has no <title>.' }
    }
    await importPapers(db(), outcomes(), {
      name: 'sand.jsonl',
      format: 'jsonl',
      timeZone: 'UTC',
      now: () => now,
    })
    const { cookie } = await ada()
    expect(await wordsAt(app, '/desk/imports', cookie)).toMatch(/sand\.jsonl jsonl just now just now 1 0 0 1/)
    const { id } = await db().selectFrom('imports').select('id').executeTakeFirstOrThrow()
    expect(await wordsAt(app, `/desk/imports/${id}`, cookie)).toContain('line 2: It has no <title>.')
    expect((await app.request('/desk/imports/x', { headers: { cookie } })).status).toBe(404)
  })

  it('shows a reader’s page when they want it shown', async () => {
    const { app, paperId } = await open()
    const { reader, cookie } = await signIn(db(), {
      name: 'Iris',
      isPublic: true,
      orcid: '0000-0002-1825-0097',
    })
    const hidden = await signIn(db(), { name: 'Hugo' })
    await newComment(app, cookie, 'I like it.')
    await newComment(app, hidden.cookie)
    await db()
      .insertInto('collections')
      .values({
        id: 'cccccccccccc',
        reader_id: reader.id,
        title: 'On shores',
        public: true,
        created_at: now,
        changed_at: now,
      })
      .execute()
    await sql`insert into authorship_claims (paper_id, reader_id, state, by, claimed_at)
      values (${paperId}, ${reader.id}, 'confirmed', 'orcid', ${now})`.execute(db())
    const page = await wordsAt(app, `/readers/${reader.id}`)
    for (const words of [
      'Iris',
      'ORCID 0000-0002-1825-0097, verified',
      'On shores',
      'Papers they wrote “Tides of sand”',
    ])
      expect(page).toContain(words)
    expect(page).not.toContain('@')
    for (const id of [hidden.reader.id, '00000000-0000-4000-8000-000000000000', 'x', '%00'])
      expect((await app.request(`/readers/${id}`)).status).toBe(404)
    expect((await app.request(`/readers/${hidden.reader.id}`, { headers: { cookie } })).status).toBe(404)
    const curator = await ada()
    expect(await wordsAt(app, `/readers/${hidden.reader.id}`, curator.cookie)).toContain(
      'Standing trusted · joined',
    )
  })
})

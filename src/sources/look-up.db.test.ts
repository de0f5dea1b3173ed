import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { pauseSource } from '../outgoing/turns.ts'
import { describeWithDatabase } from '../../test/database.ts'
import { openDatabase } from '../db/open.ts'
import {
  arxivEntry,
  arxivFeed,
  arxivPath,
  CROSSREF_ARTICLE,
  DATACITE_REPORT,
  openRegistries,
  redirectsTo,
  sends,
  sendsForEver,
  type Registries,
} from './look-up/registries.fixture.ts'
import { openReadInThread } from './look-up/read-in-thread.ts'
import { lookUp, type LookUpOptions, type PublicIdentifier } from './look-up.ts'

const NOON = new Date('2026-01-15T12:00:00Z')
const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

const AWAY = {
  ok: false,
  kind: 'away',
  reason: 'arXiv does not answer right now; try again in a few minutes.',
}
const UNREADABLE = {
  ok: false,
  kind: 'away',
  reason: 'arXiv’s answer could not be read; try again in a few minutes.',
}
const BUSY = { ok: false, kind: 'busy', reason: 'Too many look-ups are waiting; try again in a minute.' }

const arxiv = (value: string): PublicIdentifier => ({ scheme: 'arxiv', value })
const doi = (value: string): PublicIdentifier => ({ scheme: 'doi', value })

describeWithDatabase('looking up one paper', (db) => {
  let registries: Registries
  let clock: Date
  let waits: number[]

  beforeEach(async () => {
    registries = await openRegistries()
    clock = NOON
    waits = []
  })
  afterEach(() => registries.close())

  const pass = (milliseconds: number) => {
    clock = new Date(clock.getTime() + milliseconds)
  }
  const options = (more: Partial<LookUpOptions> = {}): LookUpOptions => ({
    sources: {
      arxivUrl: registries.url,
      doiUrl: `${registries.url}/`,
      userAgent: 'Broadsheet/1.0 (+https://news.example)',
    },
    now: () => clock,
    // Turns are looked at, not waited for.
    wait: async (milliseconds) => void waits.push(milliseconds),
    ...more,
  })
  const ask = (identifier: PublicIdentifier, more?: Partial<LookUpOptions>) =>
    lookUp(db(), identifier, options(more))
  const nextTurn = async (source: string) => {
    const row = await db()
      .selectFrom('source_turns')
      .select('next_at')
      .where('source', '=', source)
      .executeTakeFirst()
    return row && row.next_at.getTime() - NOON.getTime()
  }
  const knows = (arxivId: string) =>
    registries.on(
      arxivPath(arxivId),
      sends(arxivFeed(arxivEntry(arxivId)), { type: 'application/atom+xml', gzip: true }),
    )

  it('finds a paper at arXiv, saying who asks', async () => {
    knows('2601.00007')
    expect(await ask(arxiv('2601.00007'))).toMatchObject({
      ok: true,
      paper: {
        source: 'arxiv-atom',
        identifiers: [{ scheme: 'arxiv', value: '2601.00007' }],
        title: 'Tides of an inland sea',
        abstract: 'We measure $x^2$ tides.',
      },
    })
    expect(registries.asked).toMatchObject([
      { headers: { 'user-agent': 'Broadsheet/1.0 (+https://news.example)', accept: 'application/atom+xml' } },
    ])
    knows('hep-th/9901001')
    pass(MINUTE)
    expect(await ask(arxiv('hep-th/9901001'))).toMatchObject({ ok: true })
  })

  it('hears from arXiv in each of its ways that it knows no such paper', async () => {
    const unknown = (id: string) => ({ ok: false, kind: 'unknown', reason: `arXiv does not know ${id}.` })
    const error = `
  <entry>
    <id>http://arxiv.org/api/errors#incorrect_id_format_for_2601.99998</id>
    <title>Error</title>
    <summary>incorrect id format for 2601.99998</summary>
    <updated>2026-01-15T00:00:00-05:00</updated>
  </entry>`
    const untitled = '<entry><id>http://arxiv.org/abs/2601.99997</id><published/></entry>'
    registries.on(arxivPath('2601.99999'), sends(arxivFeed('')))
    registries.on(arxivPath('2601.99998'), sends(arxivFeed(error), { status: 400 }))
    registries.on(arxivPath('2601.99997'), sends(arxivFeed(untitled)))
    for (const id of ['2601.99999', '2601.99998', '2601.99997']) {
      pass(MINUTE)
      expect(await ask(arxiv(id))).toEqual(unknown(id))
    }
  })

  it('takes nothing else for an answer of arXiv', async () => {
    const id = '2601.00007'
    const whole = arxivFeed(arxivEntry(id))
    for (const answer of [
      sends('<html><body><h1>Rate exceeded.</h1></body></html>'),
      sends(whole.slice(0, whole.indexOf('<author>'))),
      sends(whole.replace('</title>\n    <summary>', '\n    <summary>')),
      sends(arxivFeed(arxivEntry('2601.00008'))),
      sends('', { status: 404 }),
      sends('Bad request', { status: 400 }),
      sendsForEver('<feed>'.repeat(1_000)),
      redirectsTo('ftp://127.0.0.1/api/query'),
      redirectsTo(arxivPath(id)),
    ]) {
      registries.on(arxivPath(id), answer)
      pass(MINUTE)
      expect(await ask(arxiv(id))).toEqual(UNREADABLE)
    }
    // The last led in a circle, five times.
    expect(registries.asked).toHaveLength(8 + 6)
    expect(await db().selectFrom('lookups').selectAll().execute()).toEqual([])
  })

  it('waits no longer than it is told for a server that hangs, breaks off, or is not there', async () => {
    const id = arxiv('2601.00007')
    registries.on(arxivPath(id.value), () => {})
    expect(await ask(id, { timeoutMs: 50 })).toEqual(AWAY)
    pass(MINUTE)
    registries.on(arxivPath(id.value), (response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('<feed>', () => response.destroy())
    })
    expect(await ask(id)).toEqual(AWAY)
    pass(MINUTE)
    registries.on(arxivPath(id.value), sends('no gzip', { headers: { 'content-encoding': 'gzip' } }))
    expect(await ask(id)).toEqual(AWAY)
    pass(MINUTE)
    expect(await ask(id, { sources: { ...options().sources, arxivUrl: 'http://127.0.0.1:1' } })).toEqual(AWAY)
    pass(MINUTE)
    registries.on(arxivPath(id.value), sends('', { status: 500 }))
    expect(await ask(id)).toEqual(AWAY)
  })

  it('leaves a source alone that asks for it, an hour at most', async () => {
    const id = arxiv('2601.00007')
    const answered = async (status: number, headers: Record<string, string>) => {
      await sql`delete from source_turns`.execute(db())
      registries.on(arxivPath(id.value), sends('', { status, headers }))
      expect(await ask(id)).toEqual(AWAY)
      return nextTurn('arxiv')
    }
    expect(await answered(503, { 'retry-after': '1' })).toBe(3 * SECOND)
    expect(await answered(429, {})).toBe(10 * MINUTE)
    expect(await answered(503, { 'retry-after': 'soon' })).toBe(MINUTE)
    expect(await answered(503, { 'retry-after': new Date(NOON.getTime() + 5 * MINUTE).toUTCString() })).toBe(
      5 * MINUTE,
    )
    expect(await answered(429, { 'retry-after': '86400' })).toBe(60 * MINUTE)
    expect(await answered(429, { 'retry-after': '120' })).toBe(2 * MINUTE)

    knows(id.value)
    const before = registries.asked.length
    expect(await ask(id)).toEqual(AWAY)
    expect(registries.asked).toHaveLength(before)
    pass(2 * MINUTE)
    expect(await ask(id)).toMatchObject({ ok: true })
  })

  it('asks no more once it hears, while waiting for its turn, that the source wants to be left alone', async () => {
    knows('2601.00001')
    knows('2601.00002')
    await ask(arxiv('2601.00001'))
    const wait = () => pauseSource(db(), { source: 'arxiv', now: NOON, forMs: 10 * MINUTE })
    expect(await ask(arxiv('2601.00002'), { wait })).toEqual(AWAY)
    expect(registries.asked.map(({ path }) => path)).toEqual([arxivPath('2601.00001')])
  })

  it('takes what another process heard while it waited for its turn', async () => {
    knows('2601.00001')
    await ask(arxiv('2601.00001'))
    const wait = async () => {
      await sql`insert into lookups select scheme, '2601.00002', asked_at, found from lookups`.execute(db())
    }
    expect(await ask(arxiv('2601.00002'), { wait })).toEqual(await ask(arxiv('2601.00001')))
    expect(registries.asked).toHaveLength(1)
  })

  it('asks each source once in three seconds over all processes, and lets nobody wait longer than twelve', async () => {
    const other = openDatabase(
      {
        ...inject('server'),
        database: (await sql<{ name: string }>`select current_database() as name`.execute(db())).rows[0]
          ?.name,
      },
      { size: 4, onError: () => {} },
    )
    try {
      const ids = ['2601.00001', '2601.00002', '2601.00003', '2601.00004']
      for (const id of ids) knows(id)
      const outcomes = await Promise.all(
        ids.map((id, i) => lookUp(i % 2 === 0 ? db() : other, arxiv(id), options())),
      )
      expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, true])
      // The first did not wait.
      expect(waits.toSorted((a, b) => a - b)).toEqual([3 * SECOND, 6 * SECOND, 9 * SECOND])
      expect(await nextTurn('arxiv')).toBe(12 * SECOND)

      knows('2601.00005')
      knows('2601.00006')
      expect(await lookUp(other, arxiv('2601.00005'), options())).toMatchObject({ ok: true })
      expect(waits.at(-1)).toBe(12 * SECOND)
      const asked = registries.asked.length
      expect(await ask(arxiv('2601.00006'))).toEqual(BUSY)
      expect(await lookUp(other, arxiv('2601.00006'), options())).toEqual(BUSY)
      expect(registries.asked).toHaveLength(asked)
      expect(await nextTurn('arxiv')).toBe(15 * SECOND)

      // The other source has turns of its own.
      expect(await ask(doi('10.5555/none'))).toMatchObject({ kind: 'unknown' })
      expect(await nextTurn('doi')).toBe(3 * SECOND)
      pass(5 * SECOND)
      expect(await ask(arxiv('2601.00006'))).toMatchObject({ ok: true })
      expect(waits.at(-1)).toBe(10 * SECOND)
    } finally {
      await other.destroy()
    }
  })

  it('remembers a paper for a day, and for ten minutes that there is none', async () => {
    knows('2601.00007')
    const found = await ask(arxiv('2601.00007'))
    registries.on(arxivPath('2601.99999'), sends(arxivFeed('')))
    await ask(arxiv('2601.99999'))
    expect(registries.asked).toHaveLength(2)
    pass(10 * MINUTE - 1)
    expect(await ask(arxiv('2601.00007'))).toEqual(found)
    expect(await ask(arxiv('2601.99999'))).toMatchObject({ kind: 'unknown' })
    expect(registries.asked).toHaveLength(2)
    pass(1)
    knows('2601.99999')
    expect(await ask(arxiv('2601.99999'))).toMatchObject({ ok: true })
    expect(registries.asked).toHaveLength(3)
    pass(DAY - 10 * MINUTE - 1)
    expect(await ask(arxiv('2601.00007'))).toEqual(found)
    expect(registries.asked).toHaveLength(3)
    pass(1)
    expect(await ask(arxiv('2601.00007'))).toEqual(found)
    expect(registries.asked).toHaveLength(4)
    pass(DAY)
    await ask(arxiv('2601.99999'))
    expect(await db().selectFrom('lookups').select('value').execute()).toEqual([{ value: '2601.99999' }])
  })

  it('is not held up by what was noted before the clock was set back', async () => {
    pass(2 * DAY)
    registries.on(arxivPath('2601.99999'), sends(arxivFeed('')))
    expect(await ask(arxiv('2601.99999'))).toMatchObject({ kind: 'unknown' })
    registries.on(arxivPath('2601.00007'), sends('', { status: 429, headers: { 'retry-after': '600' } }))
    pass(MINUTE)
    expect(await ask(arxiv('2601.00007'))).toEqual(AWAY)

    clock = NOON
    knows('2601.99999')
    expect(await ask(arxiv('2601.99999'))).toMatchObject({ ok: true })
    pass(MINUTE)
    expect(await ask(arxiv('2601.00007'))).toEqual(AWAY)
    // The source asked for ten minutes, whatever stood there.
    expect(await nextTurn('arxiv')).toBe(11 * MINUTE)
    expect(waits).toEqual([])
  })

  it('does not remember that a source was away', async () => {
    registries.on(arxivPath('2601.00007'), sends('', { status: 503, headers: { 'retry-after': '1' } }))
    expect(await ask(arxiv('2601.00007'))).toEqual(AWAY)
    knows('2601.00007')
    pass(3 * SECOND)
    expect(await ask(arxiv('2601.00007'))).toMatchObject({ ok: true })
  })

  it('asks once for all who ask for the same paper, though one of them goes away', async () => {
    let answer = () => {}
    registries.on(arxivPath('2601.00007'), (response) => {
      answer = () => sends(arxivFeed(arxivEntry('2601.00007')))(response)
    })
    const leaving = new AbortController()
    const first = ask(arxiv('2601.00007'), { signal: leaving.signal })
    const others = [
      ask(arxiv('2601.00007')),
      ask(arxiv('2601.00007'), { signal: new AbortController().signal }),
    ]
    await expect.poll(() => registries.asked.length).toBe(1)
    leaving.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    await expect(ask(arxiv('2601.00007'), { signal: leaving.signal })).rejects.toThrow('gone')
    answer()
    expect(await Promise.all(others)).toMatchObject([{ ok: true }, { ok: true }])
    expect(registries.asked).toHaveLength(1)
  })

  it('stops asking when nobody waits for the answer any more', async () => {
    let isOpen = true
    registries.on(arxivPath('2601.00007'), (response) => void response.on('close', () => (isOpen = false)))
    const leaving = new AbortController()
    const leaves = ask(arxiv('2601.00007'), { signal: leaving.signal })
    await expect.poll(() => registries.asked.length).toBe(1)
    leaving.abort(new Error('gone'))
    await expect(leaves).rejects.toThrow('gone')
    await expect.poll(() => isOpen).toBe(false)
    // Nobody is sent to the one that was given up.
    knows('2601.00007')
    pass(3 * SECOND)
    expect(await ask(arxiv('2601.00007'))).toMatchObject({ ok: true })
  })

  it('really waits for its turn where nothing else is said', async () => {
    knows('2601.00001')
    knows('2601.00002')
    const { wait: _, ...plain } = options({ pace: { intervalMs: 20, patienceMs: 100 } })
    await lookUp(db(), arxiv('2601.00001'), plain)
    const begun = performance.now()
    expect(await lookUp(db(), arxiv('2601.00002'), plain)).toMatchObject({ ok: true })
    expect(performance.now() - begun).toBeGreaterThanOrEqual(19)
  })

  it('follows doi.org to the registry, asking for a description everywhere', async () => {
    const csl = 'application/vnd.citationstyles.csl+json'
    registries.on('/10.5555/tides.2026.7', redirectsTo('/one'))
    registries.on('/one', redirectsTo(`${registries.url}/crossref/10.5555%2Ftides.2026.7/transform`))
    registries.on(
      '/crossref/10.5555%2Ftides.2026.7/transform',
      sends(JSON.stringify(CROSSREF_ARTICLE), { type: csl, gzip: true }),
    )
    const found = await ask(doi('10.5555/tides.2026.7'))
    expect(found).toMatchObject({ ok: true, paper: { source: 'doi', authors: { length: 3 } } })
    expect(registries.asked.map(({ headers }) => headers.accept)).toEqual([csl, csl, csl])
    expect(await nextTurn('doi')).toBe(3 * SECOND)
    expect(await ask(doi('10.5555/tides.2026.7'))).toEqual(found)
    expect(registries.asked).toHaveLength(3)

    pass(MINUTE)
    registries.on('/10.5555/report.1', redirectsTo('/datacite/10.5555/report.1'))
    registries.on('/datacite/10.5555/report.1', sends(JSON.stringify(DATACITE_REPORT), { type: csl }))
    expect(await ask(doi('10.5555/report.1'))).toMatchObject({
      ok: true,
      paper: { title: 'Heights of tides' },
    })
  })

  it('says so when there is no such DOI, or nothing to be read of it', async () => {
    expect(await ask(doi('10.5555/none'))).toEqual({
      ok: false,
      kind: 'unknown',
      reason: 'doi.org does not know 10.5555/none.',
    })
    const mute = {
      ok: false,
      kind: 'away',
      reason: 'The registry of 10.5555/mute has no readable description of it.',
    }
    registries.on('/landing', sends('<html><title>Tides</title></html>'))
    for (const answer of [
      redirectsTo('/landing'),
      redirectsTo('http://user:word@127.0.0.1/'),
      redirectsTo('/10.5555/mute'),
      sends('{}', { status: 406 }),
      sends(JSON.stringify({ author: [] })),
      sendsForEver('{"title":"'.padEnd(60_000, 'x')),
    ]) {
      registries.on('/10.5555/mute', answer)
      pass(MINUTE)
      expect(await ask(doi('10.5555/mute'))).toEqual(mute)
    }
    pass(MINUTE)
    registries.on('/10.5555/busy', redirectsTo('/registry/busy'))
    registries.on('/registry/busy', sends('', { status: 429, headers: { 'retry-after': '90' } }))
    expect(await ask(doi('10.5555/busy'))).toMatchObject({
      kind: 'away',
      reason: 'doi.org does not answer right now; try again in a few minutes.',
    })
    expect(await nextTurn('doi')).toBe(clock.getTime() - NOON.getTime() + 90 * SECOND)
  })

  it('says so when a description takes too long to read', async () => {
    const forEver = openReadInThread({
      limitMs: 50,
      file: new URL(
        `data:text/javascript,${encodeURIComponent(
          `import { parentPort } from 'node:worker_threads'
           parentPort.on('message', () => { for (;;); })
           parentPort.postMessage({ ready: true })`,
        )}`,
      ),
    })
    registries.on('/10.5555/deep', sends(JSON.stringify(CROSSREF_ARTICLE)))
    expect(await ask(doi('10.5555/deep'), { read: forEver })).toEqual({
      ok: false,
      kind: 'away',
      reason: 'What its registry says of 10.5555/deep takes too long to read, so it cannot be submitted.',
    })
  })

  it('leaves alone the host that asked for it, and no other', async () => {
    const publisher = await openRegistries()
    try {
      const leads = (name: string) =>
        registries.on(`/10.5555/${name}`, redirectsTo(`${publisher.url}/${name}`))
      for (const name of ['one', 'two', 'three']) leads(name)
      const host = new URL(publisher.url).host
      const hostAway = {
        ok: false,
        kind: 'away',
        reason: `The server that describes this paper, ${host}, does not answer right now; try again in a few minutes.`,
      }
      publisher.on('/one', sends('', { status: 429, headers: { 'retry-after': '999999' } }))
      publisher.on('/two', sends(JSON.stringify({ title: 'Tides' })))
      registries.on('/10.5555/tides.2026.7', sends(JSON.stringify(CROSSREF_ARTICLE)))
      expect(await ask(doi('10.5555/one'))).toEqual(hostAway)
      expect(await nextTurn('doi')).toBe(3 * SECOND)
      expect(await nextTurn(`host ${host}`)).toBe(60 * MINUTE)

      // Other papers with DOIs, and those at arXiv, are looked up as before.
      expect(await ask(doi('10.5555/tides.2026.7'))).toMatchObject({ ok: true })
      knows('2601.00007')
      expect(await ask(arxiv('2601.00007'))).toMatchObject({ ok: true })
      // That host is not asked, whatever leads to it.
      expect(await ask(doi('10.5555/two'))).toEqual(hostAway)
      expect(publisher.asked.map(({ path }) => path)).toEqual(['/one'])
      pass(60 * MINUTE)
      expect(await ask(doi('10.5555/two'))).toMatchObject({ ok: true })

      // Nothing is kept of hosts whose pause is long over.
      pass(2 * 60 * MINUTE)
      publisher.on('/three', sends('', { status: 503, headers: { 'retry-after': '60' } }))
      await ask(doi('10.5555/three'))
      pass(2 * 60 * MINUTE)
      registries.on('/10.5555/four', sends('', { status: 429 }))
      await ask(doi('10.5555/four'))
      expect(await nextTurn(`host ${host}`)).toBeUndefined()
    } finally {
      await publisher.close()
    }
  })
})

import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../../test/database.ts'
import { stated } from '../../../../test/papers.ts'
import { post, signIn } from '../../../../test/readers.ts'
import { NOON, openSite, servicesAt, wordsOf } from '../../../../test/site.ts'
import { RATE_LIMITS } from '../../../accounts/rate-limits.ts'
import { LARGEST_FILE } from '../../../libraries/imports.ts'
import { runNextImport } from '../../../libraries/run-imports.ts'
import { openOutgoingClient } from '../../../outgoing/client.ts'
import { openTaste } from '../../../recommendation/open-taste.ts'
import { TasteAway, type Taste } from '../../../recommendation/taste.ts'
import { SearchAway } from '../../../search/engine-client.ts'

const ORCID = '0000-0002-1825-0097'
const PATH = '/for-you/begin'

describeWithDatabase('the beginning of a reader’s own front page', (db) => {
  /** Asks about papers in the order of their numbers, or is away. */
  const tasteOf = (askAbout: Taste['askAbout']): Taste => ({ ...openTaste(db()), askAbout })
  const inOrder = tasteOf.bind(null, async ({ count }) =>
    (await db().selectFrom('papers').select('id').orderBy('id').limit(count).execute()).map(({ id }) => id),
  )

  async function open(facts: Parameters<typeof openSite>[1] = {}) {
    const { app, site, record } = openSite(db(), { taste: inOrder(), ...facts })
    await record([
      stated('2601.00001', {
        title: 'Tides of the inland sea',
        abstract: 'The sea rises and falls.',
        authors: [{ name: 'Ada Lovelace', orcid: ORCID }, { name: 'Émile Zòla' }],
        categories: ['cs.CL'],
      }),
      stated('2601.00002', {
        title: 'Lakes: a survey of $H_2O$',
        authors: [{ name: 'Ada Lovelace', orcid: ORCID }],
        categories: ['math.NA', 'cs.NA'],
      }),
      stated('2601.00003', {
        title: 'Waves in <b>shallow</b> water and their breaking',
        categories: ['cs.CL'],
      }),
    ])
    const { cookie, reader } = await signIn(db())
    const send = (path: string, fields: Record<string, string>, who = cookie) =>
      post(app, `${PATH}/${path}`, fields, { cookie: who })
    const get = (path = PATH, who = cookie) => app.request(path, { headers: { cookie: who } })
    const read = async (path = PATH) => wordsOf(await (await get(path)).text())
    const upload = async (bytes: string | Uint8Array<ArrayBuffer>, { name = 'refs.bib' } = {}) => {
      const form = new FormData()
      form.set('file', new File([bytes], name))
      const sent = new Response(form)
      return app.request(`${PATH}/file`, {
        method: 'POST',
        headers: {
          cookie,
          origin: 'https://tides.example',
          'sec-fetch-site': 'same-origin',
          'content-type': sent.headers.get('content-type') ?? '',
        },
        body: await sent.arrayBuffer(),
      })
    }
    const importAll = async () => {
      const client = openOutgoingClient({ db: db(), userAgent: 'a test', now: () => NOON })
      const libraries = {
        db: db(),
        client,
        url: servicesAt('http://127.0.0.1:9').zotero,
        secret: site.accounts.secret,
        now: () => NOON,
        signal: new AbortController().signal,
      }
      while (await runNextImport(libraries));
    }
    const idOf = async (address: string) => {
      const query = db().selectFrom('papers').select('id').where('address', '=', address)
      return (await query.executeTakeFirstOrThrow()).id
    }
    const rated = async () =>
      (
        await db()
          .selectFrom('paper_ratings')
          .innerJoin('papers', 'papers.id', 'paper_id')
          .select(['address', 'likes', 'asked'])
          .orderBy('address')
          .execute()
      ).map(({ address, likes, asked }) => [address, likes, asked])
    return { app, site, reader, cookie, send, get, read, upload, importAll, idOf, rated }
  }

  it('is for people who are signed in, and says what it knows so far', async () => {
    const { app, get, read } = await open()
    expect((await app.request(PATH)).headers.get('location')).toBe(`/sign-in?to=${PATH}`)
    const page = await get()
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await read()).toContain('So far: 0 topics, 0 authors, 0 papers, 0 answers.')
    for (const path of [`${PATH}?skipped=x`, `${PATH}?skipped=1,,2`, `${PATH}?other=1`])
      expect([path, (await get(path)).status]).toEqual([path, 400])
  })

  it('takes topics by their boxes, and lets go of those that are unticked', async () => {
    const { send, read, get, reader } = await open()
    const topics = async () =>
      (await db().selectFrom('followed_topics').select(['reader_id', 'category']).execute()).map(
        ({ reader_id, category }) => [reader_id, category],
      )
    expect(await read()).toContain('Computation and Language 2')
    const sent = await send('topics', { 'topic-cs.CL': 'on', 'topic-math.NA': 'on', 'topic-no.Such': 'on' })
    expect([sent.status, sent.headers.get('location')]).toEqual([303, `${PATH}?done=topics#topics`])
    await send('topics', { 'topic-cs.CL': 'on', 'topic-math.NA': 'on' })
    expect(await topics()).toEqual([
      [reader.id, 'cs.CL'],
      [reader.id, 'math.NA'],
    ])
    expect(await read(`${PATH}?done=topics`)).toContain('Your topics are saved.')
    const html = await (await get()).text()
    expect(html).toMatch(/name="topic-cs\.CL" checked/)
    expect(await read()).toContain('So far: 2 topics,')
    // A page that did not show a topic as followed does not let go of it.
    await send('topics', { 'followed-cs.CL': '1' })
    expect(await topics()).toEqual([[reader.id, 'math.NA']])
  })

  it('follows up to a hundred topics', async () => {
    const { send, reader } = await open()
    await db()
      .insertInto('followed_topics')
      .values(
        Array.from({ length: 100 }, (_, n) => ({ reader_id: reader.id, category: `zz.${n}`, at: NOON })),
      )
      .execute()
    const refused = await send('topics', { 'topic-cs.CL': 'on' })
    expect(refused.status).toBe(422)
    expect(wordsOf(await refused.text())).toContain('You can follow up to 100 topics.')
  })

  it('takes authors by their names, says which it does not know, and keeps those', async () => {
    const { send, read } = await open()
    const refused = await send('authors', { names: ' ada   LOVELACE\r\n\r\nemile zola\n<b>No One</b>\n!!!' })
    const html = await refused.text()
    expect(refused.status).toBe(422)
    const words = wordsOf(html)
    expect(words).toContain('You now follow Ada Lovelace and Émile Zòla.')
    expect(words).toContain('No paper here has an author with these names: <b>No One</b> !!!')
    expect(html).toContain('&lt;b&gt;No One&lt;/b&gt;\n!!!</textarea>')
    expect(words).toContain('So far: 0 topics, 2 authors,')
    const again = await send('authors', { names: 'Ada Lovelace' })
    expect([again.status, again.headers.get('location')]).toEqual([303, `${PATH}?done=authors#authors`])
    expect(await read()).toContain('Ada Lovelace Unfollow')
    await send('authors', { unfollow: 'ada-lovelace' })
    await send('authors', { unfollow: 'ada-lovelace' })
    expect(await db().selectFrom('followed_authors').select(['name_key', 'name']).execute()).toEqual([
      { name_key: 'emile-zola', name: 'Émile Zòla' },
    ])
    expect((await send('authors', { names: ' ' })).status).toBe(422)
    expect((await send('authors', { names: 'a\n'.repeat(3) + 'x'.repeat(501) })).status).toBe(422)
    const many = Array.from({ length: 21 }, (_, n) => `Author ${n}`).join('\n')
    expect(wordsOf(await (await send('authors', { names: many })).text())).toContain('Up to 20 lines')
    expect((await send('authors', { names: 'a\0b' })).status).toBe(400)
  })

  it('finds papers by titles and identifiers, and tells the lines that it cannot find', async () => {
    const { send, read, rated } = await open()
    const refused = await send('titles', {
      titles: [
        'tides of the Inland Sea.',
        'https://arxiv.org/abs/2601.00002v3',
        'Waves in <b>shallow</b> water and its breaking',
        'Rivers -of NOT author:nobody "gold',
        '2601.09999',
      ].join('\n'),
    })
    const html = await refused.text()
    const words = wordsOf(html)
    expect(refused.status).toBe(422)
    expect(words).toContain('3 papers are saved.')
    expect(words).toContain(
      'We could not find these on this site: Rivers -of NOT author:nobody "gold 2601.09999',
    )
    expect(html).toContain('Rivers -of NOT author:nobody &quot;gold\n2601.09999</textarea>')
    expect(await rated()).toEqual([
      ['2601.00001', true, false],
      ['2601.00002', true, false],
      ['2601.00003', true, false],
    ])
    expect(await db().selectFrom('votes').selectAll().execute()).toEqual([])
    const twice = await send('titles', { titles: 'Lakes: a survey of H2O' })
    expect([twice.status, twice.headers.get('location')]).toEqual([303, `${PATH}?done=titles#titles`])
    expect(await read()).toContain('So far: 0 topics, 0 authors, 3 papers, 0 answers.')
    for (const titles of ['', '\n \n', 'x'.repeat(501)])
      expect([titles, (await send('titles', { titles })).status]).toEqual([titles, 422])
    for (const titles of ['tides', '*', '(((', '“', '\uD800', 'sort:top', '$\\frac{1}{'])
      expect([titles, (await send('titles', { titles })).status]).toEqual([titles, 422])
    expect((await send('titles', { titles: 'a\0b' })).status).toBe(400)
    expect(await rated()).toHaveLength(3)
  })

  it('keeps titles that it cannot look for while the search is away', async () => {
    const away = async () => {
      throw new SearchAway('It is starting.')
    }
    const { site } = await open()
    const index = { find: away, correct: away, similar: away, status: away }
    const { app } = openSite(db(), { taste: inOrder(), search: { ...site.search, index } })
    const { cookie } = await signIn(db())
    const answer = await post(app, `${PATH}/titles`, { titles: 'Tides & waves' }, { cookie })
    const html = await answer.text()
    expect(answer.status).toBe(503)
    expect(wordsOf(html)).toContain('We cannot look for titles at the moment.')
    expect(html).toContain('Tides &amp; waves</textarea>')
  })

  it('finds the papers of an ORCID, once its digits are right', async () => {
    const { send, get, idOf, rated } = await open()
    for (const orcid of ['', 'x', '0000-0002-1825-0098', '<i>0000</i>', '0'.repeat(2_000)]) {
      const refused = await send('orcid', { orcid })
      expect([orcid, refused.status]).toEqual([orcid, 422])
      expect(wordsOf(await refused.text())).toContain('That is not an ORCID.')
    }
    const wrong = await (await send('orcid', { orcid: '0000-0002-1825-0098' })).text()
    // The browser goes to the field that needs another look.
    expect(wrong).toMatch(/value="0000-0002-1825-0098"[^>]* autofocus/)
    expect(wrong.match(/autofocus/g)).toHaveLength(1)
    const nobody = await send('orcid', { orcid: '0000-0001-5109-3700' })
    expect(wordsOf(await nobody.text())).toContain('No paper here names this ORCID.')
    // What the reader has said of a paper stays.
    await send('rating', { paper: String(await idOf('2601.00002')), rating: 'dislike' })
    for (const orcid of [` https://orcid.org/${ORCID} `, ORCID])
      expect((await send('orcid', { orcid })).headers.get('location')).toBe(`${PATH}?done=orcid#orcid`)
    expect(await rated()).toEqual([
      ['2601.00001', true, false],
      ['2601.00002', false, true],
    ])
    expect((await get(`${PATH}?done=orcid`)).status).toBe(200)
  })

  it('imports a file into the collection “My library”, the same one each time', async () => {
    const { send, read, upload, importAll, reader } = await open()
    const bib = `@misc{a, title={<script>alert(1)</script> Tides}, eprint={2601.00001}, archivePrefix={arXiv}}
      @misc{b, title={Unknown}, doi={10.5555/unknown}}`
    expect((await upload(bib)).headers.get('location')).toBe(`${PATH}?done=file#file`)
    expect(await read()).toContain('refs.bib: we are reading it')
    await importAll()
    await upload(bib)
    expect((await send('file', { text: bib })).status).toBe(303)
    await importAll()
    const words = await read()
    expect(words).toContain('My library has 1 paper. Pasted text: imported')
    expect(words).toContain('So far: 0 topics, 0 authors, 1 paper, 0 answers.')
    expect(await db().selectFrom('collections').select(['title', 'reader_id', 'public']).execute()).toEqual([
      { title: 'My library', reader_id: reader.id, public: false },
    ])
    const nothing = await send('file', { text: '  ' })
    expect([nothing.status, wordsOf(await nothing.text())]).toEqual([
      422,
      expect.stringContaining('Choose a file, or paste its text.'),
    ])
    expect((await upload(new Uint8Array([0, 1, 2, 0]))).status).toBe(303)
    await importAll()
    expect(await read()).toContain('refs.bib: could not be imported')
    expect((await upload('x'.repeat(LARGEST_FILE + 1))).status).toBe(422)
    expect((await upload('x'.repeat(LARGEST_FILE + 70_000))).status).toBe(413)
    expect((await send('file', { text: 'x'.repeat(200_000) })).status).toBe(413)
  })

  it('asks about papers one after another, and asks anew after each answer', async () => {
    const asked: number[] = []
    const { send, read, idOf, rated } = await open({
      taste: tasteOf(async (question) => {
        asked.push(question.count)
        const found = await db().selectFrom('papers').select('id').orderBy('id').execute()
        return found.map(({ id }) => id).slice(0, question.count)
      }),
    })
    const [first, second, third] = await Promise.all(
      ['2601.00001', '2601.00002', '2601.00003'].map(async (address) => String(await idOf(address))),
    )
    const words = await read()
    expect(words).toContain(
      'Would you read this paper? 1 of 10 Tides of the inland sea Ada Lovelace, Émile Zòla The sea rises and falls. For me Not for me Skip',
    )
    const skip = await send('rating', { paper: first ?? '', rating: 'skip', skipped: '' })
    const at = skip.headers.get('location') ?? ''
    expect(at).toBe(`${PATH}?skipped=${first}#ten`)
    expect(await rated()).toEqual([])
    expect(await read(at.replace(/#.*/, ''))).toContain('2 of 10 Lakes: a survey')
    const said = { paper: second ?? '', skipped: first ?? '' }
    expect((await send('rating', { ...said, rating: 'like' })).headers.get('location')).toBe(at)
    await send('rating', { ...said, rating: 'dislike' })
    await send('rating', { ...said, rating: 'dislike' })
    expect(await rated()).toEqual([['2601.00002', false, true]])
    expect(await read(`${PATH}?skipped=${first}`)).toContain('3 of 10 Waves in')
    expect(asked.length).toBeGreaterThan(2)
    await send('rating', { paper: third ?? '', rating: 'like' })
    expect(await read(`${PATH}?skipped=${first}`)).toContain('There are no papers to ask you about')
    expect(await read()).toContain('So far: 0 topics, 0 authors, 0 papers, 2 answers.')
    await send('rating', { paper: third ?? '', rating: 'none' })
    await send('rating', { paper: third ?? '', rating: 'none' })
    expect(await rated()).toEqual([['2601.00002', false, true]])
    expect(await db().selectFrom('not_for_me').selectAll().execute()).toEqual([])
  })

  it('ends after ten, and says so while papers cannot be chosen', async () => {
    const away = await open({
      taste: tasteOf(async () => {
        throw new TasteAway()
      }),
    })
    expect(await away.read()).toContain('We cannot choose papers to ask about at the moment.')
    const skipped = Array.from({ length: 10 }, (_, n) => 1_000 + n).join(',')
    expect(await away.read(`${PATH}?skipped=${skipped}`)).toContain('You have been through all ten.')
    expect((await away.get(`${PATH}?skipped=${skipped},99`)).status).toBe(400)
  })

  it('refuses answers that make no sense, and tells nothing of hidden papers', async () => {
    const { send, idOf, rated } = await open()
    const paper = String(await idOf('2601.00001'))
    await db().updateTable('papers').set({ hidden: true }).where('address', '=', '2601.00003').execute()
    const hidden = String(await idOf('2601.00003'))
    const status = async (fields: Record<string, string>) => (await send('rating', fields)).status
    for (const fields of [
      {},
      { paper, rating: 'love' },
      { paper: '1e3', rating: 'like' },
      { paper: '9223372036854775808', rating: 'like' },
      { paper: '', rating: 'like' },
      { paper, rating: 'like', skipped: 'x' },
    ])
      expect([fields, await status(fields)]).toEqual([fields, 422])
    for (const unknown of ['0', '999999999999999', hidden])
      expect([unknown, await status({ paper: unknown, rating: 'like' })]).toEqual([unknown, 404])
    expect(await rated()).toEqual([])
  })

  it('ends where the reader wants, and is nobody else’s', async () => {
    const { app, send, get, reader } = await open()
    await send('titles', { titles: '2601.00001' })
    await send('authors', { names: 'Ada Lovelace' })
    const ended = await send('end', {})
    expect([ended.status, ended.headers.get('location')]).toEqual([303, '/for-you'])
    await send('end', {})
    expect(await db().selectFrom('tastes').select(['reader_id', 'begun_at']).execute()).toEqual([
      { reader_id: reader.id, begun_at: NOON },
    ])
    const other = await signIn(db())
    const words = wordsOf(await (await get(PATH, other.cookie)).text())
    expect(words).toContain('So far: 0 topics, 0 authors, 0 papers, 0 answers.')
    expect(words).not.toContain('Unfollow')
    const paper = await (await app.request('/papers/2601.00001')).text()
    expect(paper).not.toContain(reader.id)
    await db().updateTable('readers').set({ suspended_at: NOON }).where('id', '=', reader.id).execute()
    expect((await send('titles', { titles: '2601.00002' })).status).toBe(403)
  })

  it('slows down those who send much', async () => {
    const { send } = await open()
    for (let times = 0; times < RATE_LIMITS.library.most; times++)
      expect((await send('orcid', { orcid: 'x' })).status).toBe(422)
    expect((await send('orcid', { orcid: 'x' })).status).toBe(429)
  })
})

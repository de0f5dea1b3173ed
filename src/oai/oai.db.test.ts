import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { pythonWith } from '../../test/python.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, openSite, TIME_ZONE } from '../../test/site.ts'
import { settledOrWaiting } from '../../test/waiting.ts'
import { inTransaction } from '../db/transaction.ts'
import { hidePaper, unhidePaper } from '../moderation/hide-paper.ts'
import { mergePapers } from '../moderation/merge-papers.ts'
import { recordPapers } from '../papers/record.ts'
import { papersIn, collect, feed } from '../sources/feed.fixture.ts'
import { readArxivOai } from '../sources/formats/arxiv-oai.ts'
import { createApp } from '../web/app.ts'
import { READ_ALLOWANCES } from '../web/read-limits.ts'
import { formatCursor } from '../db/cursor.ts'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'

const python = await pythonWith(['sickle==0.7.0', 'oaipmh-scythe==0.16.0', 'lxml==6.1.3'])
if (python === null) console.warn('Answers to harvesters are not validated: there is no Python to do it.')

/** What schemas say against answers (testing/schemas), null for each that is valid. */
async function faultsOf(answers: string[]): Promise<(string | null)[]> {
  const script = join(PACKAGE_ROOT, 'src', 'oai', 'testing', 'validate.py')
  return new Promise((resolve, reject) => {
    const child = execFile(python ?? '', [script], { maxBuffer: 1e8 }, (error, stdout) =>
      error ? reject(error) : resolve(JSON.parse(stdout)),
    )
    child.stdin?.end(JSON.stringify(answers))
  })
}

type Header = { identifier: string; datestamp: string; setSpec?: string[]; '@status'?: string }
type Answer = {
  text: string
  responseDate: string
  request: string | ({ '#text': string } & Record<string, string>)
  error: { '@code': string; '#text': string } | undefined
  headers: Header[]
  token: string | undefined
  total: number | undefined
  cursor: number | undefined
  /** The element of the verb. */
  content: Record<string, never>
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  isArray: (name) => ['record', 'header', 'setSpec', 'set', 'metadataFormat'].includes(name),
})

function readAnswer(text: string): Answer {
  expect(XMLValidator.validate(text)).toBe(true)
  const root = parser.parse(text)['OAI-PMH']
  const { responseDate, request, error, ...rest } = root
  const content = (Object.entries(rest).find(([name]) => /^[A-Z]/.test(name))?.[1] ?? {}) as Answer['content']
  const { header = [], record = [], resumptionToken } = content
  const headers = [...header, ...(record as { header: Header[] }[]).flatMap((one) => one.header)]
  const isObject = typeof resumptionToken === 'object'
  return {
    text,
    responseDate,
    request,
    error,
    headers,
    content,
    token: isObject ? resumptionToken['#text'] : undefined,
    total: isObject ? Number(resumptionToken['@completeListSize']) : undefined,
    cursor: isObject ? Number(resumptionToken['@cursor']) : undefined,
  }
}

describeWithDatabase('the OAI-PMH provider', (db) => {
  const open = () => {
    const { app, site, record } = openSite(db())
    const send = async (query: string, init: RequestInit = {}) => app.request(`/oai${query}`, init)
    const ask = async (query: string): Promise<Answer> => {
      const answer = await send(`?${query}`)
      expect([query, answer.status, answer.headers.get('content-type')]).toEqual([
        query,
        200,
        'text/xml; charset=utf-8',
      ])
      return readAnswer(await answer.text())
    }
    /** A list to its end, and when it was begun. */
    const list = async (query: string) => {
      const headers: Header[] = []
      let answer = await ask(query)
      const { responseDate } = answer
      for (;;) {
        headers.push(...answer.headers)
        if (!answer.token) return { headers, responseDate, last: answer }
        const verb = /verb=\w+/.exec(query)?.[0]
        answer = await ask(`${verb}&resumptionToken=${answer.token}`)
      }
    }
    const idOf = async (address: string) =>
      (await db().selectFrom('papers').select('id').where('address', '=', address).executeTakeFirstOrThrow())
        .id
    const identifierOf = async (address: string) => {
      const row = await db()
        .selectFrom('papers')
        .select('uuid')
        .where('address', '=', address)
        .executeTakeFirstOrThrow()
      return `oai:tides.example:${row.uuid}`
    }
    return { app, site, record, send, ask, list, idOf, identifierOf }
  }
  const curate = async () => {
    const { reader } = await signIn(db(), { curator: true })
    return { curatorId: reader.id, reason: 'spam', now: NOON } as const
  }
  /** As if all that has happened were long ago: the clock of the database can't be moved. */
  const age = async () => {
    await sql`update oai_topics set stamp = stamp - 86400000000`.execute(db())
    await sql`update oai_records set stamp = stamp - 86400000000`.execute(db())
  }
  const many = (count: number, facts: Parameters<typeof stated>[1] = {}) =>
    Array.from({ length: count }, (_, i) => stated(`2601.${10_000 + i}`, facts))

  const HARD = stated('2601.00009', {
    title: 'A \u0007 <b>&amp; "q" \u{1f30a} $\\alpha<\\beta$ ]]> \ufffe',
    abstract: 'One.\n\nTwo & three: x < y.',
    authors: [
      { name: 'José Ek Jr.', family: 'Ek', given: 'José', suffix: 'Jr.', affiliation: 'Univ. <X> & Y' },
      { name: 'The CMS Collaboration', kind: 'collaboration' },
    ],
    authorsTruncated: true,
    authorsMissing: 200,
    categories: ['cs.CL', 'Μαθηματικά & τέχνες'],
    comments: '9 pages & more',
    journalReference: 'J. Tides 1 (2026) 2',
    published: { precision: 'time', value: '2026-01-13T12:00:00.000Z' },
    versions: [
      { number: 1, submittedAt: '2026-01-13T12:00:00.000Z' },
      { number: 2, submittedAt: '2026-01-14T12:00:00.000Z' },
    ],
    licenseUrl: 'http://creativecommons.org/licenses/by/4.0/',
  })

  it('says who it is', async () => {
    const { ask, record } = open()
    const empty = await ask('verb=Identify')
    expect(empty.content).toMatchObject({
      repositoryName: 'Tide Lines',
      baseURL: 'https://tides.example/oai',
      protocolVersion: '2.0',
      adminEmail: 'desk@tides.example',
      earliestDatestamp: empty.responseDate,
      deletedRecord: 'persistent',
      granularity: 'YYYY-MM-DDThh:mm:ssZ',
    })
    await record([stated('2601.00001')])
    await age()
    const { content } = await ask('verb=Identify')
    const { headers } = await ask('verb=ListIdentifiers&metadataPrefix=oai_dc')
    expect(content['earliestDatestamp']).toBe(headers[0]?.datestamp)
  })

  it('writes papers in each format, whatever is in them', async () => {
    const { record, ask, identifierOf } = open()
    await record([HARD])
    const identifier = await identifierOf('2601.00009')
    const asDublinCore = await ask(`verb=GetRecord&metadataPrefix=oai_dc&identifier=${identifier}`)
    expect(asDublinCore.request).toEqual({
      '#text': 'https://tides.example/oai',
      '@verb': 'GetRecord',
      '@metadataPrefix': 'oai_dc',
      '@identifier': identifier,
    })
    const [{ metadata }] = asDublinCore.content['record'] as unknown as [
      { metadata: Record<string, unknown> },
    ]
    const [header] = asDublinCore.headers
    expect(header).toMatchObject({
      identifier,
      setSpec: [
        'topic:cs.CL',
        'topic:~ce~9c~ce~b1~ce~b8~ce~b7~ce~bc~ce~b1~cf~84~ce~b9~ce~ba~ce~ac~20~26~20~cf~84~ce~ad~cf~87~ce~bd~ce~b5~cf~82',
        'edition:2026-01-13',
      ],
    })
    expect(metadata['oai_dc:dc']).toMatchObject({
      'dc:title': 'A <b>&amp; "q" 🌊 α<β ]]>',
      'dc:creator': ['Ek, José, Jr.', 'The CMS Collaboration', 'et al. (200 more)'],
      'dc:subject': ['Computation and Language', 'Μαθηματικά & τέχνες'],
      'dc:description': ['One.\n\nTwo & three: x < y.', '9 pages & more'],
      'dc:date': '2026-01-13',
      'dc:source': 'J. Tides 1 (2026) 2',
      'dc:identifier': ['https://tides.example/papers/2601.00009', 'https://arxiv.org/abs/2601.00009'],
      'dc:rights': 'http://creativecommons.org/licenses/by/4.0/',
    })
    const asArxiv = await ask(`verb=GetRecord&metadataPrefix=arXiv&identifier=${identifier}`)
    // It comes out as our own harvester would take it in.
    const [read] = papersIn(await collect(readArxivOai(feed(asArxiv.text))))
    expect(read).toMatchObject({
      identifiers: HARD.identifiers,
      abstract: HARD.abstract,
      authors: [
        { family: 'Ek', given: 'José', suffix: 'Jr.', affiliation: 'Univ. <X> & Y' },
        { name: 'The CMS Collaboration', kind: 'collaboration' },
      ],
      authorsTruncated: true,
      authorsMissing: 200,
      categories: ['cs.CL'],
      comments: HARD.comments,
      journalReference: HARD.journalReference,
      published: { precision: 'day', value: '2026-01-13' },
    })
    expect(asArxiv.text).toContain('<created>2026-01-13</created><updated>2026-01-14</updated>')
    // The set with the hard name is there under it.
    const set = header?.setSpec?.[1]
    expect((await ask(`verb=ListIdentifiers&metadataPrefix=oai_dc&set=${set}`)).headers).toHaveLength(1)
  })

  it.skipIf(python === null)('answers as the schemas of the protocol and its formats say', async () => {
    const { record, ask, send, identifierOf, idOf } = open()
    await record([HARD, stated('doi/10.5555/a', { source: 'crossref' }), ...many(501)])
    await hidePaper(db(), { paperId: await idOf('2601.10000'), ...(await curate()) })
    const identifier = await identifierOf('2601.00009')
    const queries = [
      'verb=Identify',
      'verb=ListMetadataFormats',
      `verb=ListMetadataFormats&identifier=${identifier}`,
      'verb=ListSets',
      'verb=ListIdentifiers&metadataPrefix=oai_dc',
      'verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01',
      'verb=ListRecords&metadataPrefix=arXiv&set=topic:cs.CL',
      'verb=ListRecords&metadataPrefix=arXiv',
      `verb=GetRecord&metadataPrefix=oai_dc&identifier=${identifier}`,
      `verb=GetRecord&metadataPrefix=oai_dc&identifier=${await identifierOf('2601.10000')}`,
      '',
      'verb=Identify&x=%3Cy%3E%22%26',
      'verb=GetRecord&metadataPrefix=oai_dc&identifier=%3C%22%26%3E',
      'verb=GetRecord&metadataPrefix=oai_dc&identifier=%07',
      'verb=ListRecords&metadataPrefix=%3C',
      'verb=ListRecords&metadataPrefix=mods',
      'verb=ListRecords&metadataPrefix=oai_dc&until=1990-01-01',
      'verb=ListRecords&resumptionToken=%3Cx%3E',
    ]
    const answers = await Promise.all(queries.map(ask))
    answers.push(await ask(`verb=ListRecords&resumptionToken=${answers[5]?.token}`))
    expect(await faultsOf(answers.map(({ text }) => text))).toEqual(answers.map(() => null))
    expect(await faultsOf(['<OAI-PMH/>'])).not.toEqual([null])
    expect(await (await send('?verb=Identify', { method: 'HEAD' })).text()).toBe('')
  })

  it.each([
    ['', 'badVerb', 'There is no verb.'],
    ['verb=Harvest', 'badVerb', 'no such verb'],
    ['verb=toString', 'badVerb', 'no such verb'],
    ['verb=identify', 'badVerb', 'no such verb'],
    ['verb=Identify&verb=Identify', 'badVerb', 'more than one verb'],
    ['verb=Identify&metadataPrefix=oai_dc', 'badArgument', 'no argument “metadataPrefix”'],
    ['verb=Identify&%3Cx%3E=1', 'badArgument', 'no argument “<x>”'],
    ['verb=ListRecords', 'badArgument', 'needs the argument metadataPrefix'],
    ['verb=ListIdentifiers&from=2026-01-01', 'badArgument', 'needs the argument metadataPrefix'],
    ['verb=GetRecord&metadataPrefix=oai_dc', 'badArgument', 'needs the argument identifier'],
    ['verb=GetRecord&identifier=oai:x:1', 'badArgument', 'needs the argument metadataPrefix'],
    ['verb=ListRecords&metadataPrefix=', 'badArgument', 'metadataPrefix is empty'],
    [
      'verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc',
      'badArgument',
      'metadataPrefix is given more than once',
    ],
    [
      'verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&from=2026-01-01',
      'badArgument',
      'from is given more than once',
    ],
    ['verb=ListRecords&metadataPrefix=a%20b', 'badArgument', 'metadataPrefix'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=yesterday', 'badArgument', 'from is not a day'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30', 'badArgument', 'from is not a day'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T24:00:00Z', 'badArgument', 'from is not a day'],
    ['verb=ListRecords&metadataPrefix=oai_dc&until=2026-01-01T00:00Z', 'badArgument', 'until is not a day'],
    [
      'verb=ListRecords&metadataPrefix=oai_dc&until=2026-01-01T00:00:00.000Z',
      'badArgument',
      'until is not a day',
    ],
    [
      'verb=ListRecords&metadataPrefix=oai_dc&until=2026-01-01T00:00:00%2B00:00',
      'badArgument',
      'until is not a day',
    ],
    ['verb=ListRecords&metadataPrefix=oai_dc&until=2026-01', 'badArgument', 'until is not a day'],
    [
      'verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-02T00:00:00Z',
      'badArgument',
      'both',
    ],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01', 'badArgument', 'later than'],
    ['verb=ListRecords&metadataPrefix=oai_dc&set=cs', 'badArgument', 'set'],
    ['verb=ListRecords&metadataPrefix=oai_dc&set=edition:2026-02-30', 'badArgument', 'set'],
    ['verb=ListRecords&metadataPrefix=oai_dc&set=topic:~63s.CL', 'badArgument', 'set'],
    ['verb=ListRecords&metadataPrefix=oai_dc&set=topic:~00', 'badArgument', 'set'],
    ['verb=ListRecords&metadataPrefix=oai_dc&set=topic:', 'badArgument', 'set'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=%FF', 'badArgument', 'UTF-8'],
    ['verb=ListRecords&metadataPrefix=mods', 'cannotDisseminateFormat', 'no such format'],
    ['verb=GetRecord&identifier=x&metadataPrefix=mods', 'cannotDisseminateFormat', 'no such format'],
    ['verb=GetRecord&identifier=x&metadataPrefix=oai_dc', 'idDoesNotExist', 'no record'],
    ['verb=ListMetadataFormats&identifier=oai:tides.example:1', 'idDoesNotExist', 'no record'],
    [
      'verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:tides.example:6ba7b814-9dad-41d1-80b4-00c04fd430c8',
      'idDoesNotExist',
      'no record',
    ],
    ['verb=ListRecords&metadataPrefix=oai_dc&until=1999-12-31', 'noRecordsMatch', ''],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2999-01-01', 'noRecordsMatch', ''],
    ['verb=ListIdentifiers&metadataPrefix=oai_dc&from=9999-12-31&until=9999-12-31', 'noRecordsMatch', ''],
    ['verb=ListIdentifiers&metadataPrefix=oai_dc&set=topic:cs.XX', 'noRecordsMatch', ''],
    ['verb=ListIdentifiers&metadataPrefix=oai_dc&set=edition:1999-01-01', 'noRecordsMatch', ''],
    ['verb=ListRecords&resumptionToken=abc', 'badResumptionToken', 'Ask for the list again'],
    ['verb=ListSets&resumptionToken=abc', 'badResumptionToken', 'Ask for the list again'],
    [
      `verb=ListSets&resumptionToken=${formatCursor(['edition', '2999-01-01', 5])}`,
      'badResumptionToken',
      'no more sets',
    ],
    [`verb=ListSets&resumptionToken=${formatCursor(['edition', '0000-01-01', 5])}`, 'badResumptionToken', ''],
    [`verb=ListSets&resumptionToken=${formatCursor(['topic', '\0', 5])}`, 'badResumptionToken', ''],
    [
      'verb=ListRecords&resumptionToken=abc&metadataPrefix=oai_dc',
      'badArgument',
      'metadataPrefix cannot be given with',
    ],
    ['verb=ListRecords&resumptionToken=a&resumptionToken=b', 'badArgument', 'more than once'],
    ['verb=GetRecord&resumptionToken=abc', 'badArgument', 'no argument “resumptionToken”'],
  ])('answers %s with %s', async (query, code, reason) => {
    const { record, ask } = open()
    await record([stated('2601.00001', { categories: ['cs.CL'] })])
    const { error, request, text } = await ask(query)
    expect([error?.['@code'], error?.['#text']]).toEqual([code, expect.stringContaining(reason)])
    expect([text.match(/<error /g)?.length, text.includes('<List')]).toEqual([1, false])
    if (code === 'badVerb' || code === 'badArgument') expect(request).toBe('https://tides.example/oai')
    else expect(request).toMatchObject({ '#text': 'https://tides.example/oai' })
  })

  it('refuses tokens of another list, and such as were made up', async () => {
    const { record, ask } = open()
    await record(many(501))
    const { token = '' } = await ask('verb=ListRecords&metadataPrefix=oai_dc')
    const parts = JSON.parse(Buffer.from(token, 'base64url').toString()) as (string | number)[]
    const codeOf = async (verb: string, changed: string) =>
      (await ask(`verb=${verb}&resumptionToken=${changed}`)).error?.['@code']
    expect(await codeOf('ListRecords', token)).toBeUndefined()
    expect(await codeOf('ListIdentifiers', token)).toBe('badResumptionToken')
    expect(await codeOf('ListSets', token)).toBe('badResumptionToken')
    for (const [place, value] of [
      [1, 'mods'],
      [2, 'yesterday'],
      [3, '2026-02-30'],
      [4, 'nowhere'],
      [5, -1],
      [5, 1.5],
      [5, 1e30],
      [6, 'x'],
      [7, null],
    ] as const)
      expect([
        place,
        value,
        await codeOf('ListRecords', formatCursor(parts.with(place, value as string))),
      ]).toEqual([place, value, 'badResumptionToken'])
    expect(await codeOf('ListSets', formatCursor(['topic', 'x'.repeat(201), 5]))).toBe('badResumptionToken')
    for (const cut of [token.slice(0, -3), token.slice(4), `${token}x`.repeat(2), 'a'.repeat(5_000)])
      expect(await codeOf('ListRecords', cut)).toBe('badResumptionToken')
  })

  it('is asked by POST from wherever, under whatever name, and changes nothing', async () => {
    const { record, send } = open()
    await record([stated('2601.00001')])
    const ask = async (body: string, headers: Record<string, string> = {}, query = '') =>
      send(query, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8', ...headers },
      })
    const answer = await ask('verb=ListRecords&metadataPrefix=oai_dc', {
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
      host: 'elsewhere.example',
    })
    expect(answer.status).toBe(200)
    expect(readAnswer(await answer.text()).headers).toHaveLength(1)
    const codeOf = async (sent: Response) => readAnswer(await sent.text()).error
    expect(await codeOf(await ask('{}', { 'content-type': 'application/json' }))).toEqual({
      '@code': 'badArgument',
      '#text': 'Send arguments as application/x-www-form-urlencoded.',
    })
    expect(await codeOf(await ask('verb=Identify', {}, '?verb=Identify'))).toMatchObject({
      '@code': 'badVerb',
    })
    expect(await codeOf(await ask('verb=Identify&x=%FF'))).toMatchObject({ '@code': 'badArgument' })
    expect((await ask(`verb=${'x'.repeat(200_000)}`)).status).toBe(413)
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const refused = await send('', { method })
      expect([method, refused.status, refused.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD, POST'])
    }
  })

  it('answers HEAD, compresses, and is made anew each time', async () => {
    const { record, send } = open()
    await record(many(20))
    const query = '?verb=ListRecords&metadataPrefix=oai_dc'
    const head = await send(query, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const packed = await send(query, { headers: { 'accept-encoding': 'gzip' } })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    await record([stated('2601.00002')])
    expect(readAnswer(await (await send(query)).text()).headers).toHaveLength(21)
  })

  it('lets harvesters wait who ask too often, as the protocol says', async () => {
    const { site } = open()
    const { app } = createApp(site, {
      allowances: { ...READ_ALLOWANCES, harvest: { most: 2, aSecond: 1 } },
    })
    for (const expected of [200, 200, 503]) {
      const answer = await app.request('/oai?verb=Identify')
      expect(answer.status).toBe(expected)
      if (expected === 503) expect(answer.headers.get('retry-after')).toBe('1')
    }
    expect((await app.request('/oai', { method: 'POST' })).status).toBe(503)
    expect((await app.request('/about')).status).toBe(200)
  })

  it('gives lists in pages that say how long they are', async () => {
    const { record, ask, list } = open()
    await record(many(1_001, { categories: ['cs.CL'], published: { precision: 'day', value: '2026-01-14' } }))
    for (const asked of [
      'verb=ListIdentifiers&metadataPrefix=oai_dc',
      'verb=ListIdentifiers&metadataPrefix=arXiv&from=2020-01-01',
      'verb=ListIdentifiers&metadataPrefix=oai_dc&set=topic:cs.CL',
      'verb=ListIdentifiers&metadataPrefix=oai_dc&set=topic',
      'verb=ListIdentifiers&metadataPrefix=oai_dc&set=edition:2026-01-14',
      'verb=ListIdentifiers&metadataPrefix=oai_dc&set=edition',
    ]) {
      const first = await ask(asked)
      expect([asked, first.headers.length, first.total, first.cursor]).toEqual([asked, 500, 1_001, 0])
      const { headers, last } = await list(asked)
      expect([asked, new Set(headers.map(({ identifier }) => identifier)).size]).toEqual([asked, 1_001])
      expect([last.token, last.total, last.cursor]).toEqual([undefined, 1_001, 1_000])
    }
    // One page has no token at all.
    expect((await ask('verb=ListIdentifiers&metadataPrefix=oai_dc&from=2999-01-01')).text).not.toContain(
      'Token',
    )
  })

  it('ends a page where it gets too long', async () => {
    const { record, ask, list } = open()
    const abstract = Array.from({ length: 30_000 }, (_, i) => (i * 7_919).toString(36)).join(' ')
    await record(many(40, { abstract }))
    const first = await ask('verb=ListRecords&metadataPrefix=arXiv')
    expect(first.headers.length).toBeLessThan(40)
    expect(first.text.length).toBeLessThan(6_000_000)
    expect(first.total).toBe(40)
    const { headers } = await list('verb=ListRecords&metadataPrefix=arXiv')
    expect(new Set(headers.map(({ identifier }) => identifier)).size).toBe(40)
  })

  it('lists all its sets, however many there are', async () => {
    const { record, ask } = open()
    const days = Array.from({ length: 700 }, (_, i) =>
      new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10),
    )
    await record(
      days.map((day, i) =>
        stated(`2601.${10_000 + i}`, {
          published: { precision: 'day', value: day },
          categories: [`topic-${String(i).padStart(3, '0')}`],
        }),
      ),
    )
    const specs: string[] = []
    let answer = await ask('verb=ListSets')
    const cursors = [answer.cursor]
    for (;;) {
      specs.push(
        ...(answer.content['set'] as unknown as { setSpec: string[] }[]).flatMap(({ setSpec }) => setSpec),
      )
      if (!answer.token) break
      answer = await ask(`verb=ListSets&resumptionToken=${answer.token}`)
      cursors.push(answer.cursor)
    }
    // Sets that no paper is in any more are still there for what is gone.
    const mine = specs.filter((spec) => !spec.includes(':') || /:topic-|:202[01]-/.test(spec))
    expect(mine).toEqual([
      'topic',
      'edition',
      ...days.map((_, i) => `topic:topic-${String(i).padStart(3, '0')}`),
      ...days.map((day) => `edition:${day}`),
    ])
    expect(cursors).toEqual([0, 500, 1_000])
  })

  it('tells of what is hidden at once, and of what is shown again', async () => {
    const { record, ask, idOf, identifierOf } = open()
    await record([
      stated('2601.00001', { title: 'Secret dunes', categories: ['cs.CL'] }),
      stated('2601.00002'),
    ])
    const identifier = await identifierOf('2601.00001')
    const paperId = await idOf('2601.00001')
    const get = (prefix: string) => ask(`verb=GetRecord&metadataPrefix=${prefix}&identifier=${identifier}`)
    await age()
    const before = (await get('oai_dc')).headers[0]

    await hidePaper(db(), { paperId, ...(await curate()) })
    const hidden = await get('arXiv')
    expect(hidden.headers[0]).toMatchObject({
      '@status': 'deleted',
      setSpec: ['topic:cs.CL', 'edition:2026-01-01'],
    })
    expect(hidden.headers[0]?.datestamp).not.toBe(before?.datestamp)
    const since = `from=${hidden.responseDate.slice(0, 10)}`
    const changed = await ask(`verb=ListRecords&metadataPrefix=oai_dc&${since}&set=topic:cs.CL`)
    expect(changed.headers).toEqual(hidden.headers)
    expect(changed.text + hidden.text).not.toContain('Secret')
    expect((await ask(`verb=ListMetadataFormats&identifier=${identifier}`)).text).toContain('arXiv')

    await age()
    await unhidePaper(db(), { paperId, ...(await curate()) })
    const shown = await get('oai_dc')
    expect(shown.headers[0]).not.toHaveProperty('@status')
    expect(shown.text).toContain('Secret dunes')
    expect((await ask(`verb=ListIdentifiers&metadataPrefix=oai_dc&${since}`)).headers).toEqual(shown.headers)
  })

  it('tells for good of what was merged and removed, and of nothing that only readers did', async () => {
    const { record, ask, idOf, identifierOf } = open()
    await record([
      stated('2601.00001', { categories: ['cs.CL'] }),
      stated('doi/10.5555/a', { source: 'bibtex', categories: ['math.AG'] }),
      stated('2601.00003', { categories: ['cs.CV'] }),
    ])
    const [kept, merged, removed] = await Promise.all(
      ['2601.00001', 'doi/10.5555/a', '2601.00003'].map(identifierOf),
    )
    await age()
    await mergePapers(db(), {
      keptId: await idOf('2601.00001'),
      mergedId: await idOf('doi/10.5555/a'),
      timeZone: TIME_ZONE,
      ...(await curate()),
    })
    await db().deleteFrom('papers').where('address', '=', '2601.00003').execute()
    const today = (await ask('verb=Identify')).responseDate.slice(0, 10)
    const lately = async () =>
      Object.fromEntries(
        (await ask(`verb=ListIdentifiers&metadataPrefix=oai_dc&from=${today}`)).headers.map((header) => [
          header.identifier,
          [header['@status'], header.setSpec],
        ]),
      )
    expect(await lately()).toEqual({
      [kept ?? '']: [undefined, ['topic:cs.CL', 'edition:2026-01-01']],
      [merged ?? '']: ['deleted', ['topic:math.AG']],
      [removed ?? '']: ['deleted', ['topic:cs.CV', 'edition:2026-01-01']],
    })
    // What never was on arXiv is in no list of that format, gone or not.
    const arxiv = await ask('verb=ListIdentifiers&metadataPrefix=arXiv')
    expect(new Set(arxiv.headers.map(({ identifier }) => identifier))).toEqual(new Set([kept, removed]))
    expect((await ask(`verb=GetRecord&metadataPrefix=arXiv&identifier=${merged}`)).error?.['@code']).toBe(
      'cannotDisseminateFormat',
    )
    await age()
    await sql`update papers set votes = votes + 1, heat = 3, comment_count = 2, index_seq = index_seq + 100`.execute(
      db(),
    )
    // Said again, as it was.
    await record([stated('2601.00001', { categories: ['cs.CL'], asOf: '2026-01-15T00:00:00.000Z' })])
    expect((await ask(`verb=ListIdentifiers&metadataPrefix=oai_dc&from=${today}`)).error?.['@code']).toBe(
      'noRecordsMatch',
    )
    expect(await sql`select from oai_pending`.execute(db())).toMatchObject({ rows: [] })
  })

  it('stamps what is committed late with when it was committed', async () => {
    const { record, ask } = open()
    await record([stated('2601.00001')])
    await age()
    const { promise: held, resolve: commit } = Promise.withResolvers<void>()
    const { promise: recorded, resolve: isRecorded } = Promise.withResolvers<void>()
    const late = inTransaction(db(), async (trx) => {
      await recordPapers(trx, [stated('2601.00002')], { now: NOON, timeZone: 'UTC' })
      isRecorded()
      await held
      // What happens as it commits.
      await sql`set constraints all immediate`.execute(trx)
      await committing
    })
    const { promise: committing, resolve: isCommitted } = Promise.withResolvers<void>()
    await recorded
    const early = await ask('verb=ListIdentifiers&metadataPrefix=oai_dc')
    expect(early.headers).toHaveLength(1)
    commit()
    await expect
      .poll(
        async () =>
          (
            await sql`select from pg_locks where locktype = 'advisory' and objid = 4152020 and granted`.execute(
              db(),
            )
          ).rows.length,
      )
      .toBe(1)
    // It is stamped and not committed: whoever asks now would not see it, and waits.
    const during = ask('verb=ListIdentifiers&metadataPrefix=oai_dc')
    await settledOrWaiting(db(), during)
    isCommitted()
    await late
    expect((await during).headers).toHaveLength(2)
    const next = await ask(`verb=ListIdentifiers&metadataPrefix=oai_dc&from=${early.responseDate}`)
    expect(next.headers).toHaveLength(1)
  })

  it('lets no harvester miss what changes while it harvests', async () => {
    const { record, list } = open()
    await record(many(1_200))
    let isDone = false
    const write = async (seed: number) => {
      for (let i = 0; i < 25; i++) {
        const number = 10_000 + ((seed * 397 + i * 211) % 1_200)
        await record([
          stated(`2601.${number}`, {
            title: `Changed ${seed} ${i}`,
            asOf: `2026-02-01T00:${String(i).padStart(2, '0')}:0${seed}.000Z`,
          }),
        ])
      }
    }
    const writers = Promise.all([1, 2, 3].map(write)).then(() => (isDone = true))
    const held = new Map<string, string>()
    let from = ''
    for (let isLast = false; ; isLast = isDone) {
      const { headers, responseDate } = await list(
        `verb=ListRecords&metadataPrefix=oai_dc${from === '' ? '' : `&from=${from}`}`,
      )
      for (const { identifier, datestamp } of headers) held.set(identifier, datestamp)
      from = responseDate
      if (isLast) break
    }
    await writers
    const { headers } = await list('verb=ListRecords&metadataPrefix=oai_dc')
    expect(new Map(headers.map(({ identifier, datestamp }) => [identifier, datestamp]))).toEqual(held)
    expect(held.size).toBe(1_200)
  })

  it('goes on with a list whose rest has changed', async () => {
    const { record, ask } = open()
    await record(many(501))
    await age()
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    const first = await ask(`verb=ListIdentifiers&metadataPrefix=oai_dc&until=${yesterday}`)
    expect([first.headers.length, first.total]).toEqual([500, 501])
    const left = await db()
      .selectFrom('oai_records as r')
      .innerJoin('papers as p', 'p.id', 'r.paper_id')
      .select('p.address')
      .orderBy('r.stamp', 'desc')
      .orderBy('r.paper_id', 'desc')
      .executeTakeFirstOrThrow()
    await record([stated(left.address, { title: 'Changed' })])
    const next = await ask(`verb=ListIdentifiers&resumptionToken=${first.token}`)
    expect(next.headers).toHaveLength(1)
    expect((next.headers[0]?.datestamp ?? '') > `${yesterday}T23:59:59Z`).toBe(true)
  })
})

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** A paper of the invented arXiv, and what became of it: instants and days are ISO 8601. */
export type ServedPaper = {
  id: string
  title: string
  abstract: string
  authors: { keyname: string; forenames: string }[]
  categories: string[]
  /** When each version was submitted. */
  versions: string[]
  /** The day, as lists are dated, on which it was announced. */
  announced: string
  /** The days on which it was announced again as replaced, by version. */
  replaced?: { day: string; version: number }[]
  /** The days on which it was cross-listed to a category later. */
  crossed?: { day: string; category: string }[]
  comments?: string
  license?: string
}

/** One request as it came, by the server's clock. */
export type Asked = { at: Date; service: 'rss' | 'oai' | 'api' | 'list'; path: string; userAgent: string }

export type ArxivServer = {
  url: string
  asked: Asked[]
  /** How many requests were answered at once, at most, by service. */
  mostAtOnce: Map<string, number>
  close: () => Promise<void>
}

export type ArxivBehaviour = {
  papers: () => ServedPaper[]
  now: () => Date
  /** The day that lists bear now. */
  listDay: () => string
  /** The day whose announcements the feed has now. */
  feedDay: () => string
  /** Answers in place of the server where it is out of order; true where it did. */
  trouble?: (asked: Asked, response: ServerResponse) => boolean
  /** What is in the feed of a category besides, raw. */
  extraItems?: () => string
  /** Categories whose announcements the feed lacks now. */
  staleCategories?: () => string[]
  pageSize?: number
  gzip?: boolean
}

/** rss.arxiv.org, oaipmh.arxiv.org, export.arxiv.org and arxiv.org in one, as they answer today, on this machine. */
export async function openArxivServer(behaviour: ArxivBehaviour): Promise<ArxivServer> {
  const asked: Asked[] = []
  const open = new Map<string, number>()
  const mostAtOnce = new Map<string, number>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://arxiv.invalid')
    const service = serviceOf(url.pathname)
    if (service === null) return void response.writeHead(404).end('Not found')
    const one = {
      at: behaviour.now(),
      service,
      path: request.url ?? '',
      userAgent: request.headers['user-agent'] ?? '',
    }
    asked.push(one)
    open.set(service, (open.get(service) ?? 0) + 1)
    mostAtOnce.set(service, Math.max(mostAtOnce.get(service) ?? 0, open.get(service) ?? 0))
    response.on('close', () => open.set(service, (open.get(service) ?? 1) - 1))
    if (behaviour.trouble?.(one, response)) return
    ANSWERS[service](behaviour, { url, request, response })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    mostAtOnce,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The addresses under which a server answers as each of arXiv's services. */
export function arxivUrls(url: string) {
  return { arxivRss: url, arxivOai: `${url}/oai`, arxivApi: url, arxivPages: url }
}

function serviceOf(path: string): Asked['service'] | null {
  if (/^\/(?:rss|atom)\//.test(path)) return 'rss'
  if (path === '/oai') return 'oai'
  if (path === '/api/query') return 'api'
  return path.startsWith('/list/') ? 'list' : null
}

type Exchange = { url: URL; request: IncomingMessage; response: ServerResponse }
const ANSWERS: Record<Asked['service'], (behaviour: ArxivBehaviour, exchange: Exchange) => void> = {
  rss: answerFeed,
  oai: answerOai,
  api: answerQuery,
  list: answerList,
}

function send(
  { gzip = false }: ArxivBehaviour,
  { request, response }: Exchange,
  { text, type, etag }: { text: string; type: string; etag?: string },
): void {
  if (etag !== undefined && request.headers['if-none-match'] === etag)
    return void response.writeHead(304).end()
  response.writeHead(200, {
    'content-type': type,
    ...(etag !== undefined && { etag }),
    ...(gzip && { 'content-encoding': 'gzip' }),
  })
  response.end(gzip ? gzipSync(text) : text)
}

// --- Feed ---

function answerFeed(behaviour: ArxivBehaviour, exchange: Exchange): void {
  const wanted = decodeURIComponent(exchange.url.pathname.split('/')[2] ?? '').split('+')
  const day = behaviour.feedDay()
  const stale = behaviour.staleCategories?.() ?? []
  const fresh = wanted.filter((category) => !stale.includes(category))
  const inFresh = (categories: string[]) => categories.some((category) => isOf(category, fresh))
  const items = behaviour.papers().flatMap((paper) => {
    if (!inFresh(paper.categories)) return []
    const isOwn = isOf(paper.categories[0] ?? '', fresh)
    if (paper.announced === day) return [item(paper, isOwn ? 'new' : 'cross', { day, version: 1 })]
    const crossed = paper.crossed?.some((one) => one.day === day && isOf(one.category, fresh))
    if (crossed) return [item(paper, 'cross', { day, version: 1 })]
    const replaced = paper.replaced?.find((one) => one.day === day)
    return replaced
      ? [item(paper, isOwn ? 'replace' : 'replace-cross', { day, version: replaced.version })]
      : []
  })
  const text = `<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">
  <channel>
    <title>${wanted.join(', ')} updates on arXiv.org</title>
    <link>http://rss.arxiv.org/rss/${wanted.join('+')}</link>
    <description>${wanted.join(', ')} updates on the arXiv.org e-print archive.</description>
    <pubDate>${midnight(day)}</pubDate>
    <skipDays><day>Sunday</day><day>Saturday</day></skipDays>${items.join('')}${behaviour.extraItems?.() ?? ''}
  </channel>
</rss>
`
  send(behaviour, exchange, {
    text,
    type: 'application/rss+xml',
    etag: `"${day}-${items.length}-${stale.join()}"`,
  })
}

function item(paper: ServedPaper, type: string, { day, version }: { day: string; version: number }): string {
  const names = paper.authors.map(({ forenames, keyname }) => `${forenames} ${keyname}`).join(', ')
  return `
    <item>
      <title>${xml(paper.title)}</title>
      <link>https://arxiv.org/abs/${paper.id}</link>
      <description>arXiv:${paper.id}v${version} Announce Type: ${type} 
Abstract: ${xml(paper.abstract)}</description>
      <guid isPermaLink="false">oai:arXiv.org:${paper.id}v${version}</guid>
      ${paper.categories.map((category) => `<category>${category}</category>`).join('')}
      <pubDate>${midnight(day)}</pubDate>
      <arxiv:announce_type>${type}</arxiv:announce_type>
      <dc:rights>${paper.license ?? 'http://arxiv.org/licenses/nonexclusive-distrib/1.0/'}</dc:rights>
      <dc:creator>${xml(names)}</dc:creator>
    </item>`
}

/** The day's midnight in New York, as arXiv writes it. */
function midnight(day: string): string {
  const noon = new Date(`${day}T12:00:00Z`)
  const offset = new Intl.DateTimeFormat('en', { timeZone: 'America/New_York', timeZoneName: 'longOffset' })
    .format(noon)
    .replace(/^.*GMT([+-]\d\d):(\d\d)$/, '$1$2')
  return `${noon.toUTCString().slice(0, 16)} 00:00:00 ${offset}`
}

function isOf(category: string, wanted: string[]): boolean {
  return wanted.some((one) => category === one || category.startsWith(`${one}.`))
}

// --- Lists ---

function answerList(behaviour: ArxivBehaviour, exchange: Exchange): void {
  const category = exchange.url.pathname.split('/')[2] ?? ''
  const day = behaviour.listDay()
  const heading = new Date(`${day}T12:00:00Z`).toLocaleDateString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
  const of = (papers: ServedPaper[], name: string) => `
   <h3>${name} submissions (showing ${papers.length} of ${papers.length} entries)</h3>
   ${papers.map(({ id }) => `<dt><a name='item1'>[1]</a> <a href ="/abs/${id}" title="Abstract" id="${id}"> arXiv:${id} </a></dt><dd><div class='meta'></div></dd>`).join('\n')}`
  const papers = behaviour.papers()
  const fresh = papers.filter(
    ({ announced, categories }) => announced === day && isOf(categories[0] ?? '', [category]),
  )
  const crossed = papers.filter(
    (paper) =>
      paper.announced === day &&
      !fresh.includes(paper) &&
      paper.categories.some((one) => isOf(one, [category])),
  )
  const replaced = papers.filter(
    (paper) =>
      paper.replaced?.some((one) => one.day === day) && paper.categories.some((one) => isOf(one, [category])),
  )
  const text = `<!DOCTYPE html><html lang="en"><head><title>${category}</title></head><body><h1>Some field</h1>
  <div id='dlpage'><h3>Showing new listings for ${heading.replace(' ', ', ').replace(/,,/, ',')}</h3>
  <dl id='articles'>${of(fresh, 'New')}${of(crossed, 'Cross')}${of(replaced, 'Replacement')}</dl></div></body></html>`
  send(behaviour, exchange, { text, type: 'text/html' })
}

// --- API ---

function answerQuery(behaviour: ArxivBehaviour, exchange: Exchange): void {
  const ids = (exchange.url.searchParams.get('id_list') ?? '').split(',').filter((id) => id !== '')
  const papers = behaviour.papers()
  const entries = ids.flatMap((id) => papers.filter((paper) => paper.id === id)).map(entry)
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title type="html">ArXiv Query: id_list=${ids.join(',')}</title>
  <id>http://arxiv.org/api/abcdefg</id>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">${entries.length}</opensearch:totalResults>${entries.join('')}
</feed>
`
  send(behaviour, exchange, { text, type: 'application/atom+xml' })
}

function entry(paper: ServedPaper): string {
  const number = paper.versions.length
  return `
  <entry>
    <id>http://arxiv.org/abs/${paper.id}v${number}</id>
    <updated>${seconds(paper.versions.at(-1) ?? '')}</updated>
    <published>${seconds(paper.versions[0] ?? '')}</published>
    <title>${xml(paper.title)}</title>
    <summary>${xml(paper.abstract)}</summary>
    ${paper.authors.map(({ forenames, keyname }) => `<author><name>${xml(`${forenames} ${keyname}`)}</name></author>`).join('')}
    <link href="http://arxiv.org/abs/${paper.id}v${number}" rel="alternate" type="text/html"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="${paper.categories[0] ?? ''}" scheme="http://arxiv.org/schemas/atom"/>
    ${paper.categories.map((term) => `<category term="${term}" scheme="http://arxiv.org/schemas/atom"/>`).join('')}
  </entry>`
}

// --- OAI-PMH ---

function answerOai(behaviour: ArxivBehaviour, exchange: Exchange): void {
  const { url } = exchange
  const token = url.searchParams.get('resumptionToken')
  const parameters = token === null ? url.searchParams : new URLSearchParams(decodeURIComponent(token))
  const [from, until, format] = ['from', 'until', 'metadataPrefix'].map((name) => parameters.get(name) ?? '')
  const skip = Number(parameters.get('skip') ?? 0)
  const set = parameters.get('set')?.split(':') ?? []
  const answer = (body: string) =>
    send(behaviour, exchange, {
      type: 'text/xml',
      text: `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<responseDate>${seconds(behaviour.now().toISOString())}</responseDate>
<request verb="ListRecords">http://oaipmh.arxiv.org/oai</request>
${body}
</OAI-PMH>
`,
    })
  if (token !== null && parameters.get('day') !== behaviour.now().toISOString().slice(0, 10))
    return answer(`<error code='badResumptionToken'>The token has expired.</error>`)
  if (format !== 'arXiv' && format !== 'arXivRaw')
    return answer(`<error code='cannotDisseminateFormat'>Did not recognize requested format</error>`)
  const today = behaviour.now().toISOString().slice(0, 10)
  const records = behaviour
    .papers()
    .map((paper) => ({ paper, stamp: datestamp(paper, today) }))
    .filter(
      ({ paper, stamp }) =>
        stamp !== null && stamp >= (from ?? '') && stamp <= (until || '9') && isInSet(paper, set),
    )
    .toSorted((a, b) => (a.stamp ?? '').localeCompare(b.stamp ?? '') || a.paper.id.localeCompare(b.paper.id))
  if (records.length === 0) return answer(`<error code='noRecordsMatch'>No records.</error>`)
  const size = behaviour.pageSize ?? 3_500
  const page = records.slice(skip, skip + size)
  const last = page.at(-1)?.stamp ?? ''
  const isLast = skip + size >= records.length
  // As arXiv's: from the last day on, skipping what of it was given.
  const next = new URLSearchParams({
    verb: 'ListRecords',
    metadataPrefix: format,
    ...(set.length > 0 && { set: set.join(':') }),
    from: last === page[0]?.stamp ? (from ?? '') : last,
    until: until ?? '',
    skip: String(last === page[0]?.stamp ? skip + size : page.filter(({ stamp }) => stamp === last).length),
    day: today,
  })
  const tokenElement = isLast
    ? ''
    : `<resumptionToken expirationDate="${today}T23:59:59Z" completeListSize="${records.length}" cursor="${skip}">${xml(encodeURIComponent(next.toString()))}</resumptionToken>`
  answer(
    `<ListRecords>\n${page.map(({ paper, stamp }) => record(paper, { stamp: stamp ?? '', format })).join('\n')}\n${tokenElement}\n</ListRecords>`,
  )
}

/** The day of the last change that was announced by then; the announcement of an evening is of the next day. */
function datestamp(paper: ServedPaper, today: string): string | null {
  const changes = [
    paper.announced,
    ...(paper.replaced ?? []).map(({ day }) => day),
    ...(paper.crossed ?? []).map(({ day }) => day),
  ]
  return (
    changes
      .filter((day) => day <= today)
      .toSorted()
      .at(-1) ?? null
  )
}

function isInSet(paper: ServedPaper, set: string[]): boolean {
  if (set.length === 0) return true
  const [group = '', archive = group, subject] = set
  const wanted = subject === undefined ? archive : `${archive}.${subject}`
  return paper.categories.some((category) => isOf(category, [wanted]))
}

function record(paper: ServedPaper, { stamp, format }: { stamp: string; format: string }): string {
  const first = paper.versions[0] ?? ''
  const shown = paper.versions.filter(
    (_, i) => i === 0 || (paper.replaced ?? []).some(({ version, day }) => version === i + 1 && day <= stamp),
  )
  const shared = `<title>${xml(paper.title)}</title>${paper.comments ? `<comments>${xml(paper.comments)}</comments>` : ''}<categories>${paper.categories.join(' ')}</categories><license>${paper.license ?? 'http://arxiv.org/licenses/nonexclusive-distrib/1.0/'}</license><abstract>  ${xml(paper.abstract)}
</abstract>`
  const metadata =
    format === 'arXiv'
      ? `<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>${paper.id}</id><created>${first.slice(0, 10)}</created>${shown.length > 1 ? `<updated>${(shown.at(-1) ?? '').slice(0, 10)}</updated>` : ''}<authors>${paper.authors.map(({ keyname, forenames }) => `<author><keyname>${xml(keyname)}</keyname><forenames>${xml(forenames)}</forenames></author>`).join('')}</authors>${shared}</arXiv>`
      : `<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>${paper.id}</id><submitter>${xml(paper.authors[0]?.keyname ?? '')}</submitter>${shown.map((at, i) => `<version version="v${i + 1}"><date>${new Date(at).toUTCString()}</date><size>12kb</size><source_type>D</source_type></version>`).join('')}<authors>${xml(paper.authors.map(({ keyname, forenames }) => `${forenames} ${keyname}`).join(', '))}</authors>${shared}</arXivRaw>`
  const sets = paper.categories
    .map((category) => `<setSpec>${category.split('.')[0] ?? ''}</setSpec>`)
    .join('')
  return `<record><header><identifier>oai:arXiv.org:${paper.id}</identifier><datestamp>${stamp}</datestamp>${sets}</header><metadata>${metadata}</metadata></record>`
}

function seconds(instant: string): string {
  return instant === '' ? '' : `${new Date(instant).toISOString().slice(0, 19)}Z`
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

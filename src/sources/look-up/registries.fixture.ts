import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** arXiv's API, doi.org and the registries behind it, as far as they are needed, on this machine. */
export type Registries = {
  url: string
  /** What was asked for, in order. */
  asked: { path: string; headers: IncomingHttpHeaders }[]
  /** Answers what is asked at a path (with its query) from now on. */
  on: (path: string, respond: (response: ServerResponse) => void) => void
  close: () => Promise<void>
}

/** Starts them on a free port; what nothing answers is 404, as at doi.org. */
export async function openRegistries(): Promise<Registries> {
  const asked: Registries['asked'] = []
  const answers = new Map<string, (response: ServerResponse) => void>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push({ path, headers: request.headers })
    const respond = answers.get(path) ?? sends('<html><body>DOI Not Found</body></html>', { status: 404 })
    respond(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    on: (path, respond) => void answers.set(path, respond),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** An answer with that text; `gzip` as most servers send it. */
export function sends(
  text: string,
  {
    status = 200,
    type = 'text/html',
    headers = {},
    gzip = false,
  }: { status?: number; type?: string; headers?: Record<string, string>; gzip?: boolean } = {},
): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status, {
      'content-type': type,
      ...headers,
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    })
    response.end(gzip ? gzipSync(text) : text)
  }
}

export function redirectsTo(location: string): (response: ServerResponse) => void {
  return sends('Moved', { status: 302, headers: { location } })
}

/** Begins an answer that never ends, with more of `text` whenever there is room. */
export function sendsForEver(text: string): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = () => {
      while (!response.destroyed) if (!response.write(text)) return void response.once('drain', more)
    }
    more()
  }
}

/** Where arXiv's API tells of one paper. */
export function arxivPath(arxivId: string): string {
  return `/api/query?id_list=${encodeURIComponent(arxivId)}&max_results=1`
}

/** A feed as arXiv's API answers it. */
export function arxivFeed(entries: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <link href="http://arxiv.org/api/query?search_query%3D%26id_list%3D" rel="self" type="application/atom+xml"/>
  <title type="html">ArXiv Query: search_query=&amp;id_list=&amp;start=0&amp;max_results=1</title>
  <id>http://arxiv.org/api/abcdefg</id>
  <updated>2026-01-15T00:00:00-05:00</updated>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1</opensearch:totalResults>${entries}
</feed>
`
}

export function arxivEntry(arxivId: string): string {
  return `
  <entry>
    <id>http://arxiv.org/abs/${arxivId}v2</id>
    <updated>2026-01-12T10:00:00Z</updated>
    <published>2026-01-05T09:00:00Z</published>
    <title>Tides of an
  inland sea</title>
    <summary>  We measure $x^2$ tides.
</summary>
    <author><name>Ann Lee</name></author>
    <author><name>Bo Ek</name></author>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="physics.ao-ph"/>
    <category term="physics.ao-ph" scheme="http://arxiv.org/schemas/atom"/>
  </entry>`
}

/** A record of an invented article as Crossref gives it in CSL-JSON. */
export const CROSSREF_ARTICLE = {
  type: 'journal-article',
  DOI: '10.5555/TIDES.2026.7',
  URL: 'https://doi.org/10.5555/tides.2026.7',
  title:
    'Tides of <i>Zostera</i> meadows &amp; CO<sub>2</sub>: <mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML" altimg="si1.gif"><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math> laws',
  subtitle: ['A survey'],
  author: [
    {
      given: 'Ann',
      family: 'Lee',
      sequence: 'first',
      ORCID: 'http://orcid.org/0000-0002-1825-0097',
      'authenticated-orcid': true,
      affiliation: [{ name: 'Univ. of the Coast' }, { name: 'Sea Lab' }],
    },
    { given: 'Jan', family: 'Berg', 'non-dropping-particle': 'van den', suffix: 'Jr.', affiliation: [] },
    { literal: 'The Tide Gauge Consortium' },
  ],
  issued: { 'date-parts': [[2026, 1, 9]] },
  published: { 'date-parts': [[2026, 1]] },
  abstract:
    '<jats:title>Abstract</jats:title>\n  <jats:sec>\n <jats:title>Background</jats:title>\n  <jats:p>Meadows\n   breathe, p &lt; 0.05.</jats:p></jats:sec>' +
    '<jats:p>See <jats:inline-formula><jats:alternatives><jats:tex-math>$$q_1$$</jats:tex-math><mml:math><mml:mi>q</mml:mi></mml:math></jats:alternatives></jats:inline-formula>.</jats:p>',
  'container-title': 'Journal of Invented Tides',
  volume: '12',
  issue: '3',
  page: '45-67',
  license: [
    { URL: 'https://example.org/tdm', 'content-version': 'tdm', 'delay-in-days': 0 },
    { URL: 'https://creativecommons.org/licenses/by/4.0/', 'content-version': 'vor', 'delay-in-days': 0 },
  ],
  relation: {
    'has-preprint': [{ 'id-type': 'doi', id: '10.48550/arXiv.2601.00007', 'asserted-by': 'subject' }],
  },
  publisher: 'Invented Press',
  'is-referenced-by-count': 4,
}

/** A record of an invented report as DataCite gives it in CSL-JSON. */
export const DATACITE_REPORT = {
  type: 'report',
  id: 'https://doi.org/10.5555/report.1',
  categories: ['Oceanography'],
  language: 'eng',
  author: [{ family: 'Ek', given: 'Bo' }, { literal: 'Sea Lab' }],
  issued: { 'date-parts': [[2025]] },
  abstract: 'We report <b>heights</b>.<br><br>Where h < 3 m, none were seen.',
  DOI: '10.5555/REPORT.1',
  publisher: 'Invented Archive',
  title: 'Heights of tides',
  URL: 'https://archive.example/report/1',
  copyright: 'https://creativecommons.org/publicdomain/zero/1.0/',
}

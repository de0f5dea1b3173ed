import { parseIdentifier } from './identifiers.ts'

export const LINK_KINDS = ['code', 'project', 'dataset', 'model', 'demo', 'paper', 'other'] as const
export type LinkKind = (typeof LINK_KINDS)[number]
/** `url` is absolute http(s), normalised by `normaliseUrl`. */
export type PaperLink = { kind: LinkKind; url: string }

const LONGEST_URL = 2048

/**
 * One spelling for one page: host in lower case, without default port, trailing slash, `.git` of a repository
 * and `utm_…` parameters. Null for what is not an absolute http(s) URL of at most 2,048 characters, and for
 * one that carries credentials. Normalising twice changes nothing.
 */
export function normaliseUrl(url: string): string | null {
  if (url.length > LONGEST_URL || !/^\s*https?:\/\//i.test(url)) return null
  const page = URL.parse(url)
  if (page === null || page.username !== '' || page.password !== '') return null
  const host = page.hostname.replace(/\.+$/, '')
  if (host === '') return null
  const port = page.port === '' ? '' : `:${page.port}`
  const query = page.search
    .slice(1)
    .split('&')
    .filter((parameter) => parameter !== '' && !/^utm_/i.test(parameter))
    .join('&')
  const path = normalPath(page.pathname, host)
  const normal = `${page.protocol}//${host}${port}${path}${query === '' ? '' : `?${query}`}${page.hash}`
  return normal.length > LONGEST_URL ? null : normal
}

function normalPath(path: string, host: string): string {
  let normal = path
  while (normal.endsWith('/')) normal = normal.slice(0, -1)
  if (!isForge(host)) return normal
  // A name that begins with a word character cannot become a segment `..` when its ending goes.
  while (/\/\w[^/]*\.git$/.test(normal)) normal = normal.slice(0, -'.git'.length)
  return normal
}

const FORGES = new Set(['github.com', 'gitlab.com', 'codeberg.org', 'bitbucket.org', 'gitee.com'])

/** Whether a host is one of the sites where people keep the code that they write. */
export function isForge(host: string): boolean {
  return FORGES.has(host.replace(/^www\./, '')) || /^(?:gitlab|git)\.[^.]+\.|(?:^|\.)sr\.ht$/.test(host)
}

/** What a page is, as far as its host and path tell. */
export function classifyLink(url: string): LinkKind {
  const page = URL.parse(url)
  if (page === null || !/^https?:$/.test(page.protocol)) return 'other'
  const host = page.hostname.replace(/\.+$/, '').replace(/^www\./, '')
  const segments = page.pathname.split('/').filter((segment) => segment !== '')
  return (
    forgeKind(host, segments) ??
    hubKind(host, segments) ??
    KIND_OF_HOST.find(([, pattern]) => pattern.test(host))?.[0] ??
    paperKind(url, host) ??
    'other'
  )
}

const NOT_OWNERS = new Set([
  'about',
  'apps',
  'blog',
  'explore',
  'features',
  'marketplace',
  'search',
  'topics',
  'users',
])

function forgeKind(host: string, segments: string[]): LinkKind | null {
  if (/^(?:gist|raw)\.github|^(?:www\.)?anonymous\.4open\.science$|^4open\.science$/.test(host)) {
    return segments.length > 0 ? 'code' : 'other'
  }
  if (!isForge(host)) return null
  const [first] = segments
  if (first === undefined || NOT_OWNERS.has(first)) return 'other'
  return segments.length === 1 || first === 'orgs' ? 'project' : 'code'
}

const HUGGING_FACE_PAGES = new Set(
  'api blog chat collections docs enterprise join learn login models organizations posts pricing tasks'.split(
    ' ',
  ),
)

/** Sites whose paths say whether a page is a dataset, a model or a demo. */
function hubKind(host: string, segments: string[]): LinkKind | null {
  const [first, second] = segments
  if (host === 'huggingface.co' || host === 'hf.co') {
    if (second === undefined) return 'other'
    if (first === 'datasets') return 'dataset'
    if (first === 'spaces') return 'demo'
    if (first === 'papers') return 'paper'
    return HUGGING_FACE_PAGES.has(first ?? '') ? 'other' : 'model'
  }
  if (host === 'kaggle.com') {
    if (first === 'models') return 'model'
    if (first === 'code') return 'code'
    return second === undefined ? 'other' : 'dataset'
  }
  if (host === 'modelscope.cn' || host === 'modelscope.ai') {
    return first === 'models'
      ? 'model'
      : first === 'datasets'
        ? 'dataset'
        : first === 'studios'
          ? 'demo'
          : 'other'
  }
  if (host === 'paperswithcode.com')
    return first === 'dataset' ? 'dataset' : first === 'paper' ? 'paper' : 'other'
  return null
}

const KIND_OF_HOST: [LinkKind, RegExp][] = [
  ['project', /\.(?:github|gitlab)\.io$|^sites\.google\.com$/],
  [
    'dataset',
    /(?:^|\.)(?:zenodo\.org|figshare\.com|openml\.org|physionet\.org|ieee-dataport\.org)$|dataverse/,
  ],
  ['dataset', /^data\.mendeley\.com$|^archive\.ics\.uci\.edu$/],
  [
    'demo',
    /^colab\.research\.google\.com$|\.streamlit\.app$|\.gradio\.(?:app|live)$|\.hf\.space$|^replicate\.com$/,
  ],
]

// Zenodo, figshare, Dataverse, PhysioNet, Hugging Face and Mendeley Data register DOIs, but not for papers.
const DATA_DOI = /^10\.(?:5281\/zenodo|6084\/m9\.figshare|7910\/dvn|13026\/|57967\/hf|17632\/)/

const PAPER_DOMAINS = (
  'doi.org aclanthology.org openreview.net arxiv.org papers.nips.cc papers.neurips.cc openaccess.thecvf.com ' +
  'dl.acm.org link.springer.com ieeexplore.ieee.org biorxiv.org medrxiv.org sciencedirect.com ' +
  'onlinelibrary.wiley.com jmlr.org isca-archive.org'
).split(' ')

function paperKind(url: string, host: string): LinkKind | null {
  const identifier = parseIdentifier(url)?.identifier
  if (identifier) return identifier.scheme === 'doi' && DATA_DOI.test(identifier.value) ? 'dataset' : 'paper'
  const isPapers =
    host.startsWith('proceedings.') ||
    host === 'semanticscholar.org' ||
    PAPER_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`))
  return isPapers ? 'paper' : null
}

/**
 * The links that several sources give for one paper, each page once with all its sources: pages are the same
 * when they differ only in scheme, `www.`, trailing slash, or the case of a repository's owner and name. A
 * specific kind beats `other`, https beats http. In the order of LINK_KINDS, then by URL; the order of the
 * input does not matter. Anything but an http(s) URL is left out.
 */
export function collectLinks<S extends string>(
  lists: { link: PaperLink; source: S }[],
): (PaperLink & { sources: S[] })[] {
  const pages = new Map<string, { link: PaperLink; sources: Set<S> }>()
  for (const { link, source } of lists) {
    const url = normaliseUrl(link.url)
    if (url === null) continue
    const normal = { kind: link.kind, url }
    const page = pages.get(pageKey(url))
    pages.set(pageKey(url), {
      link: page ? betterLink(page.link, normal) : normal,
      sources: (page?.sources ?? new Set<S>()).add(source),
    })
  }
  return [...pages.values()]
    .map(({ link, sources }) => ({ ...link, sources: [...sources].toSorted() }))
    .toSorted((a, b) => LINK_KINDS.indexOf(a.kind) - LINK_KINDS.indexOf(b.kind) || compareText(a.url, b.url))
}

/** Equal for two normalised URLs of one page. */
export function pageKey(url: string): string {
  const key = url.replace(/^https?:\/\/(?:www\.)?/, '')
  const [host = '', owner, name, ...rest] = key.split('/')
  if (!isForge(host) || owner === undefined) return key
  return [host, ...[owner, name ?? ''].map((part) => part.toLowerCase()), ...rest].join('/')
}

/**
 * One link for two spellings of the same page; associative and commutative, so that no order of input
 * matters.
 */
export function betterLink(one: PaperLink, two: PaperLink): PaperLink {
  const kind = LINK_KINDS.indexOf(one.kind) <= LINK_KINDS.indexOf(two.kind) ? one.kind : two.kind
  return { kind, url: [one.url, two.url].toSorted(preferred)[0] ?? one.url }
}

function preferred(a: string, b: string): number {
  return (
    Number(b.startsWith('https:')) - Number(a.startsWith('https:')) ||
    a.length - b.length ||
    compareText(a, b)
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

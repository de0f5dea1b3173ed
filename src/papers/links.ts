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

function isForge(host: string): boolean {
  return FORGES.has(host.replace(/^www\./, '')) || /^(?:gitlab|git)\.[^.]+\.|(?:^|\.)sr\.ht$/.test(host)
}

/** What a page is, as far as host and path tell. */
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

/** Sites where the path says whether it is a dataset, a model or something to try. */
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
 * The links in an abstract or a comment, in order of appearance, each page once: `\url{…}`, `\href{…}{…}`,
 * bare URLs, `www.…` and a few well-known hosts without scheme. TeX escapes are undone. A page whose address
 * does not tell what it is gets its kind from its label or from the words just before it. Linear time.
 */
export function findLinks(text: string): PaperLink[] {
  const found = new Map<string, PaperLink>()
  let before = ''
  let end = 0
  START.lastIndex = 0
  for (let start = START.exec(text); start; start = START.exec(text)) {
    const isMacro = start[0].startsWith('\\')
    const written = readUrl(text, isMacro ? START.lastIndex : start.index)
    const url = written && pageUrl(written.url)
    // Never over the same text again, even when it is no page.
    if (written) START.lastIndex = written.end
    if (!written || url === null) continue
    before = wordsBefore(text.slice(Math.max(end, start.index - HINT_LENGTH), start.index), before)
    const label = readLabel(text, written.end)
    end = label?.end ?? written.end
    START.lastIndex = end
    const kind = classifyLink(url)
    const link = {
      kind: kind === 'other' ? (hintOfLabel(label?.text ?? '') ?? hintOfWords(before)) : kind,
      url,
    }
    const key = pageKey(url)
    found.set(key, better(found.get(key) ?? link, link))
  }
  return [...found.values()]
}

/**
 * The links that several sources give for one paper, each page once with all its sources: pages are the same
 * when they differ only in scheme, `www.`, trailing slash, or the case of a repository's owner and name. A
 * specific kind beats `other`, https beats http. In the order of LINK_KINDS, then by URL; the order of the
 * input does not matter. What is no http(s) URL is left out.
 */
export function mergeLinks<S extends string>(
  lists: { link: PaperLink; source: S }[],
): (PaperLink & { sources: S[] })[] {
  const pages = new Map<string, { link: PaperLink; sources: Set<S> }>()
  for (const { link, source } of lists) {
    const url = normaliseUrl(link.url)
    if (url === null) continue
    const normal = { kind: link.kind, url }
    const page = pages.get(pageKey(url))
    pages.set(pageKey(url), {
      link: page ? better(page.link, normal) : normal,
      sources: (page?.sources ?? new Set<S>()).add(source),
    })
  }
  return [...pages.values()]
    .map(({ link, sources }) => ({ ...link, sources: [...sources].toSorted() }))
    .toSorted((a, b) => LINK_KINDS.indexOf(a.kind) - LINK_KINDS.indexOf(b.kind) || compareText(a.url, b.url))
}

/** Equal for two normalised URLs of one page. */
function pageKey(url: string): string {
  const key = url.replace(/^https?:\/\/(?:www\.)?/, '')
  const [host = '', owner, name, ...rest] = key.split('/')
  if (!isForge(host) || owner === undefined) return key
  return [host, ...[owner, name ?? ''].map((part) => part.toLowerCase()), ...rest].join('/')
}

/**
 * One link for two spellings of the same page; associative and commutative, so that no order of input
 * matters.
 */
function better(one: PaperLink, two: PaperLink): PaperLink {
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

// --- reading URLs in TeX ---

const HOSTS_WRITTEN_BARE = [
  String.raw`www\.(?=\w)`,
  String.raw`(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|huggingface\.co|anonymous\.4open\.science)\/`,
  String.raw`[a-z0-9][a-z0-9-]{0,62}\.git(?:hub|lab)\.io(?![\w-])`,
].join('|')
// The lengths are bounded, and what stands before is looked at, so that no text makes this go over it twice.
const START = new RegExp(
  String.raw`\\(?:href|url)\s{0,9}\{|https?:\/\/|(?<![\w.@-]|[^/]\/)(?:${HOSTS_WRITTEN_BARE})`,
  'gi',
)

// Authors escape what TeX would take for its own; arXiv shows that as written.
const TEX_CHARACTER =
  /\\(?:([_%#&~$/])(?:\{\})?|textasciitilde\s?(?:\{\})?|textunderscore\s?(?:\{\})?)|\{?\$\\sim\s?\$\}?|\{\\([_%#&~])(?:\{\})?\}/y
const URL_CHARACTER = /[\w.~:/?#@!&'*+,;=%()[\]-]|[^\P{Script=Latin}A-Za-z]/uy
const HOST = /(?:https?:\/\/)?([a-z0-9.-]{1,253})/iy
const NAMED_HOST =
  /^(?!www\.[^.]*\.?$)(?:[a-z0-9-]+\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,24})\.?$|^\d{1,3}(?:\.\d{1,3}){3}$/i

/** The URL that begins at `start`, its TeX escapes undone, and where the text goes on behind it. */
function readUrl(text: string, start: number): { url: string; end: number } | null {
  let at = start
  while (at < start + 9 && text[at] === ' ') at++
  HOST.lastIndex = at
  const host = HOST.exec(text)
  if (!host || !NAMED_HOST.test(host[1] ?? '')) return null
  let url = host[0]
  at = HOST.lastIndex
  let open = 0
  for (;;) {
    TEX_CHARACTER.lastIndex = at
    const escaped = TEX_CHARACTER.exec(text)
    if (escaped) {
      url += escaped[1] ?? escaped[2] ?? (escaped[0].includes('underscore') ? '_' : '~')
      at = TEX_CHARACTER.lastIndex
      continue
    }
    URL_CHARACTER.lastIndex = at
    const character = URL_CHARACTER.exec(text)?.[0]
    if (character === undefined) break
    if ('(['.includes(character)) open++
    if (')]'.includes(character) && --open < 0) break
    if (',;'.includes(character) && /^.https?:\/\//i.test(text.slice(at, at + 10))) break
    url += character
    at = URL_CHARACTER.lastIndex
  }
  return { url, end: at }
}

/** The normalised URL of a page, or null when it names no page that could be a paper's. */
function pageUrl(written: string): string | null {
  let end = written.length
  while (end > 0 && ".,;:!?'*([".includes(written[end - 1] ?? '')) end--
  const trimmed = written.slice(0, end)
  const url = normaliseUrl(/^https?:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`)
  if (url === null) return null
  const { hostname, pathname } = new URL(url)
  const needsPath =
    isForge(hostname) || /^(?:www\.)?(?:huggingface\.co|anonymous\.4open\.science)$/.test(hostname)
  return needsPath && pathname === '/' ? null : url
}

const LABEL_LENGTH = 300

/**
 * The `{…}` behind a URL (and behind the `}` that closes it): the label of `\href`, also where arXiv lost the
 * macro.
 */
function readLabel(text: string, start: number): { text: string; end: number } | null {
  const opening = /^\s?\}?\s?\{/.exec(text.slice(start, start + 4))?.[0]
  if (opening === undefined) return null
  const inside = start + opening.length
  let depth = 1
  for (let at = inside; at < text.length && at < inside + LABEL_LENGTH; at++) {
    if (text[at] === '{') depth++
    if (text[at] === '}' && --depth === 0) return { text: text.slice(inside, at), end: at + 1 }
  }
  return null
}

// --- what the words around a link say it is ---

const HINT_LENGTH = 160

/**
 * The words of the same sentence before a link; a link that only follows an `and` shares those of the one
 * before.
 */
function wordsBefore(passage: string, beforeLast: string): string {
  const sentence = passage.split(/[.!?]\s/).at(-1) ?? ''
  return /^[\s,;&(){}\]]*(?:and|or)?[\s({\\]*$/i.test(passage) ? beforeLast : sentence.toLowerCase()
}

const LABEL_HINTS: [LinkKind, RegExp][] = [
  ['code', /\b(?:code|codes|github|repo|repository|implementation)\b/i],
  ['project', /\b(?:project|website|web ?page|home ?page)/i],
  ['dataset', /\b(?:data|datasets?|benchmark|corpus)\b/i],
  ['demo', /\bdemos?\b/i],
  ['model', /\b(?:models?|weights|checkpoints?)\b/i],
]

function hintOfLabel(label: string): LinkKind | null {
  return LABEL_HINTS.find(([, pattern]) => pattern.test(label))?.[0] ?? null
}

// How authors say that something lies behind the link that follows.
const OFFERED = new RegExp(
  [
    String.raw`\b(?:at|here|from|via|visit|see|link|url|available|accessible|accessed|released?|found|published)\b`,
    String.raw`\b(?:download\w*|hosted|shared|obtained|provided?|open-?sourced?)\b`,
    String.raw`\bis\s*$|[:({]\s*$`,
    String.raw`^(?: (?:page|site|video|link))?\s*$`,
  ].join('|'),
)

const WORD_HINTS: [LinkKind, RegExp][] = [
  [
    'project',
    /\b(?:project|companion|supplementary)['’s]* (?:web ?)?(?:page|site)|\b(?:website|web ?page|web ?site|home ?page)\b|\bproject url\b/,
  ],
  [
    'code',
    /\b(?:code|codes|codebase|implementations?|repository|scripts)\b(?!-)(?! (?:gener|switch|mix|review|complet|search|retriev|llm|lang|bench|dataset|underst))/,
  ],
  ['dataset', /\b(?:data|datasets?|corpus|corpora|benchmarks?)\b/],
  ['demo', /\b(?:demos?|demonstrations?|(?:audio|speech|sound|voice|music) samples)\b/],
  ['model', /\b(?:models?|weights|checkpoints?)\b/],
]

function hintOfWords(words: string): LinkKind {
  for (const [kind, pattern] of WORD_HINTS) {
    const hint = pattern.exec(words)
    if (hint && OFFERED.test(words.slice(hint.index + hint[0].length))) return kind
  }
  return 'other'
}

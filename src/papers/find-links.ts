import {
  betterLink,
  classifyLink,
  isForge,
  normaliseUrl,
  pageKey,
  type LinkKind,
  type PaperLink,
} from './links.ts'

/**
 * The links in an abstract or a comment, in order of appearance, each page once: `\url{…}`, `\href{…}{…}`,
 * bare URLs, `www.…` and a few well-known hosts without a scheme. TeX escapes are undone. A page whose address
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
    // The same text is never read twice, even when it names no page.
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
    found.set(key, betterLink(found.get(key) ?? link, link))
  }
  return [...found.values()]
}

const HOSTS_WRITTEN_BARE = [
  String.raw`www\.(?=\w)`,
  String.raw`(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|huggingface\.co|anonymous\.4open\.science)\/`,
  String.raw`[a-z0-9][a-z0-9-]{0,62}\.git(?:hub|lab)\.io(?![\w-])`,
].join('|')
// The lengths are bounded, and what stands before is looked at, so that no text is searched twice.
const START = new RegExp(
  String.raw`\\(?:href|url)\s{0,9}\{|https?:\/\/|(?<![\w.@-]|[^/]\/)(?:${HOSTS_WRITTEN_BARE})`,
  'gi',
)

// Authors escape the characters that TeX would interpret; arXiv shows that as written.
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

import { createHash } from 'node:crypto'
import { hasTex, plainAddress } from './tex/plain-address.ts'

/** An arXiv identifier without version, a DOI in lower case, or one that this site made for a paper that has neither. */
export type PaperIdentifier =
  | { scheme: 'arxiv'; value: string }
  | { scheme: 'doi'; value: string }
  | { scheme: 'local'; value: string }

/** An identifier as a person or a source writes it: perhaps with an arXiv version. */
export type ParsedIdentifier = { identifier: PaperIdentifier; version?: number }

// Longer than any identifier or address of a page that holds one; keeps the work on hostile input small.
const LONGEST_TEXT = 4096
// In bytes: a longer one would not fit into an index of the database.
const LONGEST_DOI = 2048

/**
 * Reads whatever a person pastes or a source gives: an arXiv identifier, a DOI, or the URL of a page that is
 * about one paper (arXiv and its mirrors and readers, doi.org, publishers with the DOI in the path, the ACL
 * Anthology, nature.com, this program's own pages on any host), all of it perhaps as TeX. Null for anything else; never
 * throws; takes linear time.
 */
export function parseIdentifier(text: string): ParsedIdentifier | null {
  if (text.length > 2 * LONGEST_TEXT) return null
  const tidy = unwrap(withEntitiesRead(hasTex(text) ? plainAddress(text) : text))
  if (tidy === '' || tidy.length > LONGEST_TEXT) return null
  const bare = tidy.replace(LABELS, '')
  return (
    parseArxiv(bare.replace(ARXIV_STAMP, '')) ??
    parseDoi(withoutTail(decodePercent(bare))) ??
    parseLocation(bare) ??
    parseLocation(tidy)
  )
}

/**
 * The DOIs in a field that ought to hold one: each once, out of addresses, TeX, several written one after another, and
 * words around them. arXiv's own DOIs are read as arXiv identifiers. Empty where there is none, where nothing tells what it
 * is (two run into one, a line was broken within it), and for those that templates have for authors to replace.
 */
export function doisIn(field: string): PaperIdentifier[] {
  if (field.length > LONGEST_TEXT) return []
  const text = withEntitiesRead(plainAddress(field)).replace(/\s+/g, ' ').trim()
  const starts = Array.from(text.matchAll(DOI_START), ({ index }) => index)
  if (starts.length <= 1 && !/\s/.test(unwrap(text).replace(LABELS, ''))) {
    const whole = parseIdentifier(text)?.identifier
    if (whole) return whole.scheme === 'local' || isPlaceholder(whole) ? [] : [whole]
  }
  const found = new Map<string, PaperIdentifier>()
  let runTogether = false
  for (const [number, start] of starts.entries()) {
    const next = starts[number + 1]
    const piece = text.slice(start, next)
    const own = next === undefined ? piece : piece.replace(BETWEEN_DOIS, '')
    if (next !== undefined && own === piece) runTogether = true
    if (BROKEN.test(own)) continue
    const identifier = parseDoi(withoutTail(dropTrailing(decodePercent(own.split(' ')[0] ?? ''))))?.identifier
    if (identifier && !isPlaceholder(identifier)) found.set(identifier.value, identifier)
  }
  return runTogether && found.size > 1 ? [] : [...found.values()]
}

/**
 * The path after `/papers/`, not percent-encoded: `2412.19723`, `hep-th/9901001`, `doi/10.1000/182`,
 * `local/…`.
 */
export function paperAddress(identifier: PaperIdentifier): string {
  return identifier.scheme === 'arxiv' ? identifier.value : `${identifier.scheme}/${identifier.value}`
}

/**
 * The URL path of a paper's page, from its address: slashes and what RFC 3986 allows in a path segment are
 * kept, everything else is percent-encoded as UTF-8, so that decoding gives the address back.
 */
export function addressPath(address: string): string {
  return `/papers/${address.toWellFormed().replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/]+/g, encodeURIComponent)}`
}

/**
 * Reads what stands after `/papers/`, already percent-decoded: the addresses of `paperAddress`, an arXiv one
 * perhaps with a version. Other spellings of the same (`math.GT/0309136`, a DOI in capitals) are read too;
 * `paperAddress` of the answer is the canonical one.
 */
export function parseAddress(path: string): ParsedIdentifier | null {
  if (path.startsWith('doi/')) return parseDoi(path.slice('doi/'.length))
  const local = /^local\/([0-9a-f]{16})$/i.exec(path)?.[1]
  if (local !== undefined) return { identifier: { scheme: 'local', value: local.toLowerCase() } }
  return parseArxiv(path)
}

/**
 * An identifier for a paper that has neither arXiv identifier nor DOI: the first 16 hex digits of
 * SHA-256(title LF family LF year) in UTF-8. Title and the first author's family name are lower-cased,
 * decomposed (NFKD) and stripped of all but letters and digits; of the family name the last word counts, so
 * that `Jan van den Berg` and `van den Berg, Jan` agree; what is unknown is the empty string. Stored papers
 * are found again by it, so it must never change.
 */
export function localIdentifier(work: {
  title: string
  firstAuthor?: string | undefined
  year?: number | undefined
}): PaperIdentifier {
  const title = lettersAndDigits(work.title) || work.title.normalize('NFKC').trim()
  const key = [title, lettersAndDigits(familyName(work.firstAuthor ?? '')), work.year ?? ''].join('\n')
  return { scheme: 'local', value: createHash('sha256').update(key).digest('hex').slice(0, 16) }
}

/** An identifier as a part of an address: its slashes stay as they are. */
export function identifierPath(value: string): string {
  return value.toWellFormed().split('/').map(encodeURIComponent).join('/')
}

/**
 * The month that an arXiv identifier carries, which is that of its first submission (give or take the day it takes
 * to announce it). Throws RangeError when it is not an arXiv identifier.
 */
export function arxivMonth(arxivId: string): { year: number; month: number } {
  if (parseArxiv(arxivId) === null) throw new RangeError(`not an arXiv identifier: ${arxivId}`)
  const digits = arxivId.slice(arxivId.indexOf('/') + 1)
  const year = Number(digits.slice(0, 2))
  const month = Number(digits.slice(2, 4))
  return { year: arxivId.includes('/') && year >= 91 ? 1900 + year : 2000 + year, month }
}

// --- arXiv ---

// Every archive that issued identifiers before April 2007 (https://arxiv.org/archive), including those that were
// merged into others.
const OLD_ARCHIVES = new Set(
  (
    'acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat ' +
    'cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol ' +
    'physics plasm-ph q-alg q-bio quant-ph solv-int supr-con'
  ).split(' '),
)

const NEW_STYLE = /^(\d{2}(?:0[1-9]|1[0-2]))\.(\d{4,5})(?:v([1-9]\d{0,2}))?$/i
const OLD_STYLE =
  /^([a-z-]{2,8})(?:\.[a-z][a-z-]{1,15})?\/(\d{2}(?:0[1-9]|1[0-2]))(\d{3})(?:v([1-9]\d{0,2}))?$/i

/** https://info.arxiv.org/help/arxiv_identifier.html: four digits from 0704 to 1412, five from 1501 on. */
function parseArxiv(text: string): ParsedIdentifier | null {
  const modern = NEW_STYLE.exec(text)
  if (modern) {
    const [, month = '', number = '', version] = modern
    const known = month >= '0704' && number.length === (month < '1501' ? 4 : 5) && Number(number) > 0
    return known ? withVersion(`${month}.${number}`, version) : null
  }
  const old = OLD_STYLE.exec(text)
  if (!old) return null
  const [, archive = '', month = '', number = '', version] = old
  const known =
    OLD_ARCHIVES.has(archive.toLowerCase()) && (month >= '9101' || month < '0704') && number !== '000'
  return known ? withVersion(`${archive.toLowerCase()}/${month}${number}`, version) : null
}

function withVersion(value: string, version: string | undefined): ParsedIdentifier {
  const identifier: PaperIdentifier = { scheme: 'arxiv', value }
  return version === undefined ? { identifier } : { identifier, version: Number(version) }
}

// What arXiv prints on the margin of a paper after its number: ` [cs.AI] 27 Dec 2024`.
const ARXIV_STAMP = /\s{1,9}\[[a-z.-]+\](?:\s[\w\s]*)?$/i
const LABELS =
  /^(?:(?:arxiv\s+preprint[\s,:]*)?(?:oai:arxiv\.org:|arxiv\s*(?::|\s)\s*|(?:urn:|info:)?doi\s*(?:[:=]|\s|\/(?=10\.))\s*))+/i

/** An arXiv identifier at the start of a path, followed by nothing, a file's ending or more path. */
function arxivAtStart(path: string): ParsedIdentifier | null {
  const head = /^(?:arxiv:)?((?:[a-z.-]{2,25}\/\d{7}|\d{4}\.\d{4,5})(?:v\d{1,3})?)(?=$|[/.])/i.exec(path)?.[1]
  return head === undefined ? null : parseArxiv(head)
}

// --- DOI ---

const DOI = /^10\.\d{4,9}(?:\.\d+)*\/[^\s\p{Cc}\p{Cf}\p{Cs}]+$/u

/**
 * A DOI as such, in lower case (its ASCII letters only: https://www.doi.org/doi-handbook/ 2.4), or the arXiv
 * identifier when it is the DOI that arXiv itself registers. Not a DOI with a segment `.` or `..`: no URL can
 * hold it.
 */
function parseDoi(text: string): ParsedIdentifier | null {
  if (!text.startsWith('10.') || Buffer.byteLength(text) > LONGEST_DOI) return null
  const value = dropTrailing(text, '/').replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  if (!DOI.test(value) || value.split('/').some((segment) => segment === '.' || segment === '..')) return null
  const ofArxiv = /^10\.48550\/(?:arxiv[.:/])?(.+)$/.exec(value)?.[1]
  const own = ofArxiv === undefined ? null : parseArxiv(ofArxiv)
  return own ?? { identifier: { scheme: 'doi', value } }
}

const DOI_START = /(?<![\d.])10\.\d{4,9}(?:\.\d+)*\/|(?<=[^\d.]\d{1,40})10\.\d{4,9}(?:\.\d+)*\//g
const BETWEEN_DOIS = /(?:[\s,;|&/]|\band\b|https?:\/\/(?:dx\.|www\.)?doi\.org\/|\bdoi\s*[:=]?\s*)+$/i
// A space after a sign that goes on, a full stop with no new sentence behind it, or the rest of a number or of a name
// that has numbers in it; not a year.
const BROKEN =
  /^\S*(?:[-_/(:] \S|\. [a-z\d]|[A-Za-z\d] \d{1,3}(?:[.)\]]*$|[-_./]\d)|[A-Za-z\d] (?!\d{4}-\d\d)[A-Za-z\d]+[._]\d)/

const PLACEHOLDER =
  /^10\.0000\/|x{4,}|n{5,}|[/.-]xx+[/.-](?:.*[/.-])?xx+(?:[/.-]|$)|\/1122445\.1122456$|[/.](?:doi|tba|tbd|todo|placeholder)$/

// What the templates of publishers have in the place of a DOI: many papers keep it.
function isPlaceholder({ scheme, value }: PaperIdentifier): boolean {
  return (
    scheme === 'doi' &&
    (PLACEHOLDER.test(value) || /^0{6,}$/.test(value.slice(value.indexOf('/')).replace(/\D/g, '')))
  )
}

/** Drops what people copy with a DOI: the view of the paper, and what follows a `?` or `#` in addresses. */
function withoutTail(doi: string): string {
  return doi
    .replace(/;jsessionid=\S*$/i, '')
    .replace(/\?[\w.-]{1,40}=\S*$/, '')
    .replace(/(?<![-;])#[a-z][\w.-]*$/i, '')
    .replace(/\/(?:abstract|full|full\.pdf|fulltext|e?pdf|summary)\/?$/i, '')
}

// --- URLs ---

type Location = { host: string; path: string; query: string }

const LOCATION = /^(?:https?:\/\/|\/\/)?([a-z0-9.-]*)(?::\d{1,5})?(\/[^\s?#]*)(?:\?([^\s#]*))?(?:#\S*)?$/i

function parseLocation(text: string): ParsedIdentifier | null {
  const [, host = '', path = '', query = ''] = LOCATION.exec(text) ?? []
  if (path === '') return null
  const location = { host: host.toLowerCase().replace(/^www\./, ''), path: decodePercent(path).trim(), query }
  for (const read of [
    fromDoiResolver,
    fromArxiv,
    fromOwnPage,
    fromLabelledPath,
    fromAnthology,
    fromNature,
    fromPublisher,
  ]) {
    const parsed = read(location)
    if (parsed) return parsed
  }
  return null
}

function fromDoiResolver({ host, path }: Location): ParsedIdentifier | null {
  const isResolver =
    // With the libraries' proxies, and what publishers have of their own: doi.acm.org, dx.plos.org.
    host === 'doi.org' || host.endsWith('.doi.org') || /^(?:dx[.-])?doi[.-]org[.-]|^(?:doi|dx)\./.test(host)
  return isResolver
    ? parseDoi(
        withoutTail(path.replace(/^\/+(?:(?:https?:\/\/?)?(?:(?:dx\.|www\.)?doi\.org\/+|doi[:\s]*))*/i, '')),
      )
    : null
}

function fromArxiv({ host, path }: Location): ParsedIdentifier | null {
  if (!/(?:^|\.)(?:arxiv|alphaxiv|ar5iv)\.org$|^xxx\.lanl\.gov$/.test(host)) return null
  return arxivAtStart(
    path.replace(/^\/(?:(?:abs|pdf|html|format|ps|dvi|src|e-print|bibtex|tb|overview|audio|forum)\/)?/i, ''),
  )
}

/**
 * This program's pages and their `.md`, `.bib` … beside, under whatever host; huggingface.co has the same
 * habit.
 */
function fromOwnPage({ path }: Location): ParsedIdentifier | null {
  const start = path.indexOf('/papers/')
  if (start < 0) return null
  const address = dropTrailing(path.slice(start + '/papers/'.length), '/')
  return parseAddress(address.replace(/\.(?:md|bib|ris|json)$/i, '')) ?? arxivAtStart(address)
}

/**
 * Catalogues that say in the path what follows: `/arxiv:2412.19723`, `/arxiv/2412.19723`, `/DOI:10.1000/182`.
 */
function fromLabelledPath({ host, path }: Location): ParsedIdentifier | null {
  const [, label = '', rest = ''] = /\/(arxiv[:/]|doi:)(.+)$/i.exec(path) ?? []
  return label.toLowerCase() === 'doi:' ? parseDoi(withoutView(rest, { host, path })) : arxivAtStart(rest)
}

// In the Anthology, but without a DOI or with another publisher's.
const NOT_ACL_DOI = new RegExp(
  [
    String.raw`^\d{4}\.(?:tacl|cl|lrec|ranlp|mtsummit|eamt|amta|paclic|rocling|ccl|jeptalnrecital|nodalida|icon|gwc)-`,
    String.raw`^202[1-9]\.coling-|^202[0-2]\.wmt-`,
  ].join('|'),
)

/**
 * `10.18653/v1/` is the Anthology's own prefix from 2016 on; before 2020 only the main meetings are sure to
 * have it.
 */
function fromAnthology({ host, path }: Location): ParsedIdentifier | null {
  if (host !== 'aclanthology.org' && host !== 'aclweb.org') return null
  const name =
    /^\/(?:anthology\/)?([a-z0-9.-]+?)(?:v\d)?(?:\.pdf|\.bib)?\/?$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  const isPaper = /^20[2-9]\d\.[a-z0-9_]+-[a-z0-9]+\.\d+$/.test(name) && !NOT_ACL_DOI.test(name)
  return isPaper || /^[pdneks]1[6-9]-\d{4}$/.test(name) ? parseDoi(`10.18653/v1/${name}`) : null
}

function fromNature({ host, path }: Location): ParsedIdentifier | null {
  if (host !== 'nature.com') return null
  const article = /^\/articles\/([a-z0-9.-]*\d[a-z0-9.-]*?)(?:\.pdf|\.ris)?(?:\/|$)/i.exec(path)?.[1]
  return article === undefined ? null : parseDoi(`10.1038/${article}`)
}

// Publishers and catalogues that put the DOI into their paths without the word `doi` before it.
const DOI_IN_PATH = (
  'link.springer.com journals.aps.org iopscience.iop.org frontiersin.org biorxiv.org medrxiv.org api.crossref.org ' +
  'journals.plos.org pubs.acs.org onlinelibrary.wiley.com tandfonline.com dl.acm.org pnas.org science.org ' +
  'journals.sagepub.com springer.com springeropen.com biomedcentral.com nature.com jamanetwork.com jstor.org ' +
  'degruyter.com emerald.com spiedigitallibrary.org annualreviews.org thieme-connect.com thieme-connect.de ' +
  'projecteuclid.org royalsocietypublishing.org aip.scitation.org worldscientific.com oadoi.org unpaywall.org'
).split(' ')

function fromPublisher({ host, path, query }: Location): ParsedIdentifier | null {
  const known = DOI_IN_PATH.some((domain) => host === domain || host.endsWith(`.${domain}`))
  const inPath = (
    known ? /\/(10\.\d{4,9}(?:\.\d+)*\/.+)$/ : /\/doi\/(?:[a-z-]+\/){0,3}(10\.\d{4,9}(?:\.\d+)*\/.+)$/i
  ).exec(path)?.[1]
  if (inPath !== undefined) return parseDoi(withoutView(inPath, { host, path }))
  const inQuery = known ? /(?:^|&)(?:id|doi)=([^&]+)/i.exec(query)?.[1] : undefined
  return inQuery === undefined ? null : parseDoi(withoutView(decodePercent(inQuery), { host, path }))
}

const VIEW = new RegExp(
  [
    String.raw`/(?:full(?:-?text|-html)?|abstract|abs|e?pdf|pdfdirect|html|xml|epub|meta|fulltext\.html|references|figures|tables`,
    String.raw`|metrics|citedby|citations?|cite|suppinfo|summary|issuetoc|download|bibtex|ris|print|permissions|related`,
    String.raw`|supplementary-material|additional-information|figures-data)(?:/\d{1,3})?$`,
    String.raw`|\.(?:full(?:-text)?|abstract|short|long|e?pdf|html?|xml|epub|ris|bib|pdf\+html|supplementary-material|figures-only)$`,
    String.raw`|/(?:suppl_file|asset|assets|figures?|tables?|reader|format)/.*$|;jsessionid=.*$`,
  ].join(''),
  'i',
)

/** Drops what publishers append to the DOI to name a view of the paper. */
function withoutView(doi: string, { host, path }: { host: string; path: string }): string {
  let page = dropTrailing(doi, '/')
  // One may follow another: `.full.pdf`.
  for (let shorter = page.replace(VIEW, ''); shorter !== page; shorter = page.replace(VIEW, '')) {
    page = dropTrailing(shorter, '/')
  }
  if (/(?:bio|med)rxiv\.org$/.test(host)) return page.replace(/v\d{1,2}$/, '')
  if (host.endsWith('plos.org')) return page.replace(/(\.\d{5,})\.[gst]\d{3}$/, '$1')
  // The number of the article on its site, and perhaps its title in words.
  return /\/(?:[a-z-]*article[a-z-]*|chapter[a-z-]*)\/doi\//i.test(path)
    ? page.replace(/\/\d{3,}(?:\/[^/]*)?$/, '')
    : page
}

// --- text ---

const OPENING = new Set('<([{"\'`“”‘’«„『「【《')
const PUNCTUATION = new Set('.,;:!?"\'`“”‘’»…。、』」】》\\')
const BRACKETS = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
  ['>', '<'],
])

/**
 * Without zero-width characters, full-width forms as ASCII, and what stands around an identifier in running
 * text.
 */
function unwrap(text: string): string {
  const plain = text
    .replace(/[\u00AD\u200B-\u200F\u2060\uFEFF]+/g, '')
    .replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\u2010\u2011]/g, '-')
    .trim()
  let start = 0
  while (OPENING.has(plain[start] ?? '') || /\s/.test(plain[start] ?? '')) start++
  return dropTrailing(plain.slice(start))
}

/**
 * Drops sentence punctuation, white space and closing brackets that were never opened from the end; linear.
 */
function dropTrailing(text: string, also = ''): string {
  const unclosed = new Map<string, number>()
  for (const character of text) {
    const opening = BRACKETS.get(character)
    if (opening !== undefined) unclosed.set(opening, (unclosed.get(opening) ?? 0) - 1)
    else if ('([{<'.includes(character)) unclosed.set(character, (unclosed.get(character) ?? 0) + 1)
  }
  let end = text.length
  for (; end > 0; end--) {
    const last = text[end - 1] ?? ''
    const opening = BRACKETS.get(last)
    const balance = opening === undefined ? 0 : (unclosed.get(opening) ?? 0)
    if (opening !== undefined && balance < 0) unclosed.set(opening, balance + 1)
    else if (!PUNCTUATION.has(last) && last !== also && !/\s/.test(last)) break
  }
  return text.slice(0, end)
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  nbsp: ' ',
  '60': '<',
  '62': '>',
  '38': '&',
  '160': ' ',
  x3c: '<',
  x3e: '>',
  x26: '&',
  xa0: ' ',
}
const ENTITY = /&(lt|gt|amp|nbsp|#0*(?:60|62|38|160|x3c|x3e|x26|xa0));/gi
const ELEMENT = /<([a-z]+)(?:\s[^<>]*)?>([^<>]*)<\/\1\s*>/gi

/**
 * HTML's entities for the characters that DOIs have, also where they were escaped twice, without elements around or in
 * what they hold; those of our own paths stay.
 */
function withEntitiesRead(text: string): string {
  if (text.includes('/papers/')) return text
  const read = (once: string) =>
    once.replace(ENTITY, (_, name: string) => ENTITIES[name.toLowerCase().replace(/^#0*/, '')] ?? '')
  const plain = text.includes('&') ? read(read(text)) : text
  return plain.includes('</') ? plain.replace(ELEMENT, '$2').replace(/<\/[a-z]+\s*>\s*$/i, '') : plain
}

/** Like decodeURIComponent, but what is not UTF-8 stays as it is. */
function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
}

function lettersAndDigits(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

function familyName(author: string): string {
  const words = (author.split(',')[0] ?? '')
    .split(/\s+/)
    .filter((word) => !/^(?:|jr\.?|sr\.?|ii|iii|iv)$/i.test(word))
  return words.at(-1) ?? ''
}

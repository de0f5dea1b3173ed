import type { Paper } from '../paper.ts'
import type { Author } from '../harvested-paper.ts'
import { dividedName, nameKey, wholeFamily, type DividedName } from '../names.ts'
import { clean, paragraphsOf } from '../tex/clean.ts'
import type { TexNode, TexStyle } from '../tex/nodes.ts'
import { mathSpans } from '../tex/math-spans.ts'
import { parseTex } from '../tex/parse.ts'
import { plainText } from '../plain-text.ts'
import type { WorkType } from '../publication.ts'
import { dateParts } from './dates.ts'
import { notesOf, referenceOf, type Reference } from './reference.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const INSIGNIFICANT = new Set(
  (
    'a an the on in of for to from with without and or by at as is are be do does can how what why when where which ' +
    'who towards toward via using into over under this that it its we our not no'
  ).split(' '),
)

// BibTeX counts braces even behind a backslash, so braces in the text are spelt out.
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  // TeX's oldest fonts have other characters in place of these three.
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '&': '\\&',
  '%': '\\%',
  '#': '\\#',
  _: '\\_',
  $: '\\$',
  '\u00A0': '~',
}

const STYLES: Readonly<Record<TexStyle, string>> = {
  em: '\\emph',
  strong: '\\textbf',
  code: '\\texttt',
  smallcaps: '\\textsc',
  sup: '\\textsuperscript',
  sub: '\\textsubscript',
}

function escapeText(text: string): string {
  return (
    text
      .replace(/[\\{}~^<>|&%#_$\u00A0]/g, (character) => ESCAPES[character] ?? character)
      // Two of these would become a dash or a quotation mark.
      .replace(/([-'`])(?=\1)/g, '$1{}')
  )
}

function bracesAreEven(tex: string): boolean {
  let depth = 0
  for (const character of tex) {
    if (character === '{') depth++
    else if (character === '}' && --depth < 0) return false
  }
  return depth === 0
}

function formula(tex: string): string {
  const escaped = tex.replace(
    /(\\.)|([%#])/gs,
    (_, kept?: string, special?: string) => kept ?? `\\${special}`,
  )
  const named = bracesAreEven(escaped)
    ? escaped
    : escaped.replace(/\\\\|\\([{}])/g, (whole, brace?: string) => {
        return brace === undefined ? whole : brace === '{' ? '\\lbrace ' : '\\rbrace '
      })
  return `$${named.trim()}$`
}

/** Two signs that mean another thing together than each on its own, of two pieces that follow each other. */
const RUN_TOGETHER = /(?<!\\)\$\$$|([-'`])\1$/

function nodesToTex(nodes: TexNode[]): string {
  const pieces: string[] = []
  let end = ''
  for (const node of nodes) {
    const tex = nodeToTex(node)
    pieces.push(RUN_TOGETHER.test(end + tex.slice(0, 1)) ? '{}' : '', tex)
    end = (end + tex.slice(-2)).slice(-2)
  }
  return pieces.join('')
}

function nodeToTex(node: TexNode): string {
  if (node.kind === 'text') return escapeText(node.text)
  if (node.kind === 'math') {
    const written = formula(node.source.startsWith('\\e') ? node.source : node.tex)
    // Without the spaces in it, it may look like prose between two prices.
    return mathSpans(written)[0]?.end === written.length ? written : escapeText(node.source)
  }
  if (node.kind === 'style') return `${STYLES[node.style]}{${nodesToTex(node.children)}}`
  return nodesToTex(node.children)
}

/** A TeX text as a field's value: formulas and emphasis kept, the rest Unicode with TeX's own signs escaped. */
function texField(text: string): string {
  return paragraphsOf(text)
    .map((paragraph) => nodesToTex(parseTex(paragraph)).replace(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
}

/** A field that programs take from BibTeX unchanged: an address or an identifier. */
function verbatim(value: string): string {
  return clean(value)
    .replace(/\s+/g, '')
    .replace(/[{}\\]/g, (character) => encodeURIComponent(character))
}

function person(author: Author): string {
  const name = dividedName(author)
  if (name === null) return `{${escapeText(plainText(author.name))}}`
  const part = (text: string) => (/[,"=]|\band\b/i.test(text) ? `{${escapeText(text)}}` : escapeText(text))
  const { given, suffix } = name
  const family = familyPart(name, part)
  // A single word is a family name as it stands; more of them would be divided.
  if (given === undefined)
    return suffix === undefined ? `{${escapeText(wholeFamily(name))}}` : `${family}, ${part(suffix)}, {}`
  return [family, ...(suffix === undefined ? [] : [part(suffix)]), part(given)].join(', ')
}

/** The `von Last` of a name. BibTeX takes all that comes before a word in small letters for the `von`, unless it is in braces. */
function familyPart(name: DividedName, part: (text: string) => string): string {
  const whole = wholeFamily(name)
  return /^(?!\p{Ll}).*\s\p{Ll}/u.test(whole) ? `{${escapeText(whole)}}` : part(whole)
}

function asciiKey(text: string): string {
  return nameKey(text).replace(/[^a-z0-9]/g, '')
}

function citationKey(paper: Paper): string {
  const [first] = paper.authors
  const name = first === undefined ? null : dividedName(first)
  const family = asciiKey(name === null ? plainText(first?.name ?? '') : wholeFamily(name))
  if (family === '') {
    const known = paper.arxivId === null ? paper.address : `arxiv-${paper.arxivId}`
    return known.replace(/[^\w.-]+/g, '-')
  }
  const words = plainText(paper.title)
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .map(asciiKey)
    .filter((word) => word !== '')
  const word =
    words.find((candidate) => candidate.length > 1 && !INSIGNIFICANT.has(candidate)) ?? words[0] ?? ''
  return family.slice(0, 40) + (dateParts(paper.published).year ?? '') + word.slice(0, 40)
}

/** The field that holds the journal or the book in which a work is, and the one for who brought it out. */
function fieldNames(type: WorkType): { container: string; publisher: string } {
  return {
    container: IN_BOOK.has(type) ? 'booktitle' : 'journal',
    publisher: type.endsWith('thesis') ? 'school' : type === 'techreport' ? 'institution' : 'publisher',
  }
}

const IN_BOOK: ReadonlySet<WorkType> = new Set(['inproceedings', 'incollection', 'inbook'])

function fieldsOfReference(reference: Reference): [name: string, value: string | undefined][] {
  const names = fieldNames(reference.type ?? 'article')
  const field = (text: string | null | undefined) => (text ? `{${texField(text)}}` : undefined)
  return [
    [names.container, field(reference.container)],
    ['volume', field(reference.volume)],
    ['number', field(reference.issue)],
    ['pages', field(reference.pages)?.replaceAll('–', '--')],
    [names.publisher, field(reference.publisher)],
    ['journalref', field(reference.verbatim)],
  ]
}

/**
 * The paper as a BibTeX entry in UTF-8: of the type as which it came out, `@article` with a journal reference, else
 * `@misc`, all with arXiv's `eprint` fields. The title stands in double braces, which keep its capitals. `journalref` is
 * the journal reference as its source writes it, where the other fields do not say the same.
 */
export function toBibtex(paper: Paper, options: { url: string; siteName: string }): string {
  const { year, month, day } = dateParts(paper.published)
  const monthName = month === undefined ? undefined : MONTHS[Number(month) - 1]
  const reference = referenceOf(paper)
  const authors = paper.authors.filter(({ name }) => plainText(name) !== '')
  const fields: [name: string, value: string | undefined][] = [
    ['title', `{{${texField(paper.title)}}}`],
    [
      'author',
      authors.length === 0
        ? undefined
        : `{${[...authors.map(person), ...(paper.authorsTruncated ? ['others'] : [])].join(' and ')}}`,
    ],
    ['year', year && `{${year}}`],
    ['month', monthName],
    ['day', day && `{${day}}`],
    ...fieldsOfReference(reference),
    ['eprint', paper.arxivId === null ? undefined : `{${verbatim(paper.arxivId)}}`],
    ['archivePrefix', paper.arxivId === null ? undefined : '{arXiv}'],
    [
      'primaryClass',
      paper.arxivId === null || !paper.primaryCategory ? undefined : `{${escapeText(paper.primaryCategory)}}`,
    ],
    ['doi', paper.doi === null ? undefined : `{${verbatim(paper.doi)}}`],
    ['url', `{${verbatim(options.url)}}`],
    ['keywords', `{${paper.categories.map(escapeText).join(', ')}}`],
    ['note', `{${texField(notesOf(paper))}}`],
    ['abstract', paper.abstract === null ? undefined : `{${texField(paper.abstract)}}`],
  ]
  const lines = fields.flatMap(([name, value]) => (value && value !== '{}' ? [`  ${name} = ${value},`] : []))
  return `@${reference.type ?? 'misc'}{${citationKey(paper)},\n${lines.join('\n')}\n}\n`
}

/** Keys of one file that are remembered: about ten megabytes. */
const MOST_KEYS = 100_000

/**
 * Gives entries of one file a key each, one entry after another: what would have another's gets the next letter (`b`, `c`, …
 * `z`, `bb`, …) after it. After the first 100,000 each has its paper's address in its key instead, so that a file of
 * any length takes no more memory.
 */
export function withDistinctKeys({ most = MOST_KEYS }: { most?: number } = {}): (
  entry: string,
  paper: Pick<Paper, 'address'>,
) => string {
  const used = new Set<string>()
  const numbers = new Map<string, number>()
  return (entry, { address }) => {
    const key = /^@\w+\{([^,]*),/.exec(entry)?.[1] ?? ''
    if (used.size >= most) return entry.replace(`{${key},`, () => `{${key}-${asKey(address)},`)
    let own = key
    // BibTeX does not tell capitals from small letters in keys.
    while (used.has(own.toLowerCase())) {
      const number = (numbers.get(key.toLowerCase()) ?? 0) + 1
      numbers.set(key.toLowerCase(), number)
      own = key + letters(number)
    }
    used.add(own.toLowerCase())
    return own === key ? entry : entry.replace(`{${key},`, () => `{${own},`)
  }
}

/** An address as the end of a key; no two are alike. */
function asKey(address: string): string {
  return address.replace(/[^\w.-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`)
}

function letters(number: number): string {
  const inTurn = 'bcdefghijklmnopqrstuvwxyz'
  const last = inTurn[(number - 1) % inTurn.length] ?? ''
  const rest = Math.floor((number - 1) / inTurn.length)
  return rest === 0 ? last : letters(rest) + last
}

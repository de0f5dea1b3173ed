import type { Paper } from '../paper.ts'
import type { Author } from '../harvested-paper.ts'
import { dividedName, nameKey, wholeFamily, type DividedName } from '../names.ts'
import { clean, paragraphsOf } from '../tex/clean.ts'
import type { TexNode, TexStyle } from '../tex/nodes.ts'
import { parseTex } from '../tex/parse.ts'
import { plainText } from '../plain-text.ts'
import { dateParts } from './dates.ts'

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
  return text.replace(/[\\{}~^<>|&%#_$\u00A0]/g, (character) => ESCAPES[character] ?? character)
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

function nodesToTex(nodes: TexNode[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return escapeText(node.text)
      if (node.kind === 'math') return formula(node.source.startsWith('\\e') ? node.source : node.tex)
      if (node.kind === 'style') return `${STYLES[node.style]}{${nodesToTex(node.children)}}`
      return nodesToTex(node.children)
    })
    .join('')
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
    return paper.arxivId === null ? `paper${paper.id}` : `arxiv-${paper.arxivId.replace(/[^\w.-]/g, '-')}`
  }
  const words = plainText(paper.title)
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .map(asciiKey)
    .filter((word) => word !== '')
  const word =
    words.find((candidate) => candidate.length > 1 && !INSIGNIFICANT.has(candidate)) ?? words[0] ?? ''
  return family.slice(0, 40) + (dateParts(paper.published).year ?? '') + word.slice(0, 40)
}

/**
 * The paper as a BibTeX entry in UTF-8: `@article` with a journal reference, else `@misc`, both with arXiv's `eprint`
 * fields. The title stands in double braces, which keep its capitals.
 */
export function toBibtex(paper: Paper, options: { url: string; siteName: string }): string {
  const { year, month } = dateParts(paper.published)
  const monthName = month === undefined ? undefined : MONTHS[Number(month) - 1]
  const notes = [paper.withdrawn ? 'Withdrawn' : '', paper.comments === null ? '' : texField(paper.comments)]
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
    ['journal', paper.journalReference === null ? undefined : `{${texField(paper.journalReference)}}`],
    ['eprint', paper.arxivId === null ? undefined : `{${verbatim(paper.arxivId)}}`],
    ['archivePrefix', paper.arxivId === null ? undefined : '{arXiv}'],
    [
      'primaryClass',
      paper.arxivId === null || !paper.primaryCategory ? undefined : `{${verbatim(paper.primaryCategory)}}`,
    ],
    ['doi', paper.doi === null ? undefined : `{${verbatim(paper.doi)}}`],
    ['url', `{${verbatim(options.url)}}`],
    ['note', `{${notes.filter((note) => note !== '').join('. ')}}`],
    ['abstract', paper.abstract === null ? undefined : `{${texField(paper.abstract)}}`],
  ]
  const lines = fields.flatMap(([name, value]) => (value && value !== '{}' ? [`  ${name} = ${value},`] : []))
  return `@${paper.journalReference === null ? 'misc' : 'article'}{${citationKey(paper)},\n${lines.join('\n')}\n}\n`
}

import { isBody } from '../../papers/bodies.ts'
import { readOthers, type Others } from '../../papers/others.ts'
import type { AuthorDraft } from './valid-authors.ts'

const SUFFIX = /^(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?d)\.?$/i

/**
 * The authors in one line of text, as `splitAuthorLine` reads it, or as a list of inverted names (`Lee, Ann; Ek, Bo`,
 * `Lee, Ann and Ek, Bo`, `Lee, A., Ek, B.`), and those whom it says it leaves out.
 */
export function authorsInLine(line: string): { authors: AuthorDraft[]; others: Others | undefined } {
  const authors: AuthorDraft[] = []
  let others: Others | undefined
  for (const piece of invertedNames(line) ?? piecesOf(line)) {
    const read = readOthers(piece)
    if (read.others) others = read.others.missing === undefined ? (others ?? {}) : read.others
    if (read.name !== '') authors.push({ name: read.name })
  }
  return { authors, others }
}

/**
 * The names in an arXiv author line: `A. B. Smith, C. Jones (MIT) and the CMS Collaboration`. Affiliations in
 * parentheses are left out, `et al.` too; `Jr.` stays with its name.
 */
export function splitAuthorLine(line: string): string[] {
  return piecesOf(line)
    .map((piece) => readOthers(piece).name)
    .filter((name) => name !== '')
}

/** The names of a line, and what stands in it for those it leaves out. */
function piecesOf(line: string): string[] {
  const names: string[] = []
  for (const part of withJoint(withoutAsides(line)).split(SEPARATOR)) {
    for (const piece of part.split(/(?:^|\s)(?:and|&)(?=\s|$)/i)) {
      const name = piece.replaceAll(COMMA, ',').replaceAll(AND, 'and').trim()
      if (name === '') continue
      if (SUFFIX.test(name) && names.length > 0) names.push(`${names.pop()} ${name}`)
      else names.push(...splitAtCollaboration(name))
    }
  }
  return names
}

// The comma of `3,456 more` parts no names.
const SEPARATOR = /;|:(?=\s)|,(?!\d{3}\b)/
const COMMA = '\ue000'
const AND = '\ue001'
const WORDS = String.raw`[\p{L}\p{N}./-]+(?: [\p{L}\p{N}./-]+)?`
const JOINT = new RegExp(
  String.raw`(?:\bthe\s+|^\s*|[,;]\s*)${WORDS}(?:,\s+(?!and\s)${WORDS}){0,8},?\s+(?:and|&)\s+(?:the\s+)?${WORDS}\s+collaborations(?![\p{L}])`,
  'giu',
)

/** `The LIGO, Virgo, and KAGRA Collaborations` share their last word: they stay one name, whose commas part nothing. */
function withJoint(text: string): string {
  if (!/collaborations/i.test(text)) return text
  return text.replace(JOINT, (joint) => {
    const start = /^[,;]?/.exec(joint)?.[0].length ?? 0
    const names = joint.slice(start).replaceAll(',', COMMA)
    return joint.slice(0, start) + names.replace(/(?<=\s)(?:and|&)(?=\s)/gi, AND)
  })
}

/**
 * The text without what is in parentheses, but for what belongs to the list: a collaboration (`(ATLAS Collaboration)`), its
 * members (`(G. Aad et al.)`) and how many names are missing (`(200 more)`).
 */
function withoutAsides(text: string): string {
  let depth = 0
  let kept = ''
  let aside = ''
  for (const char of text.replace(/\[([^[\]]*)\]/g, (all, inner: string) =>
    isOthers(inner) ? `(${inner})` : all,
  )) {
    if (char === '(' && ++depth === 1) aside = ''
    else if (char === ')') {
      if (depth === 1) kept += belongs(aside) ? `, ${aside.trim()}, ` : ' '
      depth = Math.max(0, depth - 1)
    } else if (depth === 0) kept += char
    else aside += char
  }
  // The patterns of names would take long over a run of white space.
  return kept.replace(/\s+/g, ' ')
}

function belongs(aside: string): boolean {
  return isOthers(aside) || /\bcollaborations?\s*$/i.test(aside) || /\bet\s+al\.?\s*$/i.test(aside)
}

function isOthers(text: string): boolean {
  const { name, others } = readOthers(text)
  return name === '' && others !== null
}

/** Longer ones are no names, and would take long to split. */
const LONGEST_NAME = 1_000

function splitAtCollaboration(name: string): string[] {
  if (name.length > LONGEST_NAME) return [name]
  const behalf =
    /^(.*?\S)\s+(?:for|on behalf of)\s+(?:the\s+)?(\S.*\b(?:collaborations?|consortium|team|group))$/i.exec(
      name,
    )
  if (behalf) return [behalf[1] ?? '', behalf[2] ?? '']
  return [name.replace(/^(?:for|on behalf of)\s+the\s/i, '')]
}

const ONLY_INITIALS = /^(?:\p{Lu}\p{Ll}?\.[\s-]*|\p{Lu}(?=[\s-]|\p{Lu}?\p{Lu}?$)[\s-]*)+$/u

/** The names of a line in which the family name comes first, or null where the line is not written so. */
function invertedNames(line: string): string[] | null {
  const text = withoutAsides(line)
  const isNamed = (piece: string) => !isOthers(piece) && !isBody(piece)
  const pieces = (separator: RegExp) =>
    text
      .split(separator)
      .map((piece) =>
        piece
          .trim()
          .replace(/^(?:and|&)\s+/i, '')
          .replace(/,$/, ''),
      )
      .filter((piece) => piece !== '')
  const bySemicolon = pieces(/;/)
  if (bySemicolon.length > 1 && areAll(bySemicolon.filter(isNamed), isInverted)) return bySemicolon
  const byAnd = pieces(/\s+(?:and|&)\s+/i)
  // `Ann Lee, Bo Ek and Cy Fo` has commas as well: there the second of two words is a family name.
  if (byAnd.length > 1 && areAll(byAnd.filter(isNamed), (piece) => isInverted(piece) && endsAsGiven(piece)))
    return byAnd
  const parts = pieces(/,|\s+(?:and|&)\s+/i)
  const named = parts.filter(isNamed)
  const [first = '', second = ''] = named
  if (
    named.length === 2 &&
    parts.length === 2 &&
    !/\s/.test(first) &&
    !/\s/.test(second) &&
    !SUFFIX.test(second) &&
    text.includes(',')
  )
    return [`${first}, ${second}`]
  const isPaired = named.every((part, i) => ONLY_INITIALS.test(part) === (i % 2 === 1))
  if (named.length < 2 || named.length % 2 === 1 || !isPaired) return null
  return [
    ...named.flatMap((part, i) => (i % 2 === 0 ? [`${part}, ${named[i + 1] ?? ''}`] : [])),
    ...parts.filter((part) => !isNamed(part)),
  ]
}

function areAll(pieces: string[], is: (piece: string) => boolean): boolean {
  return pieces.length > 0 && pieces.every(is)
}

function endsAsGiven(piece: string): boolean {
  const words = piece
    .slice(piece.indexOf(',') + 1)
    .trim()
    .split(' ')
  return words.length === 1 || ONLY_INITIALS.test(words.at(-1) ?? '')
}

function isInverted(piece: string): boolean {
  const [family = '', given = '', suffix, ...more] = piece.split(',').map((part) => part.trim())
  if (family === '' || given === '' || more.length > 0) return false
  if (suffix !== undefined && !SUFFIX.test(suffix) && !SUFFIX.test(given)) return false
  return !/^\p{Lu}\p{Ll}?\.[\s-]/u.test(family) && !ONLY_INITIALS.test(family)
}

import { isBody, isEndOfBody } from '../../papers/bodies.ts'
import { splitName } from '../../papers/guess-name.ts'
import type { Author, NameParts } from '../../papers/harvested-paper.ts'
import { NAME_PARTS, joinName, nameKey } from '../../papers/names.ts'
import { readOthers, type Others } from '../../papers/others.ts'
import { cleanLine } from './clean-text.ts'
import { texOfMarkup } from './registry-markup.ts'
import { texNameToUnicode } from './tex-names.ts'

const MAX_NAME = 500
// Of a name and its key together, which must fit into one row of an index of the database.
const MAX_NAME_BYTES = 2_400
const MAX_AFFILIATION = 10_000

type Text = string | null | undefined

/**
 * An author as a record gives them: a whole name, or its parts, or both. `literal` is a name that the record keeps in one
 * piece on purpose.
 */
export type AuthorDraft = { [part in keyof NameParts]?: Text } & {
  name?: Text
  literal?: boolean
  kind?: 'collaboration' | undefined
  affiliation?: Text
  orcid?: Text
}

/** A list of authors, and those it leaves out. */
export type ValidAuthors = { authors: Author[]; others: Others | null }

/**
 * Authors cleaned and told apart: `et al.` and its like become `others`, a collaboration that somebody writes for becomes an
 * author of its own, and an inverted name (`García López, Ann`) is put in order and keeps its parts. Names that are empty
 * or too long are left out.
 */
export function validAuthors(drafts: readonly AuthorDraft[]): ValidAuthors {
  const authors: Author[] = []
  const collaborations = new Set<string>()
  let others: Others | null = null
  for (const draft of drafts) {
    const named: Author[] = []
    const written = nameOf(draft)
    if (written.others) others = more(others, written.others)
    const { person, bodies } = withBodies(written.name)
    if (person !== null) named.push(withFacts(person, draft))
    named.push(...bodies.map((name): Author => ({ name, kind: 'collaboration' })))
    for (const author of named) {
      // Many may write for one collaboration, which is one author.
      const key = author.kind === undefined ? '' : nameKey(author.name).replace(/^the-/, '')
      if (key === '' || !collaborations.has(key)) authors.push(author)
      if (key !== '') collaborations.add(key)
    }
  }
  return { authors, others }
}

function more(before: Others | null, next: Others): Others {
  const missing = next.missing ?? before?.missing
  return missing === undefined ? {} : { missing }
}

type Name = Pick<Author, keyof NameParts | 'name' | 'kind' | 'literal'>

/** The cleaned name of a draft, or null where nothing of it is one. */
function nameOf(draft: AuthorDraft): { name: Name | null; others: Others | null } {
  const whole = cleaned(draft.name)
  const parts: NameParts = {}
  const given: string[] = []
  for (const part of NAME_PARTS) {
    const text = cleaned(draft[part])
    if (text !== '') parts[part] = text
    if (text !== '') given.push(text)
  }
  if (given.length === 0) return wholeName(whole, draft)
  // `and others` and `200 more` come in two parts from programs that divide every name.
  const joined = readOthers(joinName(parts))
  if (joined.name === '') return { name: null, others: joined.others }
  let others: Others | null = null
  for (const part of NAME_PARTS) {
    // A given name may be two initials that are spelt like an abbreviation of `and others`.
    const read = readOthers(parts[part] ?? '')
    if (read.others === null || (part === 'given' && read.name === '')) continue
    others = more(others, read.others)
    if (read.name === '') delete parts[part]
    else parts[part] = read.name
  }
  return { name: namedInParts(withSuffix(parts), { whole, draft }), others }
}

const WITH_SUFFIX = /^(.*\p{L}{2}(?:.*?[\p{L}.])??),?\s+((?:[js]r|ii|iii|iv|[23](?:nd|rd))\.?)$/iu

/** `King Jr., Martin` and `King, Martin Jr.` have the suffix within another part. */
function withSuffix(parts: NameParts): NameParts {
  if (parts.suffix !== undefined || parts.family === undefined || parts.given === undefined) return parts
  for (const part of ['family', 'given'] as const) {
    const [, rest, suffix] = WITH_SUFFIX.exec(parts[part] ?? '') ?? []
    if (rest !== undefined && suffix !== undefined) return { ...parts, [part]: rest, suffix }
  }
  return parts
}

function namedInParts(
  parts: NameParts,
  { whole, draft }: { whole: string; draft: AuthorDraft },
): Name | null {
  const joined = joinName(parts)
  if (joined === '' || !fits(joined)) return null
  const isWhole = parts.family !== undefined && (parts.given === undefined || isEndOfBody(parts.family))
  if (draft.kind === 'collaboration' || (isWhole && isBody(joined)))
    return { name: joined, kind: 'collaboration' }
  // The name as the source itself writes it, unless that is inverted too.
  const name = whole === '' || whole.includes(',') ? joined : readOthers(whole).name
  return { name: name === '' ? joined : name, ...parts }
}

function wholeName(
  whole: string,
  { kind, literal }: AuthorDraft,
): { name: Name | null; others: Others | null } {
  const { name, others } = readOthers(whole)
  const tidy = cleanLine(name)
  if (tidy === '' || !fits(tidy)) return { name: null, others }
  if (kind === 'collaboration') return { name: { name: tidy, kind }, others }
  if (literal)
    return { name: { name: tidy, ...(isBody(tidy) ? { kind: 'collaboration' } : { literal }) }, others }
  return { name: invertedToName(tidy), others }
}

/** `García López, Ann` in order, with its parts; any other name as it is. */
function invertedToName(name: string): Name {
  const split = name.includes(',') ? splitName(name) : null
  if (split === null) return { name }
  const { given, family, suffix } = split
  // Only a name whose comma parts them tells its parts; `Ann Lee, PhD` does not.
  if (!name.startsWith(family) || given === '') return { name }
  const parts = withParticle({ given, family, ...(suffix === undefined ? {} : { suffix }) })
  return { name: joinName(parts), ...parts }
}

const PARTICLE = "(?:van|von|vom|de|der|den|del|della|di|da|do|dos|du|ten|ter|zu|zur|af|av|'t|la|le)"
const TRAILING_PARTICLES = new RegExp(`^(.*?\\S)\\s+(${PARTICLE}(?:\\s+${PARTICLE})*)$`)

/** `Berg, Ludo van den`: the particles belong before the family name. */
function withParticle(parts: NameParts): NameParts {
  const [, given, particle] = TRAILING_PARTICLES.exec(parts.given ?? '') ?? []
  return given === undefined || particle === undefined
    ? parts
    : { ...parts, given, nonDroppingParticle: particle }
}

const BODY_NAME = String.raw`(?:the\s+)?(\S.*\b(?:collaborations?|consortium|team|group|experiment)|[A-Z][\w-]*[A-Z][\w-]*)`
const ON_BEHALF = new RegExp(
  String.raw`^(?:(.*?\S)[\s,]+)?[([]?\s*(?:(?:for|from|and)\s+(?=the\s)|for\s+(?=\S+\s+collaboration)|on\s+behalf\s+of\s+)${BODY_NAME}\s*[)\]]?$`,
  'iu',
)
const IN_BRACKETS = /^(.*\S)\s*[([]\s*(?:the\s+)?([^()[\]]*\bcollaborations?)\s*[)\]]$/iu

/** The person in a name, and the collaborations they write for: `A. Lee on behalf of the CMS Collaboration`. */
function withBodies(name: Name | null): { person: Name | null; bodies: string[] } {
  if (name === null) return { person: null, bodies: [] }
  if (name.kind === 'collaboration') {
    const [, person, body] = ON_BEHALF.exec(name.name) ?? []
    return person === undefined && body !== undefined
      ? { person: null, bodies: [body] }
      : { person: name, bodies: [] }
  }
  const isGroup = /collab|behalf|consortium|team|group|experiment/i.test(name.name)
  for (const part of ['suffix', 'given', 'family', 'name'] as const) {
    if (!isGroup) break
    const found = (ON_BEHALF.exec(name[part] ?? '') ?? IN_BRACKETS.exec(name[part] ?? '')) as string[] | null
    const [, rest, body] = found ?? []
    if (found === null || body === undefined) continue
    if (part === 'name') return { person: rest === undefined ? null : { name: rest }, bodies: [body] }
    const { [part]: _, name: __, ...others } = name
    const parts: NameParts = { ...others, ...(rest === undefined ? {} : { [part]: rest }) }
    return { person: { ...parts, name: joinName(parts) }, bodies: [body] }
  }
  return {
    person:
      isBody(name.name) && name.family === undefined ? { name: name.name, kind: 'collaboration' } : name,
    bodies: [],
  }
}

function withFacts(name: Name, { affiliation: where, orcid: who }: AuthorDraft): Author {
  const author: Author = { ...name }
  const affiliation = cleanLine(texOfMarkup(where ?? ''))
  if (affiliation !== '' && affiliation.length <= MAX_AFFILIATION) author.affiliation = affiliation
  const orcid = validOrcid(who ?? '')
  if (orcid !== null) author.orcid = orcid
  return author
}

function cleaned(text: Text): string {
  return cleanLine(texOfMarkup(texNameToUnicode(text ?? '')))
}

// The last digit is a checksum, ISO 7064 MOD 11-2 (https://support.orcid.org/hc/en-us/articles/360006897674).
function validOrcid(text: string): string | null {
  const match = /^(?:https?:\/\/(?:www\.)?orcid\.org\/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3})([\dX])\/?$/i.exec(
    text.trim(),
  )
  if (!match) return null
  const groups = match.slice(1, 5)
  let total = 0
  for (const digit of groups.join('')) total = (total + Number(digit)) * 2
  const check = (12 - (total % 11)) % 11
  const last = check === 10 ? 'X' : String(check)
  return last === match[5]?.toUpperCase() ? `${groups.join('-')}${last}` : null
}

function fits(name: string): boolean {
  return (
    name.length <= MAX_NAME && Buffer.byteLength(name) + Buffer.byteLength(nameKey(name)) <= MAX_NAME_BYTES
  )
}

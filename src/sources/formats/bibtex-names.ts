import { readOthers } from '../../papers/others.ts'
import { texNameToUnicode } from './tex-names.ts'
import type { AuthorDraft } from './valid-authors.ts'

type Words = { text: string; braced: boolean }[]

/**
 * The names in the value of a BibTeX field, TeX kept as written: `von Last, Jr, First`, `First von Last`, `{One Piece}` and
 * biblatex's `family=…, given=…`. Takes time linear in its length.
 */
export function readBibtexNames(value: string): AuthorDraft[] {
  return splitAtAnd(value).flatMap(readName)
}

/** Splits at what `isCut` finds outside braces; it answers how many characters the cut takes. */
function splitOutsideBraces(text: string, isCut: (at: number) => number): string[] {
  const pieces: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (char === '\\') at += 1
    else if (char === '{') depth += 1
    else if (char === '}') depth = Math.max(0, depth - 1)
    else if (depth === 0) {
      const length = isCut(at)
      if (length === 0) continue
      pieces.push(text.slice(start, at))
      start = at + length
      at = start - 1
    }
  }
  pieces.push(text.slice(start))
  return pieces
}

const AND = /\s+and(?=\s)/iy

function splitAtAnd(value: string): string[] {
  // A run of white space would be searched from each of its characters.
  const text = ` ${value} `.replace(/\s+/g, ' ')
  return splitOutsideBraces(text, (at) => {
    AND.lastIndex = at
    return AND.exec(text)?.[0].length ?? 0
  })
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function readName(name: string): AuthorDraft[] {
  const parts = splitOutsideBraces(name, (at) => (isComma(name, at) ? 1 : 0)).map((part) => part.trim())
  const others: AuthorDraft[] = []
  let count = parts.length
  // `Lee, Ann, et al.` and `Lee, Ann,`: what follows the last comma is no part of the name.
  for (; count > 1; count -= 1) {
    const last = inner(parts[count - 1] ?? '')
    const isEmpty = parts[count - 1] === ''
    if (!isEmpty && (count === 2 || last === '' || readOthers(last).name !== '')) break
    if (!isEmpty) others.push({ name: last })
  }
  const kept = parts.slice(0, count)
  return [nameIn(count === parts.length ? name : kept.join(','), kept), ...others.toReversed()]
}

function nameIn(name: string, parts: string[]): AuthorDraft {
  if (/^(?:family|given|prefix|suffix|id)(?:-i)?\s*=/i.test(name)) return extendedName(parts)
  const [first = '', second = '', third = ''] = parts
  if (parts.length === 1) return withoutCommas(first)
  // `Ann Lee, M.D.`: the one comma is not between the family name and the given one.
  if (
    parts.length === 2 &&
    SUFFIX.test(second) &&
    /^(?!\p{Ll}).*[^\s\\][\s~]/u.test(first) &&
    !isBraced(first)
  )
    return { name: `${inner(first)} ${inner(second)}` }
  const vonLast = vonAndLast(first)
  if (parts.length === 2) return { ...vonLast, ...givenOf(second) }
  // `Lee, Ann, Jr.` is not as BibTeX wants it, but what its writer means is plain.
  if (parts.length === 3 && SUFFIX.test(third) && !SUFFIX.test(second))
    return { ...vonLast, given: inner(second), suffix: inner(third) }
  if (parts.length === 3) return { ...vonLast, suffix: inner(second), ...givenOf(third) }
  return { name: inner(name) }
}

/** Whether a comma stands there, and not in a number such as `3,456`. */
function isComma(name: string, at: number): boolean {
  return name[at] === ',' && !/^\d,\d{3}(?!\d)/.test(name.slice(Math.max(0, at - 1), at + 5))
}

const SUFFIX = /^\{*(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?d)\.?\}*$/i

function givenOf(given: string): AuthorDraft {
  return SUFFIX.test(given) ? { suffix: inner(given) } : { given: inner(given) }
}

function withoutCommas(name: string): AuthorDraft {
  const words = wordsOf(name)
  const last = words.at(-1)
  if (last === undefined) return {}
  if (words.length === 1) return last.braced ? { name: inner(name), literal: true } : { name: inner(name) }
  // `Ann {García López}`: the braces say what the family name is.
  if (!last.braced || !/\s/.test(last.text)) return { name: inner(name) }
  const before = words.slice(0, -1)
  const von = before.findIndex((word, i) => i > 0 && isSmall(word.text))
  const given = von === -1 ? before : before.slice(0, von)
  return {
    family: inner(last.text),
    given: inner(join(given)),
    nonDroppingParticle: von === -1 ? '' : inner(join(before.slice(von))),
  }
}

/** The words in small letters at the beginning are the particle; those later on belong to the name (`Ramón y Cajal`). */
function vonAndLast(text: string): AuthorDraft {
  const words = wordsOf(text)
  let von = 0
  while (von < words.length - 1 && isSmall(words[von]?.text ?? '')) von += 1
  return { nonDroppingParticle: inner(join(words.slice(0, von))), family: inner(join(words.slice(von))) }
}

function extendedName(parts: string[]): AuthorDraft {
  const given: { [key: string]: string } = {}
  for (const part of parts) {
    const equals = part.indexOf('=')
    if (equals !== -1)
      given[part.slice(0, equals).trim().toLowerCase()] = inner(
        part
          .slice(equals + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      )
  }
  const particle = given['useprefix'] === 'false' ? 'droppingParticle' : 'nonDroppingParticle'
  return {
    family: given['family'],
    given: given['given'],
    suffix: given['suffix'],
    [particle]: given['prefix'],
  }
}

function wordsOf(text: string): Words {
  return splitOutsideBraces(text, (at) => (/[\s~]/.test(text.charAt(at)) ? 1 : 0))
    .filter((word) => word !== '')
    .map((word) => ({ text: word, braced: isBraced(word) }))
}

function join(words: Words): string {
  return words.map(({ text }) => text).join(' ')
}

/** A word that is a group, and not TeX's way to write one letter (`{\'E}`) or to keep one capital. */
function isBraced(word: string): boolean {
  if (!word.startsWith('{') || !word.endsWith('}')) return false
  if (word.startsWith('{\\') && texNameToUnicode(word).length <= 2) return false
  let depth = 0
  for (let at = 0; at < word.length; at += 1) {
    if (word[at] === '\\') at += 1
    else if (word[at] === '{') depth += 1
    else if (word[at] === '}') depth -= 1
    if (depth === 0 && at < word.length - 1) return false
  }
  return depth === 0
}

function isSmall(word: string): boolean {
  if (word.startsWith('{') && !word.startsWith('{\\')) return false
  return /^\p{Ll}/u.test(word.replace(/\\[a-zA-Z]+|\\./g, '').replace(/[^\p{L}]/gu, ''))
}

/** What is within the braces that hold a whole part. */
function inner(text: string): string {
  let inside = text.trim()
  while (isBraced(inside)) inside = inside.slice(1, -1).trim()
  return inside
}

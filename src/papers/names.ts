import { splitName } from './guess-name.ts'
import type { Author, NameParts } from './harvested-paper.ts'
import { plainText } from './plain-text.ts'

const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー・々]+$/u

/** A name in parts as it is printed: given name first, but `王小明` in scripts that write the family name first. */
export function joinName(parts: NameParts): string {
  const { family = '', given = '', droppingParticle = '', nonDroppingParticle = '', suffix = '' } = parts
  if (EAST_ASIAN.test(family) && EAST_ASIAN.test(given)) return family + given
  // `d'`, `al-` and the like are written together with what follows.
  const last = [droppingParticle, nonDroppingParticle, family]
    .filter((part) => part !== '')
    .reduce((before, part) => before + (before === '' || /['’-]$/.test(before) ? '' : ' ') + part, '')
  return [given, last, suffix].filter((part) => part !== '').join(' ')
}

/** A name in the parts that reference lists need; there is always a family name. */
export type DividedName = NameParts & { family: string }

/**
 * The parts of an author's name, in plain text: those its source gave, else those that the name itself tells
 * (`splitName`). Null for a name that stays in one piece, `literal` in CSL.
 */
export function dividedName(author: Author): DividedName | null {
  if (author.kind === 'collaboration' || author.literal) return null
  if (author.family === undefined && author.given === undefined) return splitName(plainText(author.name))
  const parts: NameParts = {}
  for (const part of NAME_PARTS) {
    const text = plainText(author[part] ?? '')
    if (text !== '') parts[part] = text
  }
  const { family, ...rest } = parts
  return family === undefined ? null : { family, ...rest }
}

export const NAME_PARTS = ['family', 'given', 'droppingParticle', 'nonDroppingParticle', 'suffix'] as const

/** The family name with its particles before it. */
export function wholeFamily({ family, droppingParticle, nonDroppingParticle }: DividedName): string {
  return joinName({
    family,
    ...(droppingParticle === undefined ? {} : { droppingParticle }),
    ...(nonDroppingParticle === undefined ? {} : { nonDroppingParticle }),
  })
}

/** `García López, Ann`, `Poe, Sam, Jr.`; a name in one piece stays as it is. */
export function invertedName(author: Author): string {
  const name = dividedName(author)
  if (name === null) return plainText(author.name)
  return [wholeFamily(name), name.given ?? '', name.suffix ?? ''].filter((part) => part !== '').join(', ')
}

/** Latin letters that no normal form decomposes. */
const LATIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  ȷ: 'j',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ə: 'e',
  ɓ: 'b',
  ɗ: 'd',
  ƙ: 'k',
  ɛ: 'e',
  ɔ: 'o',
  ƶ: 'z',
  ɨ: 'i',
  ʉ: 'u',
  ĸ: 'k',
}

/**
 * A name as it stands in a URL: ASCII letters, digits and single hyphens, with the letters of other scripts kept. The
 * key of a key is itself, and it is empty only for a name without letters and digits (in NFKC).
 */
export function nameKey(name: string): string {
  // Most names need none of what follows, which takes ten times as long.
  if (/^[\x20-\x7e]*$/.test(name)) {
    return name
      .toLowerCase()
      .replace(/['`]/g, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
  }
  let key = ''
  let afterLatin = false
  for (const character of name.normalize('NFKC').toLowerCase().normalize('NFKC')) {
    if (/\p{M}/u.test(character)) {
      if (!afterLatin && /[\p{L}\p{N}\p{M}]$/u.test(key)) key += character
    } else if (/\p{Script=Latin}/u.test(character)) {
      afterLatin = true
      const letters = character.normalize('NFKD').replace(/\p{M}/gu, '')
      key += Array.from(letters, (letter) => LATIN[letter] ?? letter).join('')
    } else if (/[\p{L}\p{N}]/u.test(character)) {
      afterLatin = /[0-9]/.test(character)
      key += character
    } else if (!/['’ʼ‘`´]/.test(character)) {
      afterLatin = false
      if (!key.endsWith('-')) key += '-'
    }
  }
  return key.replace(/^-+|-+$/g, '').normalize('NFC')
}

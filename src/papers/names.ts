/** A name in two parts as reference lists need them; `suffix` is `Jr.`, `III` and the like. */
export type SplitName = { given: string; family: string; suffix?: string }

const BODIES =
  /\b(?:collaborations?|consortium|teams?|group|project|committee|society|institute|university|laborator(?:y|ies)|labs?|foundation|network|alliance|initiative|department|cent(?:er|re)|community|association|task force|inc|corp|llc|ltd|gmbh)\b|^the\s/i
const SUFFIX = /^(?:jr|sr|ii|iii|iv)\.?$/i
const PARTICLES = new Set(
  "van von vom de der den del della delle degli di da das do dos du des la le las los lo el al bin ibn ben ter ten te tot 't zu zur zum af av auf op in y e i do d'".split(
    ' ',
  ),
)
// Written with a capital these are mostly particles too; `Le`, `La`, `Da` and `Al` on their own are names just as often.
const CAPITAL_PARTICLES = new Set(['Van', 'Von', 'De', 'Der', 'Den', 'Del', 'Della', 'Di', 'Dos', 'Du'])
const AFTER_DE = new Set(['La', 'Las', 'Los', 'Le'])
const HAN_COMPOUNDS = new Set(
  '欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 令狐 慕容 司徒 夏侯 端木 南宫 南宮'.split(
    ' ',
  ),
)
const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー・々]+$/u

function splitEastAsian(words: string[]): SplitName | null {
  const [first = '', ...rest] = words
  if (rest.length > 0) return { family: first, given: rest.join(' ') }
  const characters = Array.from(first)
  const compound = characters.slice(0, 2).join('')
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(first) || characters.length < 2) return null
  if (HAN_COMPOUNDS.has(compound) && characters.length > 2) {
    return { family: compound, given: characters.slice(2).join('') }
  }
  // Four characters may just as well be a Japanese name, whose family may take one, two or three of them.
  if (characters.length > 3) return null
  return { family: characters[0] ?? '', given: characters.slice(1).join('') }
}

function withSuffix(name: SplitName, suffix: string | undefined): SplitName {
  return suffix === undefined ? name : { ...name, suffix }
}

function familyStart(words: string[]): number {
  let start = words.length - 1
  while (start > 1) {
    const word = words[start - 1] ?? ''
    const isParticle =
      PARTICLES.has(word) ||
      CAPITAL_PARTICLES.has(word) ||
      (AFTER_DE.has(word) && /^de$/i.test(words[start - 2] ?? '') && start > 2)
    if (!isParticle) break
    start--
  }
  // `Ramón y Cajal` is one family name.
  return words[start] === 'y' && start > 1 ? start - 1 : start
}

/**
 * The family and given names of a person as sources write them (`Ada B. van Loon Jr.`, `Loon, Ada van`, `王小明`). Null
 * for a single name, a collaboration or another body, and where nothing tells which part is the family name.
 */
export function splitName(name: string): SplitName | null {
  const tidy = name.normalize('NFC').trim().replace(/\s+/g, ' ')
  if (!/\p{L}/u.test(tidy) || BODIES.test(tidy) || /[\d:;()[\]{}@/]/.test(tidy)) return null
  const parts = tidy.split(',').map((part) => part.trim())
  const suffixPart = parts.slice(1).find((part) => SUFFIX.test(part))
  const named = parts.filter((part) => part !== '' && part !== suffixPart)
  if (named.length > 2) return null
  if (named.length === 2) {
    const [family = '', given = ''] = named
    return /\p{L}/u.test(family) && /\p{L}/u.test(given) ? withSuffix({ given, family }, suffixPart) : null
  }
  const words = (named[0] ?? '').split(' ')
  if (words.every((word) => EAST_ASIAN.test(word))) return splitEastAsian(words)
  const last = words.at(-1) ?? ''
  const suffix =
    suffixPart ?? (words.length > 2 && SUFFIX.test(last) && last !== last.toLowerCase() ? last : undefined)
  if (suffix !== undefined && suffixPart === undefined) words.pop()
  if (words.length < 2) return null
  const start = familyStart(words)
  if (PARTICLES.has(words[0] ?? '') && words.slice(1, start).length === 0) return null
  const family = words.slice(start).join(' ')
  return /\p{L}/u.test(family) ? withSuffix({ given: words.slice(0, start).join(' '), family }, suffix) : null
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

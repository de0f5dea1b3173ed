import { nameKey } from '../../papers/names.ts'

/** Letters, digits and their marks; joiners and soft hyphens, which only show how to set a word; and ∞. */
export const LETTER = /[[\u200d\p{L}\p{M}\p{N}∞\u00ad\u200c\u2060\ufeff]--[ʼʻ¼-¾⅐-⅟↉]]/v
/** What stands for a hyphen between two parts of a word: also an en dash and a minus. */
export const HYPHEN = /[-‐‑‒–−⁃﹣]/
/** What stands for an apostrophe. */
export const APOSTROPHE = /['’‘ʼʻ`´]/

// Marks that a writer may leave out: accents, and the points of Hebrew and Arabic. Vowel signs of other scripts stay.
const ACCENT =
  /[[\p{M}&&[\p{Script=Inherited}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]]--[\u3099\u309a]]/gv

/** Letters of Arabic that are written in more than one way, and the stroke that only widens a word. */
const OTHER_FORMS: Readonly<Record<string, string>> = { ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه', ٱ: 'ا', ـ: '' }
const OTHER_FORM = /[ىیکةٱـ]/g

/** The digits of every script stand in tens, in order, from a multiple of their zero. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++
  return String(value)
}

/**
 * A word in lower case without accents, joiners and typographic forms: `Ångström` is angstrom, `ﬁeld` field, `H₂O` h2o,
 * `Ｘ` x, `Straße` strasse. Letters of other scripts stay letters of their script; signs are left out of words that are
 * not ASCII.
 */
export function fold(word: string): string {
  const lower = word.toLowerCase()
  if (/^[\x20-\x7e]*$/.test(lower)) return lower
  return lower
    .normalize('NFKD')
    .toLowerCase()
    .replace(ACCENT, '')
    .replace(/ς/g, 'σ')
    .replace(OTHER_FORM, (letter) => OTHER_FORMS[letter] ?? '')
    .replace(/\p{Nd}/gu, (digit) => (/[0-9]/.test(digit) ? digit : digitOf(digit)))
    .normalize('NFC')
    .replace(/(?![\x20-\x7e])\p{Script=Latin}/gu, nameKey)
    .replace(/[^\p{L}\p{M}\p{N}.]/gu, '')
}

const NAMES: ReadonlyMap<string, string> = new Map(
  (
    'αalpha βbeta γgamma δdelta εepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi οomicron πpi ρrho σsigma ' +
    'τtau υupsilon φphi χchi ψpsi ωomega ∞infinity ħhbar åangstrom'
  )
    .split(' ')
    .map((row) => [row.charAt(0), row.slice(1)]),
)
const NAMED: ReadonlySet<string> = new Set(NAMES.values())

/** The English name of a letter that is a sign where it stands alone: `Λ` is lambda, `µ` mu, `∞` infinity, `ℏ` hbar. */
export function signName(letter: string): string | undefined {
  return NAMES.get(letter.normalize('NFKC').toLowerCase()) ?? NAMES.get(fold(letter))
}

/** Whether a folded word is what `signName` calls a sign. */
export function isSignName(word: string): boolean {
  return NAMED.has(word)
}

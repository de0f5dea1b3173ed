import { ACCENTS, LETTERS } from '../../papers/tex/accents.ts'

/** In names a dotless letter carries an accent, for which Unicode takes the dotted one. */
const NAME_LETTERS: Readonly<Record<string, string>> = { ...LETTERS, i: 'i', j: 'j' }
const LETTER_MACRO = new RegExp(
  `\\\\(${Object.keys(NAME_LETTERS).join('|')})(?![A-Za-z])(?:\\{\\}|\\s)?`,
  'g',
)

/** Signs that TeX writes as macros. */
const SIGNS: Readonly<Record<string, string>> = {
  textless: '<',
  textgreater: '>',
  textbar: '|',
  textquoteright: '’',
  textquoteleft: '‘',
  textquotesingle: "'",
  textendash: '–',
  textapostrophe: '’',
  ldots: '…',
  dots: '…',
  textellipsis: '…',
}
const SIGN_MACRO = new RegExp(`\\\\(${Object.keys(SIGNS).join('|')})(?![A-Za-z])(?:\\{\\}|\\s)?`, 'g')

/** TeX's accents and letters in a name (`Bal\'azs`, `{\L}ukasz`, `J.~Smith`) as Unicode; other TeX is dropped. */
export function texNameToUnicode(name: string): string {
  if (!/[\\{}~$]/.test(name)) return name
  const accented = name
    // It only tells programs how to sort, and prints nothing.
    .replace(/\\noopsort\s*\{[^{}]*\}/gi, '')
    .replace(SIGN_MACRO, (_, sign: string) => SIGNS[sign] ?? '')
    .replace(/\\[-/@]/g, '')
    .replace(/\\[,;:! ](-?)/g, (_, hyphen: string) => hyphen || ' ')
    .replace(LETTER_MACRO, (_, letter: string) => NAME_LETTERS[letter] ?? letter)
  return withAccents(accented)
    .replace(/\\([&%_#$])/g, '$1')
    .replace(/\\[A-Za-z]+\s*/g, '')
    .replace(/[\\{}$]/g, '')
    .replace(/~/g, ' ')
    .normalize('NFC')
}

/** A letter, perhaps with accents already. */
const LETTER = String.raw`\p{L}\p{M}*`
const ACCENT = new RegExp(
  String.raw`\\(?:([\x60'^"~=.])\s*|([uvHcdkrb])(?=[\s{])\s*)(?:\{\s*(${LETTER})\s*\}|(${LETTER}))`,
  'gu',
)
const MOST_ACCENTS = 3

/** A letter may have several accents, one within another: `Nguy{\~{\^e}}n`. */
function withAccents(name: string): string {
  let text = name
  for (let round = 0; round < MOST_ACCENTS && text.includes('\\'); round++) {
    text = text.replace(
      ACCENT,
      (_, sign?: string, macro?: string, braced?: string, bare?: string) =>
        (braced ?? bare ?? '') + (ACCENTS[sign ?? macro ?? ''] ?? ''),
    )
  }
  return text
}

import { ACCENTS, LETTERS } from '../papers/tex/accents.ts'

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
}
const SIGN_MACRO = new RegExp(`\\\\(${Object.keys(SIGNS).join('|')})(?![A-Za-z])(?:\\{\\}|\\s)?`, 'g')

/** TeX's accents and letters in a name (`Bal\'azs`, `{\L}ukasz`, `J.~Smith`) as Unicode; other TeX is dropped. */
export function texNameToUnicode(name: string): string {
  if (!/[\\{}~$]/.test(name)) return name
  return name
    .replace(SIGN_MACRO, (_, sign: string) => SIGNS[sign] ?? '')
    .replace(/\\[-/@]/g, '')
    .replace(/\\[,;:! ](-?)/g, (_, hyphen: string) => hyphen || ' ')
    .replace(LETTER_MACRO, (_, letter: string) => NAME_LETTERS[letter] ?? letter)
    .replace(/\\([`'^"~=.])\s*(?:\{\s*(\p{L})\s*\}|(\p{L}))/gu, accented)
    .replace(/\\([uvHcdkrb])(?:\s*\{\s*(\p{L})\s*\}|\s+(\p{L}))/gu, accented)
    .replace(/\\([&%_#$])/g, '$1')
    .replace(/\\[A-Za-z]+\s*/g, '')
    .replace(/[\\{}$]/g, '')
    .replace(/~/g, ' ')
    .normalize('NFC')
}

function accented(_: string, accent: string, braced?: string, bare?: string): string {
  return (braced ?? bare ?? '') + (ACCENTS[accent] ?? '')
}

const COMBINING: Record<string, string> = {
  '`': '\u0300',
  "'": '\u0301',
  '^': '\u0302',
  '~': '\u0303',
  '=': '\u0304',
  u: '\u0306',
  '.': '\u0307',
  '"': '\u0308',
  r: '\u030a',
  H: '\u030b',
  v: '\u030c',
  d: '\u0323',
  c: '\u0327',
  k: '\u0328',
  b: '\u0331',
}
const LETTERS: Record<string, string> = {
  o: 'ø',
  O: 'Ø',
  l: 'ł',
  L: 'Ł',
  ss: 'ß',
  ae: 'æ',
  AE: 'Æ',
  oe: 'œ',
  OE: 'Œ',
  aa: 'å',
  AA: 'Å',
  i: 'i',
  j: 'j',
  dh: 'ð',
  DH: 'Ð',
  dj: 'đ',
  DJ: 'Đ',
  th: 'þ',
  TH: 'Þ',
  ng: 'ŋ',
  NG: 'Ŋ',
}

/** TeX's accents and letters in a name (`Bal\'azs`, `{\L}ukasz`, `J.~Smith`) as Unicode; other TeX is dropped. */
export function texNameToUnicode(name: string): string {
  if (!/[\\{}~$]/.test(name)) return name
  return name
    .replace(
      /\\(ss|ae|AE|oe|OE|aa|AA|dh|DH|dj|DJ|th|TH|ng|NG|[oOlLij])(?![A-Za-z])(?:\{\}|\s)?/g,
      (_, letter: string) => LETTERS[letter] ?? letter,
    )
    .replace(/\\([`'^"~=.])\s*(?:\{\s*(\p{L})\s*\}|(\p{L}))/gu, accented)
    .replace(/\\([uvHcdkrb])(?:\s*\{\s*(\p{L})\s*\}|\s+(\p{L}))/gu, accented)
    .replace(/\\([&%_#$])/g, '$1')
    .replace(/\\[A-Za-z]+\s*/g, '')
    .replace(/[\\{}$]/g, '')
    .replace(/~/g, ' ')
    .normalize('NFC')
}

function accented(_: string, accent: string, braced?: string, bare?: string): string {
  return (braced ?? bare ?? '') + (COMBINING[accent] ?? '')
}

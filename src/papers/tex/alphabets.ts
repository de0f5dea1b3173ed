/** First code points of A, a and 0 in Unicode's Mathematical Alphanumeric Symbols, by MathML's `mathvariant`. */
const ALPHABETS: Readonly<
  Record<string, { upper: number; lower: number; digit?: number; greek?: [number, number] }>
> = {
  bold: { upper: 0x1d400, lower: 0x1d41a, digit: 0x1d7ce, greek: [0x1d6a8, 0x1d6c2] },
  italic: { upper: 0x1d434, lower: 0x1d44e, greek: [0x1d6e2, 0x1d6fc] },
  'bold-italic': { upper: 0x1d468, lower: 0x1d482, digit: 0x1d7ce, greek: [0x1d71c, 0x1d736] },
  script: { upper: 0x1d49c, lower: 0x1d4b6 },
  'bold-script': { upper: 0x1d4d0, lower: 0x1d4ea },
  fraktur: { upper: 0x1d504, lower: 0x1d51e },
  'bold-fraktur': { upper: 0x1d56c, lower: 0x1d586 },
  'double-struck': { upper: 0x1d538, lower: 0x1d552, digit: 0x1d7d8 },
  'sans-serif': { upper: 0x1d5a0, lower: 0x1d5ba, digit: 0x1d7e2 },
  'bold-sans-serif': { upper: 0x1d5d4, lower: 0x1d5ee, digit: 0x1d7ec },
  'sans-serif-italic': { upper: 0x1d608, lower: 0x1d622 },
  'sans-serif-bold-italic': { upper: 0x1d63c, lower: 0x1d656 },
  monospace: { upper: 0x1d670, lower: 0x1d68a, digit: 0x1d7f6 },
}

/** Letters that Unicode had before these alphabets were added, and whose places there are empty. */
const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  italic: { h: 'ℎ' },
  script: { B: 'ℬ', E: 'ℰ', F: 'ℱ', H: 'ℋ', I: 'ℐ', L: 'ℒ', M: 'ℳ', R: 'ℛ', e: 'ℯ', g: 'ℊ', o: 'ℴ' },
  fraktur: { C: 'ℭ', H: 'ℌ', I: 'ℑ', R: 'ℜ', Z: 'ℨ' },
  'double-struck': { C: 'ℂ', H: 'ℍ', N: 'ℕ', P: 'ℙ', Q: 'ℚ', R: 'ℝ', Z: 'ℤ' },
}

function letterIn(character: string, variant: string): string {
  const alphabet = ALPHABETS[variant]
  const code = character.codePointAt(0)
  if (alphabet === undefined || code === undefined) return character
  const elsewhere = ELSEWHERE[variant]?.[character]
  if (elsewhere !== undefined) return elsewhere
  if (code >= 0x41 && code <= 0x5a) return String.fromCodePoint(alphabet.upper + code - 0x41)
  if (code >= 0x61 && code <= 0x7a) return String.fromCodePoint(alphabet.lower + code - 0x61)
  if (code >= 0x30 && code <= 0x39 && alphabet.digit)
    return String.fromCodePoint(alphabet.digit + code - 0x30)
  if (alphabet.greek === undefined) return character
  if (code >= 0x391 && code <= 0x3a9) return String.fromCodePoint(alphabet.greek[0] + code - 0x391)
  if (code >= 0x3b1 && code <= 0x3c9) return String.fromCodePoint(alphabet.greek[1] + code - 0x3b1)
  return character
}

/** The text in one of Unicode's mathematical alphabets (`double-struck` R is ℝ); characters that it lacks stay as they are. */
export function inAlphabet(text: string, variant: string): string {
  return Array.from(text, (character) => letterIn(character, variant)).join('')
}

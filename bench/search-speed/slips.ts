import { pick } from './random.ts'

const BESIDE: Record<string, string> = {
  q: 'wa',
  w: 'qes',
  e: 'wrd',
  r: 'etf',
  t: 'ryg',
  y: 'tuh',
  u: 'yij',
  i: 'uok',
  o: 'ipl',
  p: 'o',
  a: 'qsz',
  s: 'adwx',
  d: 'sfec',
  f: 'dgrv',
  g: 'fhtb',
  h: 'gjyn',
  j: 'hkum',
  k: 'jli',
  l: 'ko',
  z: 'ax',
  x: 'zsc',
  c: 'xdv',
  v: 'cfb',
  b: 'vgn',
  n: 'bhm',
  m: 'nj',
}

/**
 * A text with one slip in one of its words of five letters or more, each kind as often: two neighbours swapped, a letter
 * left out, one typed twice, the key beside it, another vowel. One in ten is in the first letter. Null where there is
 * no such word.
 */
export function slipIn(
  text: string,
  random: () => number,
): { text: string; word: string; typed: string } | null {
  const words = [...text.matchAll(/(?<![\p{L}\p{N}])[a-z]{5,}(?![\p{L}\p{N}])/giu)]
  if (words.length === 0) return null
  const { 0: word, index } = pick(words, random)
  for (;;) {
    const typed = slipped(word, random)
    if (typed.toLowerCase() !== word.toLowerCase())
      return { text: text.slice(0, index) + typed + text.slice(index + word.length), word, typed }
  }
}

function slipped(word: string, random: () => number): string {
  const at = random() < 0.1 ? 0 : 1 + Math.floor(random() * (word.length - 1))
  const [before, here, after] = [word.slice(0, at), word.charAt(at), word.slice(at + 1)]
  switch (Math.floor(random() * 5)) {
    case 0:
      return before + after.charAt(0) + here + after.slice(1)
    case 1:
      return before + after
    case 2:
      return before + here + here + after
    case 3:
      return before + pick(BESIDE[here.toLowerCase()] ?? here, random) + after
    default:
      return 'aeiou'.includes(here) ? before + pick('aeiou', random) + after : word
  }
}

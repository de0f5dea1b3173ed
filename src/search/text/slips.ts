const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const VOWELS = 'aeiouy'
/** Shorter words have too many neighbours, longer ones are no words. */
const SHORTEST = 4
const LONGEST = 32

/**
 * How likely each kind of slip is, beside the likeliest; after the shares that K. Kukich reports ("Techniques for
 * automatically correcting words in text", ACM Computing Surveys 24, 1992), settled by `bench/corrections`.
 */
const LIKELIHOOD = {
  /** Two neighbours swapped: `langauge`. */
  swapped: 1,
  /** One of a pair of letters left out, or a letter typed twice: `difusion`, `modell`. */
  doubling: 1,
  leftOut: 0.5,
  /** A key beside the right one, pressed instead of it or with it. */
  besideKey: 0.4,
  /** One vowel for another: `independant`. */
  vowel: 0.5,
  /** Letters that may sound alike. */
  sound: 0.3,
  /** Any other letter too many, or for another. */
  other: 0.03,
}
/** Few mistype the first letter, so much less often than another one. */
const FIRST_LETTER = 0.1

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']
const SOUNDS = ['ck', 'ckq', 'sz', 'sc', 'xz', 'gj', 'vw', 'vf', 'td', 'mn', 'bp']
const beside = new Set(ROWS.flatMap((row, y) => Array.from(row, (_, x) => neighbours(x, y)).flat()))
const alike = new Set(
  SOUNDS.flatMap((group) => Array.from(group, (a) => Array.from(group, (b) => a + b)).flat()),
)

/** The pairs of a key and each that touches it. */
function neighbours(x: number, y: number): string[] {
  const key = ROWS[y]?.[x] ?? ''
  // Each row stands a little further to the right than the one above.
  const around = [
    ROWS[y]?.[x - 1],
    ROWS[y]?.[x + 1],
    ROWS[y - 1]?.[x],
    ROWS[y - 1]?.[x + 1],
    ROWS[y + 1]?.[x - 1],
    ROWS[y + 1]?.[x],
  ]
  return around.flatMap((other) => (other === undefined ? [] : [key + other]))
}

/**
 * What one slip may have made this word of: every string at Damerau–Levenshtein distance 1 (a letter left out, put in,
 * replaced, or two neighbours swapped), with the likelihood of the slip, from 0 to 1; some of them more than once. None
 * for what isn't 4 to 32 letters a–z; else some 54 a letter.
 */
export function* meantBy(typed: string): Generator<{ meant: string; likelihood: number }> {
  if (typed.length < SHORTEST || typed.length > LONGEST || !/^[a-z]+$/.test(typed)) return
  for (let at = 0; at <= typed.length; at++) {
    const [before, after] = [typed.slice(0, at), typed.slice(at)]
    const [previous, here, next] = [typed.charAt(at - 1), after.charAt(0), after.charAt(1)]
    const share = at === 0 ? FIRST_LETTER : 1
    if (next !== '' && here !== next)
      yield { meant: before + next + here + after.slice(2), likelihood: share * LIKELIHOOD.swapped }
    if (here !== '')
      yield { meant: before + after.slice(1), likelihood: share * tooMany({ previous, here, next }) }
    for (const letter of LETTERS) {
      if (here !== '' && letter !== here)
        yield { meant: before + letter + after.slice(1), likelihood: share * instead({ here, letter }) }
      const isDoubled = letter === previous || letter === here
      yield {
        meant: before + letter + after,
        likelihood: isDoubled ? LIKELIHOOD.doubling : share * LIKELIHOOD.leftOut,
      }
    }
  }
}

function tooMany({ previous, here, next }: { previous: string; here: string; next: string }): number {
  if (here === previous || here === next) return LIKELIHOOD.doubling
  return beside.has(here + previous) || beside.has(here + next) ? LIKELIHOOD.besideKey : LIKELIHOOD.other
}

function instead({ here, letter }: { here: string; letter: string }): number {
  if (VOWELS.includes(here) && VOWELS.includes(letter)) return LIKELIHOOD.vowel
  if (beside.has(here + letter)) return LIKELIHOOD.besideKey
  return alike.has(here + letter) ? LIKELIHOOD.sound : LIKELIHOOD.other
}

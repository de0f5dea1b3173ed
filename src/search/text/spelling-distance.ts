const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

// Few mistype the first letter. Shorter words have too many neighbours, longer ones are no words.
const FIRST_LETTER_WEIGHT = 0.2
const SHORTEST = 4
const LONGEST = 32

/** Every string one edit away from the term, with where the edit is; some of them more than once. */
function* editsOf(term: string): Generator<{ candidate: string; at: number }> {
  for (let at = 0; at <= term.length; at++) {
    const [before, after] = [term.slice(0, at), term.slice(at)]
    if (after.length > 1) yield { candidate: before + after.charAt(1) + after.charAt(0) + after.slice(2), at }
    if (after.length > 0) yield { candidate: before + after.slice(1), at }
    for (const letter of LETTERS) {
      if (after.length > 0) yield { candidate: before + letter + after.slice(1), at }
      yield { candidate: before + letter + after, at }
    }
  }
}

/**
 * The known terms at Damerau–Levenshtein distance 1 from a term (one letter or digit left out, put in, replaced, or two
 * neighbours swapped), the likeliest first: by `frequency`, which is 0 of an unknown term; those with another first letter
 * count a fifth. None for a term that isn't 4 to 32 letters a–z; else `frequency` is asked some 75 times a letter.
 */
export function nearTerms(
  term: string,
  frequency: (candidate: string) => number,
  { limit }: { limit: number },
): { term: string; frequency: number }[] {
  if (!/^[a-z]+$/.test(term) || term.length < SHORTEST || term.length > LONGEST) return []
  const near: { term: string; frequency: number; weight: number }[] = []
  const seen = new Set([term])
  for (const { candidate, at } of editsOf(term)) {
    if (seen.has(candidate)) continue
    seen.add(candidate)
    const count = frequency(candidate)
    const keepsFirst = at > 0 || candidate.startsWith(term.charAt(0))
    const weight = keepsFirst ? count : count * FIRST_LETTER_WEIGHT
    if (count > 0) near.push({ term: candidate, frequency: count, weight })
  }
  return near
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, limit)
    .map(({ term, frequency }) => ({ term, frequency }))
}

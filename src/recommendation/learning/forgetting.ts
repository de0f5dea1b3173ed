/**
 * How much an act still counts after a time: (1 + t/T)⁻¹, a power law of the time itself, not of how many acts came after it.
 * It falls fast at first and slowly then, as people forget, so a new interest does not erase an old one.
 */
export function remembered(ageMs: number): number {
  return 1 / (1 + Math.max(0, ageMs) / HALF_REMEMBERED_MS)
}

/** After so long an act counts half. Chosen on readers' histories (docs/decisions/027), where all from 1 to 4 years did as well. */
const HALF_REMEMBERED_MS = 730 * 86_400_000

/**
 * Which of many acts are rehearsed: `most` at most, each with a probability that grows with what is remembered of it, so
 * that of old acts fewer and fewer are taken, and never none. The choice depends on the acts alone: the same acts give the same
 * rehearsal. (Weighted sampling without replacement: Efraimidis and Spirakis 2006.) Answers places in `acts`, ascending.
 */
export function rehearse(
  acts: readonly { seed: number; weight: number }[],
  { most }: { most: number },
): number[] {
  const places = acts.map((_, i) => i)
  if (acts.length <= most) return places
  const keys = acts.map(({ seed, weight }) => Math.log(uniform(seed)) / Math.max(weight, Number.MIN_VALUE))
  return places
    .toSorted((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0) || a - b)
    .slice(0, most)
    .toSorted((a, b) => a - b)
}

/** A number in (0, 1) that a whole number is mixed to (the last step of SplitMix32). */
function uniform(seed: number): number {
  let x = (seed + 0x9e3779b9) | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (((x ^ (x >>> 15)) >>> 0) + 0.5) / 2 ** 32
}

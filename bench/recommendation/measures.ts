/** Of one list for one reader. */
export type Measures = { ndcg: number; recall: number; mrr: number; neverShown: number; alike: number }

/** `shown`: papers that a page shows. */
const SHOWN = 30

/** nDCG@10, recall@20, the reciprocal rank of the first, the share not on the page, and how alike the first ten are. */
export function measure(
  ranked: readonly string[],
  relevant: ReadonlySet<string>,
  likeness: (a: string, b: string) => number,
): Measures {
  const gain = (among: readonly string[]) =>
    among.slice(0, 10).reduce((sum, id, i) => sum + (relevant.has(id) ? 1 / Math.log2(i + 2) : 0), 0)
  const found = (depth: number) => ranked.slice(0, depth).filter((id) => relevant.has(id)).length
  const first = ranked.findIndex((id) => relevant.has(id))
  const head = ranked.slice(0, 10)
  const pairs = head.flatMap((a, i) => head.slice(i + 1).map((b) => likeness(a, b)))
  return {
    ndcg: gain(ranked) / gain([...relevant]),
    recall: found(20) / relevant.size,
    mrr: first < 0 ? 0 : 1 / (first + 1),
    neverShown: 1 - found(SHOWN) / relevant.size,
    alike: pairs.length === 0 ? 0 : pairs.reduce((sum, one) => sum + one, 0) / pairs.length,
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

const ROUNDS = 10_000

/** How probable so large a difference of means is by chance: two-sided, by turning signs of the paired differences at random. */
export function pairedTest(a: readonly number[], b: readonly number[], random: () => number): number {
  const differences = a.map((value, i) => value - (b[i] ?? 0)).filter((difference) => difference !== 0)
  const seen = Math.abs(differences.reduce((sum, difference) => sum + difference, 0))
  let as = 0
  for (let round = 0; round < ROUNDS; round++) {
    let sum = 0
    for (const difference of differences) sum += random() < 0.5 ? difference : -difference
    if (Math.abs(sum) >= seen - 1e-12) as += 1
  }
  return (as + 1) / (ROUNDS + 1)
}

import type { Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import { decodeVector } from '../../src/search/embeddings/quantize.ts'
import type { Engine } from '../../src/search/engine.ts'
import { parseQuery } from '../../src/search/query/parse-query.ts'

/** What is further away is no result of a search (src/search/index/find.ts). */
const LEAST_SIMILARITY = 0.2

/** A text to look for and its vector. */
export type AskedMeaning = { text: string; vector: Float32Array }

/**
 * How many of the papers that are nearest indeed the engine finds, as a share of the first 10 and of the first 100, on
 * average. Nearest indeed: by the cosine with every vector in the database, as far as they are near enough to be results
 * at all. A paper as near as the last of these counts as one of them.
 */
export async function recallOf(
  db: Kysely<Database>,
  engine: Engine,
  { model, asked }: { model: string; asked: AskedMeaning[] },
): Promise<{ at10: number; at100: number; nearest: number; hundredth: number }> {
  const exact = await nearestIndeed(
    db,
    model,
    asked.map(({ vector }) => vector),
    100,
  )
  const shares = asked.map(({ text, vector }, i) => {
    const { hits } = engine.find({
      query: parseQuery(text),
      vector,
      meaningOnly: true,
      offset: 0,
      limit: 100,
      unfinished: false,
      ranked: [],
    })
    const share = (depth: number) => {
      const wanted = exact[i]?.slice(0, depth).filter((cosine) => cosine >= LEAST_SIMILARITY) ?? []
      const last = wanted.at(-1) ?? Infinity
      const found = hits.slice(0, depth).filter(({ similarity }) => (similarity ?? 0) >= last - 1e-6)
      return wanted.length === 0 ? 1 : Math.min(1, found.length / wanted.length)
    }
    return {
      at10: share(10),
      at100: share(100),
      nearest: exact[i]?.[0] ?? 0,
      hundredth: exact[i]?.at(-1) ?? 0,
    }
  })
  const mean = (key: keyof (typeof shares)[number]) =>
    shares.reduce((sum, one) => sum + one[key], 0) / shares.length
  return { at10: mean('at10'), at100: mean('at100'), nearest: mean('nearest'), hundredth: mean('hundredth') }
}

const AT_ONCE = 5_000

/** For each query the cosines of its `count` nearest papers, highest first. */
async function nearestIndeed(
  db: Kysely<Database>,
  model: string,
  queries: Float32Array[],
  count: number,
): Promise<number[][]> {
  const best = queries.map(() => ({ cosines: [] as number[], least: -Infinity }))
  const shorten = (one: (typeof best)[number]) => {
    one.cosines = one.cosines.toSorted((a, b) => b - a).slice(0, count)
    if (one.cosines.length === count) one.least = one.cosines[count - 1] ?? -Infinity
  }
  for (let after = 0; ;) {
    const rows = await db
      .selectFrom('paper_embeddings')
      .select(['paper_id', 'vector'])
      .where('model', '=', model)
      .where('paper_id', '>', after)
      .orderBy('paper_id')
      .limit(AT_ONCE)
      .execute()
    for (const { vector } of rows) {
      const { bytes, scale } = decodeVector(vector)
      for (let q = 0; q < queries.length; q++) {
        const query = queries[q] as Float32Array
        const one = best[q] as (typeof best)[number]
        let sum = 0
        for (let i = 0; i < bytes.length; i++) sum += (query[i] as number) * (bytes[i] as number)
        if (sum * scale <= one.least) continue
        one.cosines.push(sum * scale)
        if (one.cosines.length > count * 10) shorten(one)
      }
    }
    const last = rows.at(-1)
    if (!last) break
    after = last.paper_id
  }
  best.forEach(shorten)
  return best.map(({ cosines }) => cosines)
}

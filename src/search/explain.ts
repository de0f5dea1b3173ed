import type { Paper } from '../papers/paper.ts'
import { plainText } from '../papers/plain-text.ts'
import { bodyText } from './body-text.ts'
import type { Meaning } from './meaning.ts'
import type { SearchIndex } from './search.ts'
import { sentencesIn } from './text/sentences.ts'

/** Why two papers are near: their closest sentences, best first, with their cosines, and the cosine of both as a whole. */
export type Explanation =
  | { ok: true; pairs: { ofA: string; ofB: string; similarity: number }[]; similarity: number }
  | { ok: false }

/** Sentences of a paper that are compared; abstracts rarely have more. */
const SENTENCES = 14
const PAIRS = 3
/** Pairs that are further apart explain nothing. */
const LEAST_SIMILAR = 0.25

/** Compares two papers sentence by sentence. `ok: false` while no vectors can be made. */
export async function explain(
  { index, meaning }: { index: Pick<SearchIndex, 'status'>; meaning: Meaning },
  a: Paper,
  b: Paper,
): Promise<Explanation> {
  const { model } = await index.status()
  const name = model ?? meaning.embedder?.model
  if (name === undefined) return { ok: false }
  const sentences = [sentencesOf(a), sentencesOf(b)] as const
  const [ofA, ofB] = await Promise.all(
    sentences.map(async (texts) => {
      const vectors = await Promise.all(texts.map((text) => meaning.vectorOf(text, name)))
      return vectors.map((vector, i) => ({ text: texts[i] ?? '', vector: vector.ok ? vector.vector : null }))
    }),
  )
  const pairs: { ofA: string; ofB: string; similarity: number }[] = []
  for (const x of ofA ?? []) {
    for (const y of ofB ?? []) {
      if (!x.vector || !y.vector) return { ok: false }
      pairs.push({ ofA: x.text, ofB: y.text, similarity: cosine(x.vector, y.vector) })
    }
  }
  const whole = [ofA, ofB].map((all) => sum((all ?? []).map(({ vector }) => vector)))
  return {
    ok: true,
    pairs: bestPairs(pairs),
    similarity: cosine(whole[0] ?? new Float32Array(0), whole[1] ?? new Float32Array(0)),
  }
}

/** Each sentence at most once: one that is near to everything would say the same three times. */
function bestPairs<T extends { ofA: string; ofB: string; similarity: number }>(pairs: T[]): T[] {
  const used = new Set<string>()
  const best: T[] = []
  for (const pair of pairs.toSorted((x, y) => y.similarity - x.similarity)) {
    if (best.length === PAIRS || pair.similarity < LEAST_SIMILAR) break
    if (used.has(`a ${pair.ofA}`) || used.has(`b ${pair.ofB}`)) continue
    used.add(`a ${pair.ofA}`).add(`b ${pair.ofB}`)
    best.push(pair)
  }
  return best
}

/** The title, and the sentences of the abstract (or the synopsis, where there is none). */
function sentencesOf(paper: Paper): string[] {
  const body = bodyText({
    abstract: paper.abstract,
    synopsis: paper.abstract === null ? paper.synopsis : null,
  })
  const sentences = sentencesIn(body).map(({ start, end }) =>
    body.slice(start, end).replace(/\s+/g, ' ').trim(),
  )
  return [...new Set([plainText(paper.title), ...sentences])]
    .filter((text) => text !== '')
    .slice(0, SENTENCES)
}

function sum(vectors: (Float32Array | null)[]): Float32Array {
  const total = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) vector?.forEach((value, i) => (total[i] = (total[i] ?? 0) + value))
  return total
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0
  let ofA = 0
  let ofB = 0
  for (let i = 0; i < a.length; i++) {
    dot += (a[i] ?? 0) * (b[i] ?? 0)
    ofA += (a[i] ?? 0) ** 2
    ofB += (b[i] ?? 0) ** 2
  }
  return ofA > 0 && ofB > 0 ? dot / Math.sqrt(ofA * ofB) : 0
}

import { embeddedText } from '../../src/search/embed-papers.ts'
import type { Embedder } from '../../src/search/embeddings/embedder.ts'
import type { Papers } from './papers.ts'
import { gaussian, pick, randomFrom } from './random.ts'

/** A unit vector for each paper, the same every time. */
export type Vectors = { model: string; dimensions: number; embedded: number; of(n: number): Float32Array }

/** Real papers that are embedded; the vectors of all others are made of theirs, since these take seconds a hundred. */
const BASE = 600
/** Length of the noise that is added to a unit vector, on average. */
const NOISE = 0.35

/**
 * Vectors whose neighbourhoods are like those of real ones, without hours of embedding: of the base as the model makes
 * them; of other real papers the mean of two of the base in the same category; of recombined ones the mean of their
 * sources. What is a mean gets some noise, or many would be the same.
 */
export async function makeVectors(papers: Papers, embedder: Embedder): Promise<Vectors> {
  const count = Math.min(BASE, papers.real)
  const base = Array.from({ length: count }, (_, i) => Math.floor((i * papers.real) / count))
  const made = await embedder.embedTexts(base.map((n) => embeddedText({ ...papers.at(n), synopsis: null })))
  const dimensions = made[0]?.length ?? 0
  const vectorOfBase = new Map(base.map((n, i) => [n, made[i] as Float32Array]))
  const ofCategory = new Map<string, Float32Array[]>()
  for (const [n, vector] of vectorOfBase) {
    const category = papers.at(n).categories[0] ?? ''
    ofCategory.set(category, [...(ofCategory.get(category) ?? []), vector])
  }
  const addNoise = noiseOf(dimensions)

  const ofReal = new Float32Array(papers.real * dimensions)
  for (let n = 0; n < papers.real; n++) {
    const random = randomFrom(n)
    const near = ofCategory.get(papers.at(n).categories[0] ?? '') ?? made
    const vector = vectorOfBase.get(n) ?? addNoise(mean(pick(near, random), pick(near, random)), random)
    ofReal.set(vector, n * dimensions)
  }
  const real = (n: number) => ofReal.subarray(n * dimensions, (n + 1) * dimensions)

  return {
    model: embedder.model,
    dimensions,
    embedded: count,
    of(n) {
      if (n < papers.real) return real(n)
      const [a, b = a] = papers.at(n).sources
      return addNoise(mean(real(a), real(b)), randomFrom(n))
    },
  }
}

function mean(a: Float32Array, b: Float32Array): Float32Array {
  return normalised(a.map((value, i) => value + (b[i] ?? 0)))
}

function normalised(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  const length = Math.sqrt(squares) || 1
  return vector.map((value) => value / length)
}

/** Adds noise out of a store of it: to draw it for each number of a million vectors would take minutes. */
function noiseOf(dimensions: number): (vector: Float32Array, random: () => number) => Float32Array {
  const random = randomFrom(1)
  const deviation = NOISE / Math.sqrt(dimensions)
  const store = Float32Array.from({ length: 2 ** 20 }, () => gaussian(random) * deviation)
  return (vector, random) => {
    const from = Math.floor(random() * (store.length - dimensions))
    return normalised(vector.map((value, i) => value + (store[from + i] ?? 0)))
  }
}

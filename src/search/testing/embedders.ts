import type { Embedder } from '../embeddings/embedder.ts'
import { wordsIn } from '../text/words.ts'

/**
 * Makes vectors by counting words, each into a place of its own: near when texts share words. For tests of what is done
 * with vectors, not of what they mean.
 */
export function wordCounter(model: string, { dimensions = 64 } = {}): Embedder & { embedded: string[] } {
  const embedded: string[] = []
  const vectorOf = (text: string) => {
    const vector = new Float32Array(dimensions).fill(0.01)
    for (const { term } of wordsIn(text)) {
      let hash = 7
      for (const character of term) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0
      vector[hash % dimensions] = (vector[hash % dimensions] ?? 0) + 1
    }
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }
  return {
    model,
    embedded,
    embedQuery: (text) => Promise.resolve(vectorOf(text)),
    embedTexts(texts) {
      embedded.push(...texts)
      return Promise.resolve(texts.map(vectorOf))
    },
    rest: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

/** The words and neighbouring pairs of words of a text: what each is known by (a 32-bit hash), ascending, and how often it comes. */
export type Words = { ids: Uint32Array; counts: Uint8Array }

/** A longer text says nothing more about what it is about. */
const MOST_WORDS = 800
const LONGEST_WORD = 40
const WORD = /[\p{L}\p{N}]+/gu

/**
 * Words as they stand, without stemming or a stop list, and pairs of neighbours: pairs such as "regret of" tell how a paper
 * goes about its subject. Both choices were measured (docs/decisions/027).
 */
export function* wordsIn(text: string): Generator<string> {
  let before = ''
  let count = 0
  for (const [found] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    if (count++ === MOST_WORDS) return
    const word = found.slice(0, LONGEST_WORD)
    yield word
    if (before !== '') yield `${before} ${word}`
    before = word
  }
}

export function readWords(text: string): Words {
  const counts = new Map<number, number>()
  for (const word of wordsIn(text)) {
    const id = hashOf(word)
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  const ids = Uint32Array.from(counts.keys()).sort()
  return { ids, counts: Uint8Array.from(ids, (id) => Math.min(255, counts.get(id) ?? 0)) }
}

/** FNV-1a over UTF-16 units, with the last mixing step of MurmurHash3; never 0. */
export function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0 || 1
}

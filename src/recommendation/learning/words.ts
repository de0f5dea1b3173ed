/**
 * What a text is written with: its words, neighbouring pairs of words, and runs of characters; what each is known by (32 bits),
 * ascending, and how often it comes.
 */
export type Words = { ids: Uint32Array; counts: Uint8Array }

/** A longer text says nothing more about what it is about. */
const MOST_WORDS = 800
const LONGEST_WORD = 40
const WORD = /[\p{L}\p{N}]+/gu

/**
 * Words as they stand, without stemming or a stop list, and pairs of neighbours: pairs such as "regret of" tell how a paper
 * goes about its subject. Both choices were measured (docs/decisions/027).
 */
export function wordsIn(text: string): Generator<string> {
  return withPairs(plainWords(text))
}

function* withPairs(words: readonly string[]): Generator<string> {
  let before = ''
  for (const word of words) {
    yield word
    if (before !== '') yield `${before} ${word}`
    before = word
  }
}

function plainWords(text: string): string[] {
  const words: string[] = []
  for (const [found] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    if (words.length === MOST_WORDS) break
    words.push(found.slice(0, LONGEST_WORD))
  }
  return words
}

/** Runs of so many characters, across the spaces between words: they see that "embedded" and "embedding" are akin. */
const RUN = 5
/** Runs share 2²⁰ numbers, of which papers of one collection use up to a third. */
const RUN_BITS = (1 << 20) - 1
/** Numbers of words have this bit, those of runs have not. */
const OF_WORDS = 0x8000_0000

/** Whether a number stands for a run of characters. */
export function isRun(id: number): boolean {
  return id < OF_WORDS
}

/** The words and pairs of words alone. */
export function withoutRuns({ ids, counts }: Words): Words {
  const from = ids.findIndex((id) => !isRun(id))
  return from < 0
    ? { ids: new Uint32Array(), counts: new Uint8Array() }
    : { ids: ids.slice(from), counts: counts.slice(from) }
}

export function readWords(text: string): Words {
  const words = plainWords(text)
  const line = ` ${words.join(' ')} `
  const runs = Math.max(0, line.length - RUN + 1)
  const found = new Uint32Array(Math.max(0, words.length * 2 - 1) + runs)
  let n = 0
  for (let i = 0; i < runs; i++) found[n++] = runId(hash(line, i, i + RUN))
  for (const word of withPairs(words)) found[n++] = hashOf(word)
  found.sort()
  const ids = new Uint32Array(n)
  const counts = new Uint8Array(n)
  let kept = 0
  for (let i = 0; i < n; i++) {
    const id = found[i] ?? 0
    if (kept === 0 || ids[kept - 1] !== id) ids[kept++] = id
    const count = counts[kept - 1] ?? 0
    if (count < 255) counts[kept - 1] = count + 1
  }
  return { ids: ids.slice(0, kept), counts: counts.slice(0, kept) }
}

/** What a word, or a pair of words, is known by. */
export function hashOf(word: string): number {
  return (hash(word, 0, word.length) | OF_WORDS) >>> 0
}

/** Spread over all numbers that runs have, since tables take their low bits. Never 0. */
function runId(hash: number): number {
  return mix((hash & RUN_BITS) + 1) & (OF_WORDS - 1) || 1
}

/** FNV-1a over UTF-16 units, mixed. */
function hash(text: string, from: number, to: number): number {
  let value = 0x811c9dc5
  for (let i = from; i < to; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return mix(value)
}

/** The last steps of MurmurHash3. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

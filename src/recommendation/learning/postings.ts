import { driveInTurns } from '../../runtime/in-turns.ts'
import { numberOf, numberWords, type WordNumbers } from './word-table.ts'

/** Words by number, with what each weighs. */
type Weights = { ids: Uint32Array; weights: Float32Array }

/** Papers by their words: which have each, and what it weighs there. */
export type Postings = {
  /** Adds the product of some words with each of the first papers to its place in `into`. */
  addProducts(words: Weights, into: Float64Array): void
  /** What a word weighs in all papers together, of which each counts so often. */
  weightOf(id: number, counts: ArrayLike<number>): number
  /** All words, and what each weighs so. */
  weightsOfAll(counts: ArrayLike<number>): Weights
}

/** Made in turns, for many papers: 65,536 at most. */
export function openPostings(papers: readonly Weights[]): Promise<Postings> {
  return driveInTurns(build(papers))
}

/** The same for few papers, at once. */
export function postingsOf(papers: readonly Weights[]): Postings {
  const work = build(papers)
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

/**
 * The papers of each word, one list after the other; each stands in one piece, as most of the time goes to fetching it: its word, its
 * length, and of each paper its place and the word's weight there. `slots`: where the list of a word begins.
 */
type Lists = { slots: WordNumbers; numbers: Uint32Array; weights: Float32Array; words: number }

const HEADER = 2

function* build(papers: readonly Weights[]): Generator<void, Postings> {
  const lists = yield* listsOf(papers)
  return {
    addProducts: (words, into) => void addProducts(lists, words, into),
    weightOf(id, counts) {
      const start = numberOf(lists.slots, id)
      return start === 0 ? 0 : weightAt(lists, start, counts)
    },
    weightsOfAll(counts) {
      const all = { ids: new Uint32Array(lists.words), weights: new Float32Array(lists.words) }
      let n = 0
      for (let start = FIRST; start < lists.numbers.length; start = endOf(lists, start)) {
        all.ids[n] = lists.numbers[start] ?? 0
        all.weights[n++] = weightAt(lists, start, counts)
      }
      return all
    },
  }
}

/** None begins at 0, which stands for none. */
const FIRST = 1

function* listsOf(papers: readonly Weights[]): Generator<void, Lists> {
  const { table, places } = yield* numberWords(papers)
  const counts = new Uint32Array(table.words)
  for (const of of places) {
    for (let i = 0; i < of.length; i++) counts[of[i] ?? 0] = (counts[of[i] ?? 0] ?? 0) + 1
    yield
  }
  const { words } = table
  const starts = new Uint32Array(words)
  // In the order in which words stand, so that those which come in it find their lists one after the other.
  let end = FIRST
  const slots = yield* table.numbered((place) => {
    const start = end
    starts[place] = start
    end += HEADER + 2 * (counts[place] ?? 0)
    return start
  })
  const numbers = new Uint32Array(end)
  const lists = { numbers, weights: new Float32Array(numbers.buffer) }
  for (const [paper, { ids, weights }] of papers.entries()) {
    const of = places[paper] ?? new Uint32Array()
    for (let i = 0; i < of.length; i++) {
      const start = starts[of[i] ?? 0] ?? 0
      numbers[start] = ids[i] ?? 0
      const at = endOf(lists, start)
      numbers[at] = paper
      lists.weights[at + 1] = weights[i] ?? 0
      numbers[start + 1] = (numbers[start + 1] ?? 0) + 1
    }
    yield
  }
  return { ...lists, words, slots }
}

/** Where the list ends that begins at `start`. */
function endOf({ numbers }: Pick<Lists, 'numbers'>, start: number): number {
  return start + HEADER + 2 * (numbers[start + 1] ?? 0)
}

/** Lists that are found before the first of them is read, and how many numbers the processor fetches at once. */
const TOGETHER = 256
const LINE = 16
/** Where they begin and end. */
const begins = new Uint32Array(TOGETHER)
const ends = new Uint32Array(TOGETHER)

/**
 * In a large index most of the time is waiting for memory. What does not depend on each other is fetched at once, so lists are found
 * first, then their first lines are touched, and then they are read: this halves the time.
 */
function addProducts(
  { slots, numbers, weights: values }: Lists,
  { ids, weights }: Weights,
  into: Float64Array,
) {
  let touched = 0
  for (let from = 0; from < ids.length; from += TOGETHER) {
    const count = Math.min(TOGETHER, ids.length - from)
    for (let i = 0; i < count; i++) begins[i] = numberOf(slots, ids[from + i] ?? 0)
    for (let i = 0; i < count; i++) {
      const start = begins[i] ?? 0
      const end = start + HEADER + 2 * (numbers[start + 1] ?? 0)
      ends[i] = start === 0 ? 0 : end
      touched +=
        (numbers[Math.min(start + LINE, end)] ?? 0) +
        (numbers[Math.min(start + 2 * LINE, end)] ?? 0) +
        (numbers[Math.min(start + 3 * LINE, end)] ?? 0)
    }
    for (let i = 0; i < count; i++) {
      const weight = weights[from + i] ?? 0
      const end = ends[i] ?? 0
      for (let at = (begins[i] ?? 0) + HEADER; at < end; at += 2) {
        const j = numbers[at] ?? 0
        // Papers stand in their order.
        if (j >= into.length) break
        into[j] = (into[j] ?? 0) + weight * (values[at + 1] ?? 0)
      }
    }
  }
  return touched
}

function weightAt(lists: Lists, start: number, counts: ArrayLike<number>): number {
  const end = endOf(lists, start)
  let sum = 0
  for (let at = start + HEADER; at < end; at += 2)
    sum += (counts[lists.numbers[at] ?? 0] ?? 0) * (lists.weights[at + 1] ?? 0)
  return sum
}

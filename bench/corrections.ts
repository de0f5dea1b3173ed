/**
 * What the correction of slips is worth, and what it costs: `bench/run corrections`. Titles of real papers get one slip
 * each, by a stated model and from a seed; how often the paper that is meant comes first, by words alone, with the title
 * as it is, with the slip, and with the slip corrected; how often words that exist are left alone; how long it takes.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { plainText } from '../src/papers/plain-text.ts'
import { correctQuery, type CorrectQuestion } from '../src/search/index/correct-query.ts'
import { find, type FindRequest } from '../src/search/index/find.ts'
import { Scores } from '../src/search/index/match-words.ts'
import { addPapers, newWordIndex, type WordIndex } from '../src/search/index/word-index.ts'
import { formatQuery } from '../src/search/query/format-query.ts'
import { parseQuery } from '../src/search/query/parse-query.ts'
import type { Query } from '../src/search/query/query.ts'
import { suggestedIds } from '../src/search/suggest.ts'
import { toIndexedPaper } from '../src/search/to-indexed-paper.ts'
import { pick, randomFrom } from './search-speed/random.ts'
import { slipIn } from './search-speed/slips.ts'
import { realPapers } from './site.ts'

const TITLES = 500
const WORDS = 5_000
const A_SEGMENT = 5_000

const texts: string[] = []

async function makeIndex(file: string): Promise<WordIndex> {
  const index = newWordIndex()
  let batch: ReturnType<typeof toIndexedPaper>[] = []
  let id = 0
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
    const paper = JSON.parse(line) as { title: string; abstract?: string; categories?: string[] }
    id++
    texts[id] = plainText(paper.title)
    batch.push(
      toIndexedPaper({
        id,
        index_seq: id,
        title: paper.title,
        abstract: paper.abstract ?? null,
        synopsis: null,
        authors: [],
        categories: paper.categories ?? [],
        links: [],
        dated_at: new Date(0),
        published: null,
      }),
    )
    if (batch.length === A_SEGMENT) {
      addPapers(index, batch, id)
      batch = []
    }
  }
  addPapers(index, batch, id)
  return index
}

const scratch = new Scores()
function isFirst(index: WordIndex, query: Query, id: number): boolean {
  const { hits } = find(
    { words: index, vectors: null },
    { query, vector: null, offset: 0, limit: 1, unfinished: false, ranked: [] },
    scratch,
  )
  return hits[0]?.id === id
}

/** Milliseconds of processor time that this process has taken: others may be busy. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function percentile(times: number[], share: number): string {
  return `${(times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0).toFixed(2)} ms`
}

function measureTitles(index: WordIndex): void {
  const random = randomFrom(21)
  const first = { asItIs: 0, withSlip: 0, corrected: 0 }
  const words = { right: 0, wrong: 0, left: 0, existing: 0 }
  const times: number[] = []
  let titles = 0
  while (titles < TITLES) {
    const id = 1 + Math.floor(random() * (texts.length - 1))
    const title = texts[id] ?? ''
    const slip = slipIn(title, random)
    if (slip === null) continue
    titles++
    const query = parseQuery(slip.text)
    const started = processorTime()
    const corrected = correctQuery(index, { query, unfinished: false })
    times.push(processorTime() - started)
    if (isFirst(index, parseQuery(title), id)) first.asItIs++
    if (isFirst(index, query, id)) first.withSlip++
    if (isFirst(index, corrected.query, id)) first.corrected++
    const found = corrected.corrections.find(({ word }) => slip.typed.includes(word))
    const offer = corrected.offers.find(({ word }) => slip.typed.includes(word))
    if (found) {
      if (found.instead === slip.word.toLowerCase()) words.right++
      else {
        words.wrong++
        if (process.argv.includes('--show')) console.log(slip.word, slip.typed, found.instead)
      }
    } else {
      if (offer) words.existing++
      words.left++
      if (process.argv.includes('--show')) console.log(slip.word, slip.typed, '-', offer?.instead)
    }
  }
  console.log(`${titles} titles with one slip each; the paper comes first, by words alone:`)
  console.log(
    `  as it is ${first.asItIs}, with the slip ${first.withSlip}, with the slip corrected ${first.corrected}`,
  )
  console.log(
    `words: ${words.right} corrected rightly, ${words.wrong} to another word, ${words.left} left alone (${words.existing} of them with an offer)`,
  )
  console.log(
    `to correct one query, processor time: p50 ${percentile(times, 0.5)}, p95 ${percentile(times, 0.95)}, most ${percentile(times, 0.9999)}`,
  )
}

/** Titles as they are: every word of them exists. */
function measureExisting(index: WordIndex): void {
  const random = randomFrom(5)
  let changed = 0
  let offered = 0
  for (let n = 0; n < WORDS; n++) {
    const title = texts[1 + Math.floor(random() * (texts.length - 1))] ?? ''
    const { query, corrections, offers } = correctQuery(index, {
      query: parseQuery(title),
      unfinished: false,
    })
    if (corrections.length > 0) {
      changed++
      console.log(`  changed: ${formatQuery(query)}`)
    }
    if (offers.length > 0) {
      offered++
      if (process.argv.includes('--show')) console.log(offers)
    }
  }
  console.log(`${WORDS} titles as they are: ${changed} changed, ${offered} with an offer`)
}

/** Titles that are being typed: two to four words, the last one cut, every other time with a slip. */
async function measureTyping(index: WordIndex): Promise<void> {
  const random = randomFrom(25)
  const thread = {
    correct: async (question: CorrectQuestion) => correctQuery(index, question),
    find: async (request: FindRequest) => find({ words: index, vectors: null }, request, scratch),
  }
  const any = { plain: 0, slipped: 0 }
  const meant = { plain: 0, slipped: 0 }
  const times: number[] = []
  for (let n = 0; n < 2 * TITLES; n++) {
    const title = texts[1 + Math.floor(random() * (texts.length - 1))] ?? ''
    const words = title.match(/[a-z]{2,}/gi) ?? []
    const beginning = words.slice(0, 2 + Math.floor(random() * 3))
    const last = beginning.pop() ?? ''
    beginning.push(last.slice(0, 2 + Math.floor(random() * (last.length - 1))))
    const kind = n % 2 === 0 ? 'plain' : 'slipped'
    const text = beginning.join(' ')
    const typed = kind === 'plain' ? text : (slipIn(text, random)?.text ?? text)
    const started = processorTime()
    const ids = await suggestedIds(thread, { query: parseQuery(typed), typed, limit: 5 })
    times.push(processorTime() - started)
    if (ids.length > 0) any[kind]++
    else if (process.argv.includes('--show')) console.log(`  nothing for ${typed}`)
    if (ids.some((id) => texts[id] === title)) meant[kind]++
  }
  console.log(
    `${TITLES} beginnings of titles, and as many with a slip: ${any.plain} and ${any.slipped} have suggestions, ${meant.plain} and ${meant.slipped} the title among five`,
  )
  console.log(
    `to suggest, processor time: p50 ${percentile(times, 0.5)}, p95 ${percentile(times, 0.95)}, most ${percentile(times, 0.9999)}`,
  )
  for (const typed of [
    'diffusion models',
    'diffusion mo',
    'difusion mo',
    'diffusion modl',
    'large langauge mod',
    'reinforcem',
    'renforcem',
  ]) {
    const ids = await suggestedIds(thread, { query: parseQuery(typed), typed, limit: 5 })
    console.log(`  ${typed}: ${ids.map((id) => texts[id]).join(' | ')}`)
  }
}

/** Random letters, which mean nothing. */
function measureNonsense(index: WordIndex): void {
  const random = randomFrom(8)
  let changed = 0
  for (let n = 0; n < WORDS; n++) {
    const letters = Array.from({ length: 4 + Math.floor(random() * 7) }, () =>
      pick('abcdefghijklmnopqrstuvwxyz', random),
    )
    if (
      correctQuery(index, { query: parseQuery(letters.join('')), unfinished: false }).corrections.length > 0
    )
      changed++
  }
  console.log(`${WORDS} words of 4 to 10 random letters: ${changed} changed`)
}

const file = realPapers()
if (file !== null) {
  const index = await makeIndex(file)
  measureTitles(index)
  measureExisting(index)
  measureNonsense(index)
  await measureTyping(index)
}

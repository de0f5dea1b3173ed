/**
 * How well searches find what is relevant, on a test collection in the layout of BEIR (corpus.jsonl, queries.jsonl,
 * qrels/test.tsv): `bench/run search-quality DIR …`. The collection goes the way of all papers (recorded in a database,
 * indexed, embedded), in a folder of its own, and is searched by the function behind every page.
 */
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect } from '../src/db/connect.ts'
import { createLog } from '../src/runtime/log.ts'
import type { HarvestedPaper } from '../src/papers/harvested-paper.ts'
import { parseAddress } from '../src/papers/identifiers.ts'
import { embedNextPapers } from '../src/search/embed-papers.ts'
import { openEngine } from '../src/search/engine.ts'
import { openMeaning } from '../src/search/meaning.ts'
import { parseQuery } from '../src/search/query/parse-query.ts'
import { indexInThisThread, search, type SearchRoom } from '../src/search/search.ts'
import { recordHarvest } from '../src/sources/record-harvest.ts'
import { SHARED, withDataFolder } from './site.ts'

const WAYS = ['words', 'meaning', 'both'] as const
type Way = (typeof WAYS)[number]
/** Of one query, by one way of searching. */
type Measures = { ndcg: number; recall: number; mrr: number }
type Judgements = Map<string, Map<string, number>>

const DEPTH = 100

async function measureCollection(folder: string): Promise<void> {
  const queries = (await readLines(join(folder, 'queries.jsonl'))) as { _id: string; text: string }[]
  const judgements = await readJudgements(join(folder, 'qrels', 'test.tsv'))
  const judged = queries.filter(({ _id }) => judgements.has(_id))
  await withDataFolder(async (data) => {
    const log = createLog('warn')
    const connection = await connect({ databaseUrl: null, dataFolder: data }, { log })
    const meaning = openMeaning(
      {
        embeddingsUrl: process.env['EMBEDDINGS_URL'] ?? null,
        embeddingsKey: process.env['EMBEDDINGS_KEY'] ?? null,
        embeddingsModel: process.env['EMBEDDINGS_MODEL'] ?? null,
        // The model need not be rebuilt for each collection.
        dataFolder: join(import.meta.dirname, '..', 'data'),
      },
      { log },
    )
    const engine = await openEngine(connection.db, { folder: join(data, 'search'), keep: true, log })
    try {
      const started = performance.now()
      const documents = await record(connection.db, join(folder, 'corpus.jsonl'))
      const now = () => new Date()
      if (meaning.embedder) while (!(await embedNextPapers(connection.db, meaning.embedder, { now })).done);
      await engine.caughtUp()
      const seconds = (performance.now() - started) / 1000
      console.log(
        `\n${basename(folder)}: ${documents.size} documents, ${judged.length} queries; recorded, indexed and embedded in ${seconds.toFixed(0)} s`,
      )
      const room: SearchRoom = {
        db: connection.db,
        meaning,
        index: indexInThisThread(engine),
        timeZone: 'UTC',
      }
      const measures = {} as Record<Way, Measures[]>
      for (const way of WAYS) {
        measures[way] = []
        for (const { _id, text } of judged) {
          const found = await search(room, { query: parseQuery(text), limit: DEPTH, by: way })
          const ranked = found.results.map(({ paper }) => documents.get(paper.address) ?? '')
          measures[way].push(measure(ranked, judgements.get(_id) ?? new Map()))
        }
      }
      report(measures)
    } finally {
      await engine.close()
      await meaning.close()
      await connection.close()
    }
  })
}

/** Records the documents as papers; answers the document of each paper's address. */
async function record(db: Parameters<typeof recordHarvest>[0], corpus: string): Promise<Map<string, string>> {
  const documents = new Map<string, string>()
  let batch: HarvestedPaper[] = []
  const flush = async () => {
    await recordHarvest(db, batch, { now: new Date(), timeZone: 'UTC' })
    batch = []
  }
  for await (const line of linesOf(corpus)) {
    const { _id, title, text } = JSON.parse(line) as { _id: string; title?: string; text: string }
    const address = `doi/10.5555/${documents.size + 1}`
    documents.set(address, _id)
    const identifier = parseAddress(address)?.identifier
    if (!identifier) throw new Error(`${address} is no address`)
    batch.push({
      source: 'jsonl',
      identifiers: [identifier],
      // Some collections have documents without a title, or with nothing else.
      title: title?.trim() || text.trim().slice(0, 80) || 'Untitled',
      ...(text.trim() ? { abstract: text.trim() } : {}),
    })
    if (batch.length === 500) await flush()
  }
  await flush()
  return documents
}

/** nDCG@10 with graded gains, recall@100, and the reciprocal rank of the first relevant document. */
function measure(ranked: string[], relevance: Map<string, number>): Measures {
  const gains = ranked.map((id) => Math.max(0, relevance.get(id) ?? 0))
  const relevant = [...relevance.values()].filter((grade) => grade > 0)
  const discounted = (grades: number[]) =>
    grades.slice(0, 10).reduce((sum, grade, i) => sum + grade / Math.log2(i + 2), 0)
  const ideal = discounted(relevant.toSorted((a, b) => b - a))
  const first = gains.findIndex((gain) => gain > 0)
  return {
    ndcg: ideal > 0 ? discounted(gains) / ideal : 0,
    recall: relevant.length > 0 ? gains.filter((gain) => gain > 0).length / relevant.length : 0,
    mrr: first < 0 ? 0 : 1 / (first + 1),
  }
}

function report(measures: Record<Way, Measures[]>): void {
  console.log('            nDCG@10  recall@100  MRR')
  for (const way of WAYS) {
    const mean = (key: keyof Measures) => average(measures[way].map((one) => one[key])).toFixed(4)
    console.log(`  ${way.padEnd(9)} ${mean('ndcg')}   ${mean('recall')}      ${mean('mrr')}`)
  }
  const differences = measures.both.map(({ ndcg }, i) => ndcg - (measures.words[i]?.ndcg ?? 0))
  console.log(
    `  both against words: nDCG@10 ${average(differences) >= 0 ? '+' : ''}${average(differences).toFixed(4)}, p = ${randomisationTest(differences).toFixed(4)} (paired, two-sided)`,
  )
}

const PERMUTATIONS = 20_000

/**
 * Fisher's paired randomisation test, two-sided: how often the mean difference would be as large if each query's two
 * results were swapped at random (M. Smucker, J. Allan, B. Carterette, "A Comparison of Statistical Significance Tests
 * for Information Retrieval Evaluation", CIKM 2007).
 */
function randomisationTest(differences: number[]): number {
  const observed = Math.abs(average(differences))
  let state = 20_260_101
  const coin = () => {
    // Mulberry32: the same every time.
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 31 === 1
  }
  let asLarge = 0
  for (let i = 0; i < PERMUTATIONS; i++) {
    let sum = 0
    for (const difference of differences) sum += coin() ? difference : -difference
    if (Math.abs(sum / differences.length) >= observed - 1e-12) asLarge++
  }
  return (asLarge + 1) / (PERMUTATIONS + 1)
}

function average(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

async function readJudgements(path: string): Promise<Judgements> {
  const judgements: Judgements = new Map()
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const [query = '', document = '', grade = ''] = line.trim().split('\t')
    if (!/^-?\d+$/.test(grade)) continue
    const known = judgements.get(query) ?? new Map<string, number>()
    judgements.set(query, known.set(document, Number(grade)))
  }
  return judgements
}

async function readLines(path: string): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const line of linesOf(path)) values.push(JSON.parse(line))
  return values
}

async function* linesOf(path: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line.trim() !== '') yield line
  }
}

const given = process.argv.slice(2)
const collections =
  given.length > 0 ? given : ['cranfield', 'cisi'].map((name) => join(SHARED, 'data', 'ir', name))
for (const folder of collections) {
  if (existsSync(join(folder, 'corpus.jsonl'))) await measureCollection(folder)
  else console.log(`SKIPPED: there is no collection at ${folder}.`)
}

/**
 * The API over 40,000 papers, asked by another process: requests a second of each read, as a ratio to an empty answer of the
 * same HTTP server and framework in alternating rounds of one run. Answers are kept until something changes; those that are
 * made for each who asks, and so limited, are asked for at a steady rate, and their times are printed.
 */
import { load } from './load.ts'
import { realPapers, runVerb, startEmptyServer, startSite, withDataFolder } from './site.ts'

const ROUNDS = 3
const FULL = { connections: 16, seconds: 2 }
/** How many times the empty answer a list may cost. */
const GOAL = 4

const READS = [
  ['list of the newest edition', 'api/papers?list=/'],
  ['daily papers of a day', 'api/daily_papers?date=2025-05-20'],
  ['daily papers, newest', 'api/daily_papers'],
  ['daily papers of a month', 'api/daily_papers?month=2025-05&sort=trending&limit=100'],
  ['new papers', 'api/papers?list=/papers/new'],
  ['topic', 'api/papers?list=/topics/cs.CL'],
  ['editions', 'api/editions'],
  ['topics', 'api/topics'],
  ['collections', 'api/collections'],
  ['newest comments', 'api/comments'],
  ['one paper', 'api/papers/PAPER'],
  ['one paper as Markdown', 'api/papers/PAPER/markdown'],
  ['comments on a paper', 'api/papers/PAPER/comments'],
] as const
const MADE_FOR_EACH = [
  ['similar papers', 'api/papers/PAPER/similar'],
  ['search', 'api/papers/search?q=language+models'],
] as const
const STEADY = { connections: 8, seconds: 5, rate: 40 }

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const papers = realPapers()
if (papers) {
  await withDataFolder(async (folder) => {
    await runVerb(folder, 'import', papers)
    const [site, empty] = [await startSite(folder, { jobs: false }), await startEmptyServer()]
    try {
      const [first] = (await (await fetch(new URL('api/papers?limit=1', site.url))).json()) as {
        paper: { id: string }
      }[]
      const urlOf = (path: string) => new URL(path.replace('PAPER', first?.paper.id ?? ''), site.url).href
      for (const [name, path] of READS) {
        const url = urlOf(path)
        await load(url, { connections: 2, seconds: 0.5 })
        const rounds = []
        for (let round = 0; round < ROUNDS; round++) {
          const read = await load(url, FULL)
          const yardstick = await load(empty.url, FULL)
          rounds.push({ read, ratio: yardstick.rate / read.rate })
        }
        const ratio = median(rounds.map((round) => round.ratio))
        const rate = median(rounds.map(({ read }) => read.rate))
        const p99 = median(rounds.map(({ read }) => read.p99))
        console.log(
          `${name}: ${Math.round(rate)} requests/s, p99 ${p99.toFixed(1)} ms, ratio to an empty answer ${ratio.toFixed(2)} (goal for lists: within ${GOAL})`,
        )
      }
      for (const [name, path] of MADE_FOR_EACH) {
        const { rate, p50, p99 } = await load(urlOf(path), STEADY)
        console.log(
          `${name}: at ${Math.round(rate)} requests/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
        )
      }
    } finally {
      await Promise.all([site.stop(), empty.stop()])
    }
  })
}

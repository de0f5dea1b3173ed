/**
 * The front page of a database of 40,000 papers, asked for by another process: requests a second and their times, as a
 * ratio to the same HTTP server answering an empty page, in alternating rounds of one run. `bench/run front-page 1000000`:
 * instead, the pages of lists, editions and papers that are made for each reader, in a database of so many papers.
 */
import { measureAtSize } from './front-page/at-size.ts'
import { load } from './load.ts'
import {
  memoryOf,
  realPapers,
  runVerb,
  startEmptyServer,
  startSite,
  withDataFolder,
  type RunningSite,
} from './site.ts'

const ROUNDS = 5
const FULL = { connections: 32, seconds: 3 }

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

async function measure(site: RunningSite, empty: RunningSite, folder: string) {
  const newest = await fetch(site.url)
  const month = new URL('papers/month/2025-05', site.url).href
  const busiest = new URL('papers/date/2025-05-20', site.url).href
  console.log(`front page ${(await newest.arrayBuffer()).byteLength} bytes before compression`)
  for (const [name, url] of [
    ['front page', site.url],
    ['busiest edition', busiest],
    ['month', month],
  ] as const) {
    await load(url, FULL)
    await load(empty.url, FULL)
    const rounds = []
    for (let round = 0; round < ROUNDS; round++) {
      const page = await load(url, FULL)
      const yardstick = await load(empty.url, FULL)
      rounds.push({ page, yardstick, ratio: yardstick.rate / page.rate })
    }
    const rate = median(rounds.map(({ page }) => page.rate))
    const yard = median(rounds.map(({ yardstick }) => yardstick.rate))
    console.log(
      `${name}: ${Math.round(rate)} requests/s, p50 ${median(rounds.map(({ page }) => page.p50)).toFixed(1)} ms, ` +
        `p99 ${median(rounds.map(({ page }) => page.p99)).toFixed(1)} ms; empty page ${Math.round(yard)} requests/s; ` +
        `ratio ${median(rounds.map(({ ratio }) => ratio)).toFixed(2)} (goal: below 3)`,
    )
  }
  const steady = await load(site.url, { connections: 32, seconds: 10, rate: 200 })
  console.log(
    `front page at ${Math.round(steady.rate)} requests/s: p50 ${steady.p50.toFixed(1)} ms, p99 ${steady.p99.toFixed(1)} ms (goal: below 25 ms at 200)`,
  )
  const memory = memoryOf(folder, site.child)
  if (memory) {
    console.log(
      `memory after the load: ${Math.round(memory.all)} MiB in all, ${Math.round(memory.node)} of it Node.js (goal: below 400)`,
    )
  }
}

const papers = realPapers()
const size = process.argv[2]
if (papers && size !== undefined) {
  const count = Number(size.replaceAll(/[_,]/g, ''))
  if (!Number.isInteger(count) || count < 10_000) throw new Error(`"${size}" is no number, of at least 10000`)
  await withDataFolder(async (folder) => {
    const empty = await startEmptyServer()
    try {
      await measureAtSize(folder, { file: papers, papers: count, empty })
    } finally {
      await empty.stop()
    }
  })
} else if (papers) {
  await withDataFolder(async (folder) => {
    await runVerb(folder, 'import', papers)
    const [site, empty] = [await startSite(folder), await startEmptyServer()]
    try {
      await measure(site, empty, folder)
    } finally {
      await Promise.all([site.stop(), empty.stop()])
    }
  })
}

/**
 * The front page of a database of 40,000 papers, asked for by another process: requests a second and their times, as a
 * ratio to the same HTTP server answering an empty page, in alternating rounds of one run.
 */
import autocannon from 'autocannon'
import {
  memoryOf,
  realPapers,
  runVerb,
  startEmptyServer,
  startSite,
  withDataFolder,
  type RunningSite,
} from './site.ts'

const ROUNDS = 3
const SECONDS = 5
const CONNECTIONS = 32
/** What every browser says of itself. */
const headers = { 'accept-encoding': 'gzip, deflate, br' }

async function load(url: string, options: { rate?: number } = {}) {
  const result = await autocannon({
    url,
    headers,
    connections: CONNECTIONS,
    duration: SECONDS,
    ...(options.rate ? { overallRate: options.rate } : {}),
  })
  if (result.errors + result.non2xx > 0) throw new Error(`${result.errors + result.non2xx} failed requests`)
  return result
}

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
    await load(url)
    const pairs = []
    for (let round = 0; round < ROUNDS; round++) {
      const page = await load(url)
      const yardstick = await load(empty.url)
      pairs.push({ page, yardstick, ratio: yardstick.requests.average / page.requests.average })
    }
    const rate = median(pairs.map(({ page }) => page.requests.average))
    const yard = median(pairs.map(({ yardstick }) => yardstick.requests.average))
    console.log(
      `${name}: ${Math.round(rate)} requests/s, p50 ${median(pairs.map(({ page }) => page.latency.p50))} ms, ` +
        `p99 ${median(pairs.map(({ page }) => page.latency.p99))} ms; empty page ${Math.round(yard)} requests/s; ` +
        `ratio ${median(pairs.map(({ ratio }) => ratio)).toFixed(2)} (goal: below 3)`,
    )
  }
  const steady = await load(site.url, { rate: 200 })
  console.log(
    `front page at 200 requests/s: p50 ${steady.latency.p50} ms, p99 ${steady.latency.p99} ms (goal: below 25 ms)`,
  )
  const memory = memoryOf(folder, site.child)
  if (memory) {
    console.log(
      `memory after the load: ${Math.round(memory.all)} MiB in all, ${Math.round(memory.node)} of it Node.js (goal: below 400)`,
    )
  }
}

const papers = realPapers()
if (papers) {
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

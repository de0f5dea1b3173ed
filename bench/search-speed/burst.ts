import { setTimeout as sleep } from 'node:timers/promises'
import { openClient, sumUp, type Times } from './client.ts'

/** What a burst came to: times of searches, failures of any kind, and the front page meanwhile. */
export type Burst = {
  seconds: number
  searches: Times
  failures: number
  frontPage: Times
  frontPageFailures: number
}

const FRONT_PAGE_EVERY_MS = 50

/**
 * Asks for all of the paths at once, each on a connection of its own, while others ask for the front page at a steady
 * rate; times of these count from when they were due.
 */
export async function burst(site: string, paths: string[]): Promise<Burst> {
  const clients = paths.map(() => openClient(site))
  const readers = Array.from({ length: 40 }, () => openClient(site))
  try {
    // Connected before, so that they all ask in the same moment.
    await Promise.all([...clients, ...readers].map((client) => client.ask('/robots.txt')))
    const frontPage: number[] = []
    let frontPageFailures = 0
    const over = new AbortController()
    async function askFrontPage(n: number, due: number): Promise<void> {
      const answer = await readers[n % readers.length]?.ask('/').catch(() => null)
      if (answer?.status === 200) frontPage.push(performance.now() - due)
      else frontPageFailures++
    }
    async function readFrontPage(): Promise<void> {
      const began = performance.now()
      const asked: Promise<void>[] = []
      for (let n = 0; !over.signal.aborted; n++) {
        const due = began + n * FRONT_PAGE_EVERY_MS
        await sleep(Math.max(0, due - performance.now()))
        asked.push(askFrontPage(n, due))
      }
      await Promise.all(asked)
    }
    const reading = readFrontPage()
    const started = performance.now()
    const answers = await Promise.all(
      clients.map((client, i) => client.ask(paths[i] ?? '/').catch(() => null)),
    )
    const seconds = (performance.now() - started) / 1_000
    over.abort()
    await reading
    const well = answers.filter((answer) => answer?.status === 200)
    return {
      seconds,
      searches: sumUp(well.map((answer) => answer?.ms ?? Number.NaN)),
      failures: answers.length - well.length,
      frontPage: sumUp(frontPage),
      frontPageFailures,
    }
  } finally {
    for (const client of [...clients, ...readers]) client.close()
  }
}

import { openClient, type Asker } from '../search-speed/client.ts'

/** One request to make: `kind` is what it is counted under. */
export type SoakRequest = Asker & { kind: string; path: string }

/** What was answered within a stretch of time: milliseconds from when each request was due, and what went wrong how often. */
export type Stretch = { times: number[]; failures: Map<string, number> }

/**
 * Sends `rate` requests a second for `seconds` over `connections`, whatever the answers take: times count from when a
 * request was due. What is not answered with 2xx or 3xx is a failure, named by kind and status.
 */
export async function sendSteadily(
  site: string,
  {
    rate,
    seconds,
    connections,
    next,
  }: { rate: number; seconds: number; connections: number; next: () => SoakRequest },
): Promise<Stretch> {
  const stretch: Stretch = { times: [], failures: new Map() }
  const started = performance.now()
  const count = Math.round(rate * seconds)
  let sent = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = openClient(site)
      while (sent < count) {
        const due = started + (sent++ / rate) * 1_000
        const wait = due - performance.now()
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
        const { kind, path, ...by } = next()
        const status = await client.ask(path, by).then(
          (answer) => answer.status,
          (error: unknown) => (error as Error).message,
        )
        stretch.times.push(performance.now() - due)
        if (typeof status === 'number' && status >= 200 && status < 400) continue
        const name = `${kind}: ${status}`
        stretch.failures.set(name, (stretch.failures.get(name) ?? 0) + 1)
      }
      client.close()
    }),
  )
  return stretch
}

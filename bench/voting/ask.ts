import { openClient, sumUp, type Asker, type Times } from '../search-speed/client.ts'

/** One request to make, by its number. */
export type Request = Asker & { path: string }

/** What many requests came to: times in milliseconds to the last byte, how many were not answered well, and a second. */
export type Asked = { times: Times; failures: number; rate: number }

/** Makes `count` requests, `atOnce` of them at any moment, each through a kept connection. Well answered is with 200. */
export async function ask(
  site: string,
  { count, atOnce, request }: { count: number; atOnce: number; request: (n: number) => Request },
): Promise<Asked> {
  const clients = Array.from({ length: atOnce }, () => openClient(site))
  const times: number[] = []
  let failures = 0
  let next = 0
  try {
    // Connected before it counts.
    await Promise.all(clients.map((client) => client.ask('/robots.txt')))
    const started = performance.now()
    await Promise.all(
      clients.map(async (client) => {
        while (next < count) {
          const { path, ...by } = request(next++)
          const answer = await client.ask(path, by).catch(() => null)
          if (answer?.status === 200) times.push(answer.ms)
          else failures++
        }
      }),
    )
    return { times: sumUp(times), failures, rate: times.length / ((performance.now() - started) / 1_000) }
  } finally {
    for (const client of clients) client.close()
  }
}

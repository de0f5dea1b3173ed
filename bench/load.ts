import { connect } from 'node:net'

/** What a load came to: answers a second, and their times in milliseconds. */
export type LoadResult = { rate: number; p50: number; p99: number; max: number }

/**
 * Asks for one page over and over from `connections` keep-alive connections for `seconds`: as fast as answers come, or
 * at `rate` requests a second over all of them, in which case times count from when a request was due, so that a server
 * that falls behind is seen to (no coordinated omission). The client reads no more of an answer than its length, so that
 * it costs little beside the server. `stop` ends it before the time. Throws at the first answer that is not 200.
 */
export async function load(
  url: string,
  {
    connections,
    seconds,
    rate,
    stop,
  }: { connections: number; seconds: number; rate?: number; stop?: AbortSignal },
): Promise<LoadResult> {
  const times: number[] = []
  const started = performance.now()
  const until = started + seconds * 1000
  const gap = rate === undefined ? 0 : (connections / rate) * 1000
  await Promise.all(
    Array.from({ length: connections }, (_, i) =>
      askRepeatedly(new URL(url), {
        isOver: () => performance.now() >= until || stop?.aborted === true,
        gap,
        first: started + (gap * i) / connections,
        onAnswer: (ms) => times.push(ms),
      }),
    ),
  )
  const elapsed = (performance.now() - started) / 1000
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { rate: times.length / elapsed, p50: at(0.5), p99: at(0.99), max: at(1) }
}

function askRepeatedly(
  url: URL,
  {
    isOver,
    gap,
    first,
    onAnswer,
  }: { isOver: () => boolean; gap: number; first: number; onAnswer: (ms: number) => void },
): Promise<void> {
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n`
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname)
    let due = first
    let head = ''
    let missing = -1
    const ask = () => {
      if (isOver()) return void socket.end()
      const wait = due - performance.now()
      if (gap > 0 && wait > 0) return void setTimeout(ask, wait)
      if (gap === 0) due = performance.now()
      socket.write(request)
    }
    socket.setNoDelay()
    socket.on('connect', ask)
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.on('data', (chunk) => {
      if (missing < 0) {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        if (!head.startsWith('HTTP/1.1 200 ')) return void socket.destroy(new Error(head.slice(0, end)))
        const length = /\r\ncontent-length: (\d+)/i.exec(head.slice(0, end))?.[1]
        if (length === undefined) return void socket.destroy(new Error('an answer without a length'))
        missing = Number(length) - (head.length - end - 4)
      } else missing -= chunk.length
      if (missing > 0) return
      onAnswer(performance.now() - due)
      head = ''
      missing = -1
      due += gap
      ask()
    })
  })
}

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An answer: its status, and how long it took from the request to its last byte, in milliseconds. */
type Answer = { status: number; ms: number }

/** One kept connection that asks one thing after another, as a browser does; it reads no more than an answer's length. */
export type Client = { ask(path: string, by?: Asker): Promise<Answer>; close(): void }

/** Who asks, by their session, and the form that they send; without one they read. */
export type Asker = { cookie?: string; form?: string }

const PATIENCE_MS = 120_000

/** Connects when it is first asked, and again when the server has closed the connection meanwhile. */
export function openClient(site: string): Client {
  const { hostname, port, host } = new URL(site)
  let socket: Socket | null = null

  async function connected(): Promise<Socket> {
    if (socket && !socket.destroyed && socket.readyState === 'open') return socket
    const fresh = connect(Number(port), hostname)
    fresh.setNoDelay()
    fresh.setTimeout(PATIENCE_MS, () => fresh.destroy(new Error('no answer in two minutes')))
    await once(fresh, 'connect')
    // While nothing is asked, nobody hears of it.
    fresh.on('error', () => {})
    socket = fresh
    return fresh
  }

  let lastAsked = -Infinity
  return {
    async ask(path, by = {}) {
      // The server ends a connection that nothing was asked through for five seconds, perhaps just now.
      if (performance.now() - lastAsked > KEPT_ALIVE_MS) socket?.destroy()
      const through = await connected()
      const started = performance.now()
      through.write(requestFor(host, path, by))
      const status = await readAnswer(through)
      lastAsked = performance.now()
      return { status, ms: performance.now() - started }
    },
    close: () => socket?.destroy(),
  }
}

let asked = 0

/** A network for each request, as a proxy names it: what is measured is many readers, whose reads are limited by network. */
function network(): string {
  asked++
  return `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`
}

function requestFor(host: string, path: string, { cookie, form }: Asker): string {
  const lines = [
    `${form === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`,
    `Host: ${host}`,
    `X-Forwarded-For: ${network()}`,
    'Accept-Encoding: gzip, deflate, br',
  ]
  if (cookie !== undefined) lines.push(`Cookie: ${cookie}`)
  if (form !== undefined)
    lines.push(
      'Accept: application/json',
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${Buffer.byteLength(form)}`,
    )
  return `${lines.join('\r\n')}\r\n\r\n${form ?? ''}`
}

function readAnswer(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let head = ''
    let status = 0
    let missing = -1
    const done = (outcome: () => void) => {
      socket.off('data', read)
      socket.off('close', closed)
      outcome()
    }
    const closed = () => done(() => reject(socket.errored ?? new Error('the server closed the connection')))
    const read = (chunk: Buffer) => {
      if (missing >= 0) missing -= chunk.length
      else {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
        const length = /\r\ncontent-length: (\d+)/i.exec(head.slice(0, end))?.[1]
        // Where an answer leads elsewhere, nothing follows but the end.
        const empty = /\r\ntransfer-encoding: chunked/i.test(head.slice(0, end)) ? '0\r\n\r\n'.length : null
        if (length === undefined && empty === null)
          return socket.destroy(new Error('an answer without a length'))
        if (length === undefined && status === 200)
          return socket.destroy(new Error('an answer whose length is not known'))
        missing = Number(length ?? empty) - (head.length - end - 4)
      }
      if (missing <= 0) done(() => resolve(status))
    }
    socket.on('data', read)
    socket.on('close', closed)
  })
}

/** Shorter than any server's patience. */
const KEPT_ALIVE_MS = 2_000

/** Times in milliseconds, summed up. */
export type Times = { count: number; p50: number; p95: number; p99: number; max: number }

export function sumUp(times: number[]): Times {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { count: times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN }
}

/** Asks for one after another; the times of those that were answered well, and how many were not. */
export async function askAll(client: Client, paths: string[]): Promise<{ times: Times; failures: number }> {
  const times: number[] = []
  let failures = 0
  for (const path of paths) {
    const answer = await client.ask(path).catch(() => null)
    if (answer?.status === 200) times.push(answer.ms)
    else failures++
  }
  return { times: sumUp(times), failures }
}

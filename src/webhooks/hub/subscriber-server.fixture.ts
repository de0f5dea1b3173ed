import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { OutgoingClient } from '../../outgoing/client.ts'

export type Heard = { method: string; url: URL; headers: IncomingHttpHeaders; body: string }

/** What it says: a status and a text, or `hold`, which is no answer at all. */
export type Said = Answered | 'hold'
type Answered = { status: number; body?: string; headers?: Record<string, string> }

/** Says yes to what it is asked, and takes what it is sent. */
export function agrees({ method, url }: Heard): Answered {
  return { status: 200, body: method === 'GET' ? (url.searchParams.get('hub.challenge') ?? '') : '' }
}

/**
 * A subscriber on this machine. `through` leads a client to it wherever it wants to go: to the hub, it is on the public
 * internet.
 */
export async function openSubscriber() {
  const heard: Heard[] = []
  let answer: (one: Heard) => Said = agrees
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://subscriber.example')
      const one = { method: request.method ?? '', url, headers: request.headers, body }
      heard.push(one)
      const said = answer(one)
      if (said === 'hold') return undefined
      return response.writeHead(said.status, said.headers).end(said.body)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    heard,
    /** What it was sent, without what it was asked. */
    got: () => heard.filter(({ method }) => method === 'POST'),
    says(next: (one: Heard) => Said) {
      answer = next
    },
    through: (client: OutgoingClient): OutgoingClient => ({
      async request(service, url, options) {
        const to = new URL(url.pathname + url.search, `http://127.0.0.1:${port}`)
        const answered = await client.request(service, to, { ...options, trusted: true })
        return { ...answered, url: new URL(answered.url.pathname + answered.url.search, url) }
      },
    }),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

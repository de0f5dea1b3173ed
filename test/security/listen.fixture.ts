import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { closeAfterStrayBody } from '../../src/web/forms/bounded-body.ts'

/** A site behind node's own server, as it runs (serve-site.ts), on a free port of this machine. */
export async function listenWith({ app }: { app: Hono }): Promise<{ server: Server; port: number }> {
  const answer = getRequestListener(app.fetch)
  const server = createServer((incoming, outgoing) => {
    closeAfterStrayBody(incoming, outgoing)
    void answer(incoming, outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

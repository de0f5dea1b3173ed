import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hono } from 'hono'
import { createSiteServer } from '../../src/serve-site.ts'
import type { RequestCounts } from '../../src/web/metrics/request-counts.ts'
import type { PageCache } from '../../src/web/page-cache/page-cache.ts'

/** A site behind the server that it runs behind, on a free port of this machine. */
export async function listenWith(site: {
  app: Hono
  cache: PageCache
  requests: RequestCounts
}): Promise<{ server: Server; port: number }> {
  const server = createSiteServer(site)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

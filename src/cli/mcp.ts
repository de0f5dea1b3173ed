import { BAD_TOKEN } from '../api/serve.ts'
import { findToken } from '../accounts/tokens.ts'
import { openLocalSite } from '../mcp/local-site.ts'
import { relay } from '../mcp/relay.ts'
import { servePipe } from '../mcp/serve-pipe.ts'
import { userAgent } from '../sources/user-agent.ts'
import { interruption } from './interruption.ts'
import { quietLog } from './quiet-log.ts'
import { settings } from './settings.ts'
import { siteOrigin } from './site-origin.ts'
import { UsageError } from './usage-error.ts'
import { withSearchRoom } from './with-search-room.ts'

/** Those of a pipe ask one thing after the other, or a few. */
const CONNECTIONS = 4

/**
 * `mcp`: answers a model's program over standard input and output, which hold nothing but its messages; whatever else there is to
 * say goes to standard error. With an address, the site there answers.
 */
export async function mcp(options: { token?: string; url?: string }): Promise<void> {
  const config = settings()
  const token = options.token ?? config.readerToken
  const stop = interruption()
  if (options.url !== undefined) {
    await relay(serverAt(options.url), { token, userAgent: userAgent(config), stop })
    return
  }
  const log = quietLog(config)
  const now = () => new Date()
  await withSearchRoom(
    config,
    async (search) => {
      const origin = await siteOrigin(search.db, config)
      const { site, close } = await openLocalSite(config, { search, origin, log, now })
      try {
        const { curators } = site.accounts
        if (token !== null && (await findToken(search.db, { token, curators, now: now() })) === null)
          throw new UsageError(BAD_TOKEN.detail)
        await servePipe(site, { token, stop })
      } finally {
        await close()
      }
    },
    { size: CONNECTIONS },
  )
}

/** The MCP server of the site at an address. */
function serverAt(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`"${text}" is not the address of a site: write it like https://papers.example.`)
  if (url.pathname === '/') url.pathname = '/mcp'
  return url
}

import { once } from 'node:events'
import { ProtocolError } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { findToken } from '../accounts/tokens.ts'
import { BAD_TOKEN } from '../api/serve.ts'
import type { Site } from '../web/site.ts'
import { RPC } from './rpc-error.ts'
import { openServer } from './server.ts'

/**
 * Answers the program at the other end of standard input and output until it closes its end, or `stop` aborts. With a token it
 * acts for the token's reader, who is looked up anew for each message: a token may be revoked meanwhile.
 */
export async function servePipe(
  site: Site,
  { token, stop }: { token: string | null; stop: AbortSignal },
): Promise<void> {
  const ended = Promise.withResolvers<void>()
  const end = () => ended.resolve()
  // Listened for before anything is read: what is at its end already would not say so again.
  process.stdin.once('end', end).once('close', end)
  stop.addEventListener('abort', end, { once: true })
  const served = serveStdio(
    () =>
      openServer({
        site,
        async ask(signal) {
          const viewer = token === null ? null : await bearer(site, token)
          return { site: { ...site, viewer }, now: site.now(), signal: AbortSignal.any([stop, signal]) }
        },
      }),
    {
      // Nothing here tells of changes.
      maxSubscriptions: 0,
      onerror: ({ message }) => site.log.debug({ error: message }, 'a message of a model'),
    },
  )
  if (!stop.aborted) await ended.promise
  await served.close()
  if (process.stdout.writableNeedDrain)
    await Promise.race([once(process.stdout, 'drain'), once(stop, 'abort')])
}

async function bearer({ db, accounts, now }: Site, token: string): Promise<NonNullable<Site['viewer']>> {
  const found = await findToken(db, { token, curators: accounts.curators, now: now() })
  if (found === null) throw new ProtocolError(RPC.refused, BAD_TOKEN.detail)
  return { reader: found.reader, sessionId: '', token: { id: found.tokenId, scopes: found.scopes } }
}

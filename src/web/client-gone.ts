import type { Context } from 'hono'

/** Who asked has closed the connection: nobody reads the answer any more. */
export class ClientGone extends Error {}

/** A signal that aborts, with `ClientGone`, when who asked goes away, or is cut off because the server stops. */
export function goneSignal(c: Context): AbortSignal {
  const { signal } = c.req.raw
  const gone = new AbortController()
  const leave = () => gone.abort(new ClientGone('the connection was closed'))
  if (signal.aborted) leave()
  else signal.addEventListener('abort', leave, { once: true })
  return gone.signal
}

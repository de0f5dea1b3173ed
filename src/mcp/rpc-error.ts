import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

export type RpcId = string | number | null

/** The codes of JSON-RPC 2.0; `REFUSED` is for everything that has none of its own. */
export const RPC = {
  parse: -32_700,
  request: -32_600,
  params: -32_602,
  fault: -32_603,
  refused: -32_000,
} as const

/** Answers with an error of JSON-RPC, to a message that got no further. `id` is that of the message, where it could be read. */
export function sendRpcError(
  c: Context,
  {
    status,
    code = status >= 500 ? RPC.fault : RPC.refused,
    message,
    data,
    id = null,
  }: { status: ContentfulStatusCode; code?: number; message: string; data?: object; id?: RpcId },
): Response {
  c.header('cache-control', 'no-store')
  const error = { code, message, ...(data === undefined ? {} : { data }) }
  return c.json({ jsonrpc: '2.0', error, id }, status)
}

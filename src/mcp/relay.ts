import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import type { JSONRPCMessage } from '@modelcontextprotocol/server'
import { RPC } from './rpc-error.ts'

const VERSION = 'io.modelcontextprotocol/protocolVersion'
const LONGEST_WAIT_MS = 60_000

type Message = { id?: string | number; method?: string; params?: Record<string, unknown> }
type Rest = { result?: { protocolVersion?: string }; error?: object; id?: string | number | null }

/**
 * Hands what the program at the other end of standard input and output says on to the MCP server of another site, and back what
 * that answers, until the program closes its end, or `stop` aborts.
 */
export async function relay(
  url: URL,
  { token, userAgent, stop }: { token: string | null; userAgent: string; stop: AbortSignal },
): Promise<void> {
  const transport = new StdioServerTransport()
  const ended = Promise.withResolvers<void>()
  const left = new AbortController()
  const asking = new Map<string | number, AbortController>()
  /** The version that both agreed on at the beginning, where they spoke one of 2025. */
  let agreed: string | null = null

  async function ask(message: Message): Promise<void> {
    const { id, method = '', params = {} } = message
    if (method === 'notifications/cancelled') asking.get(params['requestId'] as string)?.abort()
    const cancelled = new AbortController()
    if (id !== undefined) asking.set(id, cancelled)
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body: JSON.stringify(message),
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'user-agent': userAgent,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...headersOf(message, agreed),
        },
        // A token is for this address alone.
        redirect: 'error',
        signal: AbortSignal.any([left.signal, cancelled.signal, AbortSignal.timeout(LONGEST_WAIT_MS)]),
      })
      const text = await answer.text()
      if (id === undefined) return
      const told = JSON.parse(text) as Rest
      agreed = (method === 'initialize' ? told.result?.protocolVersion : null) ?? agreed
      // What is refused before it is read has no id.
      await transport.send({ ...told, jsonrpc: '2.0', id } as JSONRPCMessage)
    } catch (error) {
      if (id === undefined || cancelled.signal.aborted || left.signal.aborted) return
      const why = error instanceof SyntaxError ? 'did not answer as an MCP server does' : 'cannot be reached'
      await transport.send({
        jsonrpc: '2.0',
        id,
        error: { code: RPC.fault, message: `${url.origin} ${why}.` },
      })
    } finally {
      if (id !== undefined) asking.delete(id)
    }
  }

  const end = () => ended.resolve()
  Object.assign(transport, {
    onmessage: (message: Message) => void ask(message).catch(end),
    onclose: end,
  })
  stop.addEventListener('abort', end, { once: true })
  await transport.start()
  if (!stop.aborted) await ended.promise
  left.abort()
  await transport.close()
}

/** What a request has to say of its message in its header. */
function headersOf({ method, params }: Message, agreed: string | null): Record<string, string> {
  const version = (params?.['_meta'] as Record<string, unknown> | undefined)?.[VERSION]
  if (typeof version !== 'string') return agreed === null ? {} : { 'mcp-protocol-version': agreed }
  const name = params?.['name'] ?? params?.['uri']
  return {
    'mcp-protocol-version': encoded(version),
    'mcp-method': encoded(method ?? ''),
    ...(typeof name === 'string' ? { 'mcp-name': encoded(name) } : {}),
  }
}

/** A text as the header of a request can bear it. */
function encoded(text: string): string {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?base64?')
    ? text
    : `=?base64?${Buffer.from(text).toString('base64')}?=`
}

import { ProtocolError } from '@modelcontextprotocol/server'
import { RPC } from './rpc-error.ts'

/** What to throw where a message asks for something that is not there, or with parameters that make no sense. */
export function badParams(message: string): ProtocolError {
  return new ProtocolError(RPC.params, message)
}

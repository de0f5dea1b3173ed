import type { CallToolResult } from '@modelcontextprotocol/server'
import { call } from '../api/call.ts'
import type { Asking, Done } from '../api/operation.ts'
import type { Problem } from '../api/problem.ts'
import { failureProblem } from './failures.ts'
import { shorten } from './short-papers.ts'
import type { Answers, OperationTool } from './tools.ts'
import { wordsFor } from './words.ts'

/**
 * Does what a model asks of a tool. Refusals, and arguments that make no sense, are answers that the model reads and can make
 * up for; so are failures, in words that say what to do. Throws only where nobody waits any more.
 */
export async function callTool(
  { operation, answers }: OperationTool,
  asking: Asking,
  input: unknown,
): Promise<CallToolResult> {
  let outcome: Done<unknown> | Problem
  try {
    outcome = (await call(operation, asking, input)).outcome
  } catch (error) {
    if (asking.signal.aborted) throw error
    outcome = failureProblem(error, asking.site.log, { tool: operation.id })
  }
  if (!outcome.ok) return refusal(outcome)
  const structuredContent = toObject(outcome, answers)
  const text = wordsFor(structuredContent)
  const where = outcome.location === undefined ? '' : `\n\nIt is at ${asking.site.origin}${outcome.location}`
  return { content: [{ type: 'text', text: text + where }], structuredContent }
}

/** A refusal as a model reads it. */
export function refusal({ kind, detail, parameter, retryAfterSeconds }: Problem): CallToolResult {
  return {
    isError: true,
    content: [{ type: 'text', text: detail }],
    _meta: {
      'broadsheet/problem': {
        kind,
        ...(parameter === undefined ? {} : { parameter }),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      },
    },
  }
}

/** What an operation answered as the object that its tool promises. */
function toObject({ body, next }: Done<unknown>, answers: Answers): Record<string, unknown> {
  const short = shorten(body)
  switch (answers) {
    case 'object':
      return short as Record<string, unknown>
    case 'list':
      return { items: short, ...(next ? { next } : {}) }
    case 'value':
      return { value: short ?? null }
  }
}

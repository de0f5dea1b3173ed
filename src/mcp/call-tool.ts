import type { CallToolResult } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { call, inputOf } from '../api/call.ts'
import type { Asking, Done, Operation } from '../api/operation.ts'
import type { Problem } from '../api/problem.ts'
import { failureProblem } from './failures.ts'
import { shorten } from './short-papers.ts'
import type { OperationTool } from './tools.ts'
import { wordsFor } from './words.ts'

/**
 * Does what a model asks of a tool. Refusals, and arguments that make no sense, are answers that the model reads and can make
 * up for; so are failures, in words that say what to do. Throws only where nobody waits any more.
 */
export async function callTool(
  { operation, answers }: OperationTool,
  asking: Asking,
  input: Record<string, unknown>,
): Promise<CallToolResult> {
  let outcome: Done<unknown> | Problem
  try {
    outcome = (await call(operation, asking, typed(operation, input))).outcome
  } catch (error) {
    if (asking.signal.aborted) throw error
    outcome = failureProblem(error, asking.site.log, { tool: operation.id })
  }
  if (!outcome.ok) return refusal(outcome)
  const structuredContent = toObject(outcome, { operation, answers })
  const text = wordsFor(structuredContent)
  const where = outcome.location === undefined ? '' : `\n\nIt is at ${asking.site.origin}${outcome.location}`
  return { content: [{ type: 'text', text: text + where }], structuredContent }
}

/** A refusal as a model reads it. */
function refusal({ kind, detail, parameter, retryAfterSeconds }: Problem): CallToolResult {
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
function toObject(
  { body, next }: Done<unknown>,
  { operation, answers }: Pick<OperationTool, 'operation' | 'answers'>,
): Record<string, unknown> {
  const short = shorten(body)
  switch (answers) {
    case 'object':
      return short as Record<string, unknown>
    case 'list':
      return { items: short, ...(next ? { next: typed(operation, next) } : {}) }
    case 'value':
      return { value: short ?? null }
  }
}

/** Arguments with what stands there as a text and has to be a number as one: addresses and small models write all as texts. */
function typed(operation: Operation, given: Record<string, unknown>): Record<string, unknown> {
  const { shape } = inputOf(operation)
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value) || !Object.hasOwn(shape, name))
        return [name, value]
      const accepts = (asked: unknown) => (shape[name] as z.ZodType).safeParse(asked).success
      return [name, !accepts(value) && accepts(Number(value)) ? Number(value) : value]
    }),
  )
}

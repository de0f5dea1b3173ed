import type { Tool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { inputOf, mayCall } from '../api/call.ts'
import type { Operation } from '../api/operation.ts'
import { OPERATIONS } from '../api/operations.ts'
import type { Site } from '../web/site.ts'
import { resolved, type JsonSchema } from './json-schema.ts'
import { shortened } from './short-papers.ts'

/** An operation as a tool of a model. */
export type OperationTool = { operation: Operation; tool: Tool; answers: Answers }

/**
 * How what an operation answers with becomes the object that a tool has to answer with: an `object` as it is, a `list` as
 * `items` with what continues it, and any other value as `value`.
 */
type Answers = 'object' | 'list' | 'value'

const TOOLS: ReadonlyMap<string, OperationTool> = new Map(
  OPERATIONS.filter(({ isTool }) => isTool).map((operation) => [operation.id, toolOf(operation)]),
)

/** The tool with a name, whoever may use it. */
export function toolNamed(name: string): OperationTool | undefined {
  return TOOLS.get(name)
}

/** The tools that whoever asks may use: without a token, those that read what everybody may. */
export function toolsFor(viewer: Site['viewer']): Tool[] {
  return [...TOOLS.values()]
    .filter(({ operation }) => mayCall(operation, { site: { viewer } }) === null)
    .map(({ tool }) => tool)
}

function toolOf(operation: Operation): OperationTool {
  const { id, summary, description, method, isIdempotent } = operation
  const answer = schemaOf(operation.answer, 'output')
  const answers = answer['type'] === 'array' ? 'list' : answer['type'] === 'object' ? 'object' : 'value'
  return {
    operation,
    answers,
    tool: {
      name: id,
      title: summary,
      description: description === undefined ? `${summary}.` : `${summary}. ${description}`,
      inputSchema: schemaOf(inputOf(operation), 'input') as Tool['inputSchema'],
      outputSchema: inObject(shortened(answer), answers),
      annotations: {
        title: summary,
        readOnlyHint: method === 'GET',
        destructiveHint: method === 'DELETE',
        idempotentHint: isIdempotent,
        // What it answers with was written by strangers.
        openWorldHint: true,
      },
    },
  }
}

function schemaOf(type: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' }) as JsonSchema
  // A type that has a name is told as a reference, where a tool has to say at once that it is an object.
  return resolved(schema, schema)
}

/** The schema of the object that holds what another schema describes. Definitions stay at the root, where they are referred to. */
function inObject({ $defs, ...schema }: JsonSchema, answers: Answers): JsonSchema {
  const definitions = $defs === undefined ? {} : { $defs }
  switch (answers) {
    case 'object':
      return { ...schema, ...definitions }
    case 'list':
      return {
        type: 'object',
        properties: {
          items: schema,
          next: {
            type: 'object',
            description:
              'The arguments to add to the same call for the entries that follow; left out at the end',
            additionalProperties: { type: ['string', 'number'] },
          },
        },
        required: ['items'],
        ...definitions,
      }
    case 'value':
      return { type: 'object', properties: { value: schema }, required: ['value'], ...definitions }
  }
}

import type { Context } from 'hono'
import { z } from 'zod'
import { inputOf } from './call.ts'
import type { Operation } from './operation.ts'
import { problem, type Problem } from './problem.ts'

type Read = { ok: true; input: Record<string, unknown> } | Problem

/** What the address of a request asks an operation for, by its path and its query; not read any further yet. */
export function readAddress(c: Context, operation: Operation): Read {
  const input: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(operation.parameters.shape))
    input[name] = asTyped(c.req.param(name) ?? '', typeOf(operation, name))
  const query = URL.parse(c.req.url)?.searchParams ?? new URLSearchParams()
  for (const [name, text] of query) {
    if (!Object.hasOwn(operation.query.shape, name)) {
      const known = Object.keys(operation.query.shape)
      const knows =
        known.length === 0 ? 'This address takes no parameters.' : `Known are ${known.join(', ')}.`
      return problem('bad-parameter', `“${name.slice(0, 60)}” is not known here. ${knows}`, {
        parameter: name.slice(0, 100),
      })
    }
    if (name in input)
      return problem('bad-parameter', `“${name}” is given twice. Give it once.`, { parameter: name })
    if (/\0/.test(text) || !text.isWellFormed())
      return problem('bad-parameter', `“${name}” has characters that no text has.`, { parameter: name })
    input[name] = asTyped(text, typeOf(operation, name))
  }
  return { ok: true, input }
}

/** What was in the address, and what the body adds to it. */
export async function readBody(
  c: Context,
  operation: Operation,
  input: Record<string, unknown>,
): Promise<Read> {
  if (operation.body === null) return { ok: true, input }
  const body = await readJsonObject(c, { isOptional: operation.body.safeParse({}).success })
  if (!body.ok) return body
  for (const [name, value] of Object.entries(body.value)) {
    if (!Object.hasOwn(operation.body.shape, name))
      return problem(
        'bad-body',
        `“${name.slice(0, 60)}” is not known here. Known are ${Object.keys(operation.body.shape).join(', ')}.`,
        { parameter: name.slice(0, 100) },
      )
    input[name] = value
  }
  return { ok: true, input }
}

/** The body of a request as a JSON object. `boundedBodies` has limited its size. */
async function readJsonObject(
  c: Context,
  { isOptional }: { isOptional: boolean },
): Promise<{ ok: true; value: Record<string, unknown> } | Problem> {
  const bytes = await c.req.arrayBuffer()
  if (bytes.byteLength === 0 && isOptional) return { ok: true, value: {} }
  const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    return problem('wrong-type', 'Send JSON, with the header “Content-Type: application/json”.')
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return problem('bad-body', 'Send a JSON object.')
    if (!text.isWellFormed() || (/\\u0000|\\ud[89a-f]/i.test(text) && !isClean(value)))
      return problem('bad-body', 'What you sent has characters that no text has.')
    return { ok: true, value: value as Record<string, unknown> }
  } catch {
    return problem('bad-body', 'What you sent is not JSON in UTF-8.')
  }
}

/** Whether no text in a JSON value has a null character or half a character. */
export function isClean(value: unknown): boolean {
  const text = JSON.stringify(value)
  return !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text)
}

type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'array'
const types = new WeakMap<Operation, Map<string, JsonType>>()

function typeOf(operation: Operation, name: string): JsonType {
  const known = types.get(operation) ?? typesOf(operation)
  types.set(operation, known)
  return known.get(name) ?? 'string'
}

function typesOf(operation: Operation): Map<string, JsonType> {
  const { properties = {} } = z.toJSONSchema(inputOf(operation), { io: 'input', unrepresentable: 'any' })
  return new Map(
    Object.entries(properties).map(([name, schema]) => [
      name,
      ((schema as { type?: JsonType }).type ?? 'string') satisfies JsonType,
    ]),
  )
}

/** A text of an address as the value that it writes; where it writes none of that type, the text, which is refused as such. */
function asTyped(text: string, type: JsonType): unknown {
  switch (type) {
    case 'number':
    case 'integer':
      return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'array':
      return text === '' ? [] : text.split(',')
    case 'string':
      return text
  }
}

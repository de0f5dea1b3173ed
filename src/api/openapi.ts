import { z } from 'zod'
import { SCOPES } from '../accounts/tokens.ts'
import { programVersion } from '../runtime/program-version.ts'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { PROBLEMS, ProblemShape } from './problem.ts'

type Json = { [name: string]: unknown }

/** The description of the API (OpenAPI 3.1), made of the operations themselves. `site`: its name and address. */
export function openApi({ name, origin }: { name: string; origin: string }): Json {
  const components: Json = {}
  const schema = (of: z.ZodType, io: 'input' | 'output') => toSchema(of, { io, into: components })
  const paths: Record<string, Json> = {}
  for (const operation of OPERATIONS) {
    const path = operation.path.replaceAll('+}', '}')
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, schema) }
  }
  schema(ProblemShape, 'output')
  return {
    openapi: '3.1.0',
    info: {
      title: `${name}: API`,
      version: programVersion(),
      summary: 'Papers, lists, search and discussion of this site, for programs.',
      description:
        'What is read needs no token. To vote, comment, collect or submit, send a token from your settings as `Authorization: Bearer …`. Errors come as problem+json (RFC 9457); lists continue at the address in the Link header.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: origin === '' ? '/' : origin }],
    tags: [...new Set(OPERATIONS.map(({ group }) => group))].map((group) => ({ name: group })),
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: `A personal token with the scope that is needed: ${SCOPES.join(', ')}`,
        },
      },
    },
  }
}

function describe(operation: Operation, schema: (of: z.ZodType, io: 'input' | 'output') => Json): Json {
  const { id, group, summary, description, parameters, query, body, answer, status, scope, isPaged } =
    operation
  const isReading = operation.method === 'GET'
  return {
    operationId: id,
    tags: [group],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [
      ...parametersIn('path', parameters, schema),
      ...parametersIn('query', query, schema),
      ...(operation.isIdempotent ? [] : [IDEMPOTENCY_KEY]),
    ],
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: !body.safeParse({}).success,
            content: { 'application/json': { schema: schema(body, 'input') } },
          },
        }),
    ...(scope === null ? {} : { security: [{ token: [scope] }] }),
    responses: {
      [status]: {
        description: 'Done',
        ...(isPaged ? { headers: { Link: LINK } } : {}),
        content: { [operation.answerType]: { schema: schema(answer, 'output') } },
      },
      ...(isReading && scope === null ? { '304': { description: 'Not changed since' } } : {}),
      ...Object.fromEntries(refusalsOf(operation).map((code) => [code, refusal(code)])),
    },
  }
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A key of your own. Asking again with it, within a day, does nothing again and answers as before.',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,255}$' },
}

const LINK = {
  description: 'The address of the next page, rel="next"; absent on the last',
  schema: { type: 'string' },
}

/** The statuses with which an operation may refuse, or fail. */
function refusalsOf({ scope, body, parameters, method }: Operation): number[] {
  const hasPath = Object.keys(parameters.shape).length > 0
  return [
    400,
    401,
    ...(scope === null ? [] : [403]),
    ...(hasPath || method === 'GET' || body !== null ? [404] : []),
    405,
    408,
    ...(scope === null ? [] : [409]),
    413,
    415,
    ...(scope === null ? [] : [422]),
    429,
    500,
    503,
  ]
}

function refusal(code: number): Json {
  const kinds = Object.entries(PROBLEMS).filter(([, { status }]) => status === code)
  return {
    description: kinds.map(([kind, { title }]) => `${kind}: ${title}`).join('; '),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

function parametersIn(
  place: 'path' | 'query',
  shape: z.ZodObject,
  schema: (of: z.ZodType, io: 'input' | 'output') => Json,
): Json[] {
  return Object.entries(shape.shape).map(([name, of]) => {
    const { description, ...rest } = schema(of as z.ZodType, 'input')
    return {
      name,
      in: place,
      required: place === 'path' || !(of as z.ZodType).safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }
  })
}

/** A zod schema as JSON Schema 2020-12; what has a name of its own goes into the components. */
function toSchema(of: z.ZodType, { io, into }: { io: 'input' | 'output'; into: Json }): Json {
  const {
    $defs = {},
    $schema: _,
    ...own
  } = inComponents(z.toJSONSchema(of, { io, unrepresentable: 'any' })) as Json
  for (const [name, definition] of Object.entries($defs as Json)) into[name] = withoutId(definition as Json)
  const id = own['id']
  if (typeof id !== 'string') return own
  into[id] = withoutId(own)
  return { $ref: `#/components/schemas/${id}` }
}

function withoutId(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== 'id'))
}

function inComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inComponents)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) =>
      name === '$ref' && typeof of === 'string'
        ? [name, of.replace('#/$defs/', '#/components/schemas/')]
        : [name, inComponents(of)],
    ),
  )
}

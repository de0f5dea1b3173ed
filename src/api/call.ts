import { z } from 'zod'
import { countWithin, waitInWords, type RateLimit } from '../accounts/rate-limits.ts'
import { MayNotAct } from '../db/hold-readers.ts'
import type { Viewer } from '../web/site.ts'
import { runOnce, takesKey } from './idempotency.ts'
import type { Asking, Done, Operation } from './operation.ts'
import { problem, type Problem } from './problem.ts'
import { sayIssue } from './say-issue.ts'

/** What is left of the limit that a call was counted in. */
export type Allowance = { limit: RateLimit; left: number; resetSeconds: number }

const inputs = new WeakMap<Operation, z.ZodObject>()

/** All that an operation takes: what stands in its path, its query and its body, which share one space of names. */
export function inputOf(operation: Operation): z.ZodObject {
  const known = inputs.get(operation)
  if (known) return known
  const { parameters, query, body } = operation
  const shape = { ...parameters.shape, ...query.shape, ...body?.shape }
  const made = z.strictObject(shape)
  inputs.set(operation, made)
  return made
}

/**
 * Does an operation for whoever asks, if they may and are not too quick: the one way in, for the addresses of the API as for the
 * tools of models. `input` is what came from outside, unread. With a `key` of the program, what changes something is done once
 * however often it is asked for.
 */
export async function call(
  operation: Operation,
  asking: Asking,
  input: unknown,
  { key = null }: { key?: string | null } = {},
): Promise<{ outcome: Done<unknown> | Problem; allowance: Allowance | null }> {
  const refusal = mayCall(operation, asking)
  if (refusal) return { outcome: refusal, allowance: null }
  const read = inputOf(operation).safeParse(input)
  if (!read.success) return { outcome: badInput(operation, read.error), allowance: null }
  const { site, now } = asking
  const { limit } = operation
  let allowance: Allowance | null = null
  if (limit !== null && site.viewer !== null) {
    const counted = await countWithin(site.db, { limit, of: site.viewer.reader.id, now })
    allowance = counted.ok
      ? { limit, left: counted.left, resetSeconds: counted.resetSeconds }
      : { limit, left: 0, resetSeconds: counted.retryAfterSeconds }
    if (!counted.ok) return { outcome: tooOften(counted.retryAfterSeconds), allowance }
  }
  try {
    return { outcome: await run(operation, asking, { key, input: read.data }), allowance }
  } catch (error) {
    if (!(error instanceof MayNotAct)) throw error
    // The account was deleted or suspended while this was on its way.
    return { outcome: SUSPENDED, allowance }
  }
}

async function run(
  operation: Operation,
  asking: Asking,
  { key, input }: { key: string | null; input: unknown },
): Promise<Done<unknown> | Problem> {
  if (!isSignedIn(asking)) return operation.run(asking, input as never, undefined as never)
  if (key !== null && takesKey(operation)) return runOnce(operation, asking, { key, input })
  const ready = await operation.prepare?.(asking, input as never)
  if (ready?.ok === false) return ready
  return operation.run(asking, input as never, ready?.with as never)
}

function isSignedIn(asking: Asking): asking is Asking<Viewer> {
  return asking.site.viewer !== null
}

/** Why somebody may not call an operation at all; null where they may. */
export function mayCall(
  { scope, curator }: Operation,
  { site: { viewer } }: { site: Pick<Asking['site'], 'viewer'> },
): Problem | null {
  if (scope === null) return null
  if (viewer === null)
    return problem(
      'no-token',
      'Send a token as “Authorization: Bearer …”. You can make one in your settings.',
    )
  if (viewer.token && !viewer.token.scopes.has(scope))
    return problem(
      'scope-missing',
      `This needs a token with the scope “${scope}”. Make one in your settings.`,
    )
  if (scope !== 'read' && viewer.reader.suspended) return SUSPENDED
  if (curator && !viewer.reader.curator) return problem('not-allowed', 'Only curators can do this.')
  return null
}

const SUSPENDED = problem(
  'suspended',
  'A curator has suspended this account. The reason is in the public moderation log. It can still read.',
)

export function tooOften(retryAfterSeconds: number): Problem {
  return problem(
    'too-often',
    `You have done that often in a short time. Try again ${waitInWords(retryAfterSeconds)}.`,
    {
      retryAfterSeconds,
    },
  )
}

function badInput(operation: Operation, error: z.ZodError): Problem {
  const [issue] = error.issues
  if (issue === undefined) return problem('bad-parameter', 'A parameter makes no sense.')
  const known = Object.keys(inputOf(operation).shape)
  const { name, says } = sayIssue(issue, known)
  const inBody =
    operation.body !== null &&
    !Object.hasOwn(operation.parameters.shape, name) &&
    !Object.hasOwn(operation.query.shape, name)
  return problem(inBody ? 'bad-body' : 'bad-parameter', says, { parameter: name })
}

import { doneBefore, doOnce, type KeptAnswer } from '../accounts/do-once.ts'
import type { Change } from '../ranking/announce-changes.ts'
import type { Asking, Done, Operation } from './operation.ts'
import { problem, type Problem } from './problem.ts'
import type { Viewer } from '../web/site.ts'

/** What a key may look like: a string of RFC 9651 in its quotes, or what it would have in them. */
const QUOTED = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/
const BARE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/
const LONGEST_KEY = 255

/** Whether an operation may be asked for under a key. What is put or deleted is the same however often it is. */
export function takesKey({ method }: Pick<Operation, 'method'>): boolean {
  return method === 'POST' || method === 'PATCH'
}

/** The key in an `Idempotency-Key` header; null where there is no header. */
export function readKey(header: string | undefined): { ok: true; key: string | null } | Problem {
  if (header === undefined) return { ok: true, key: null }
  const text = header.trim()
  const quoted = QUOTED.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1')
  const key = quoted ?? (BARE.test(text) ? text : '')
  return key === '' || key.length > LONGEST_KEY ? BAD_KEY : { ok: true, key }
}

const BAD_KEY = problem(
  'bad-parameter',
  `The header “Idempotency-Key” has to be a text of up to ${LONGEST_KEY} characters, such as a UUID.`,
  { parameter: 'idempotency-key' },
)
const OTHER_REQUEST = problem(
  'refused',
  'This key was used for another request in the last 24 hours. Use a new key for each thing you do.',
  { parameter: 'idempotency-key' },
)
const UNDER_WAY = problem(
  'conflict',
  'What you asked for under this key is being done at the moment. Ask again in a second to get its answer.',
  { parameter: 'idempotency-key', retryAfterSeconds: 1 },
)

/** What is being done in this process, also while it waits for the network, as nobody does in a transaction. */
const underWay = new Set<string>()

/** Carries a refusal out of a transaction, so that it undoes all that there was of the act. */
class Refused extends Error {
  readonly found: Problem
  constructor(found: Problem) {
    super(found.detail)
    this.found = found
  }
}

/**
 * Does an operation under a key that the program chose: asked again, it answers as before and does nothing. Refusals
 * are not kept, since nothing was done: the same key may be used again once what was wrong is put right.
 */
export async function runOnce(
  operation: Operation,
  asking: Asking<Viewer>,
  { key, input }: { key: string; input: unknown },
): Promise<Done<unknown> | Problem> {
  const { site, now } = asking
  const readerId = site.viewer.reader.id
  const keyed = { readerId, key, request: `${operation.id} ${inOneOrder(input)}`, now }
  const name = `${readerId} ${key}`
  if (underWay.has(name)) return UNDER_WAY
  underWay.add(name)
  try {
    const before = await doneBefore(site.db, keyed)
    if (before) return before.kind === 'replayed' ? replay(before.answer) : OTHER_REQUEST
    const ready = (await operation.prepare?.(asking, input as never)) ?? { ok: true, with: undefined }
    if (!ready.ok) return ready
    let done: Done<unknown> | null = null
    let changes: Change[] = []
    const outcome = await doOnce(site.db, keyed, async (trx) => {
      // It may be begun again, if another transaction was in its way.
      changes = []
      const changed = (change: Change) => changes.push(change)
      const inside = { ...asking, site: { ...site, db: trx, changed } }
      const ran = await operation.run(inside, input as never, ready.with as never)
      if (!ran.ok) throw new Refused(ran)
      done = ran
      const { status = operation.status, location = null, body } = ran
      return { status, location, body: JSON.stringify(body) }
    })
    switch (outcome.kind) {
      case 'under-way':
        return UNDER_WAY
      case 'other-request':
        return OTHER_REQUEST
      case 'replayed':
        return replay(outcome.answer)
      case 'done':
        // Pages that are made anew before the transaction ends would show what was.
        for (const change of changes) site.changed(change)
        if (done === null) throw new Error('an operation was done without an answer')
        return done
    }
  } catch (error) {
    if (error instanceof Refused) return error.found
    throw error
  } finally {
    underWay.delete(name)
  }
}

function replay({ status, location, body }: KeptAnswer): Done<unknown> {
  return {
    ok: true,
    status: status as 200 | 201 | 202,
    body: JSON.parse(body) as unknown,
    isReplayed: true,
    ...(location === null ? {} : { location }),
  }
}

/** A value as JSON whose objects have their names in order, so that the same request reads the same. */
function inOneOrder(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

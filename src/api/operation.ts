import { z } from 'zod'
import type { RateLimit } from '../accounts/rate-limits.ts'
import type { Scope } from '../accounts/tokens.ts'
import type { ChangingPart } from '../ranking/announce-changes.ts'
import type { Site, Viewer } from '../web/site.ts'
import type { Problem } from './problem.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who asks: with a token in `site.viewer`, without one nobody. */
export type Asking<V extends Viewer | null = Viewer | null> = {
  site: Site & { viewer: V }
  now: Date
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal
}

/** What came of it. `next`: the cursor of the page that follows; `shows`: what of the answer readers may change. */
export type Done<T> = {
  ok: true
  body: T
  status?: 200 | 201 | 202
  /** The address of what was made, from the root. */
  location?: string
  next?: Record<string, string> | null
  /** Left out: it may be anything. */
  shows?: Iterable<ChangingPart>
  /** Not to be kept for others. */
  isOwn?: boolean
  /** It was done before, under the same key; this is what was answered then. */
  isReplayed?: boolean
}

/** What was found out before an operation is done; or why it is not. */
export type Prepared<X> = { ok: true; with: X } | Problem

/**
 * Something that programs and models can do here: an address of the API, an entry of its description, and a tool of the MCP server,
 * all from this one place. `path` has its parameters in braces; `query`, `body` and they share one space of names.
 */
export type Operation = {
  /** As `operationId`, and the name of the tool: a verb and its object, in snake case. */
  id: string
  method: Method
  path: string
  group: string
  /** One line, as a menu would say it. */
  summary: string
  /** What one has to know besides. */
  description?: string
  parameters: z.ZodObject
  query: z.ZodObject
  body: z.ZodObject | null
  answer: z.ZodType
  /** `text/markdown`: the answer is a text, sent as it is. */
  answerType: 'application/json' | 'text/markdown'
  status: 200 | 201 | 202
  /** null: for everybody, without a token. */
  scope: Scope | null
  limit: RateLimit | null
  /** For curators only. */
  curator: boolean
  /** Whether it answers with a list that continues: the address of the next page is in the Link header. */
  isPaged: boolean
  /** Whether doing it again does nothing more. */
  isIdempotent: boolean
  /** Whether models get it as a tool: not where it only says again, in a client's own words, what another operation says. */
  isTool: boolean
  /**
   * What may take long or ask others, and is no part of the act: nothing waits in a transaction. It also counts what is limited
   * further.
   */
  prepare?: (asking: Asking<Viewer>, input: never) => Promise<Prepared<unknown>>
  /** With a key of the program (idempotency.ts), it runs in the transaction that `site.db` is then. */
  run: (asking: Asking, input: never, prepared: never) => Promise<Done<unknown> | Problem>
}

type Shape = z.ZodObject
type Nothing = typeof NOTHING
type InputOf<P extends Shape, Q extends Shape, B extends Shape> = z.output<P> & z.output<Q> & z.output<B>

type Told<P extends Shape, Q extends Shape, A extends z.ZodType> = Pick<
  Operation,
  'id' | 'path' | 'group' | 'summary'
> & {
  description?: string
  parameters?: P
  query?: Q
  answer: A
  answerType?: Operation['answerType']
  isPaged?: boolean
  isTool?: boolean
}

const NOTHING = z.strictObject({})

/** An operation that only reads what everybody may. */
export function reading<
  P extends Shape = Nothing,
  Q extends Shape = Nothing,
  A extends z.ZodType = z.ZodType,
>(
  told: Told<P, Q, A> & {
    run: (asking: Asking, input: InputOf<P, Q, Nothing>) => Promise<Done<z.input<A>> | Problem>
  },
): Operation {
  return {
    parameters: NOTHING,
    query: NOTHING,
    body: null,
    status: 200,
    scope: null,
    limit: null,
    curator: false,
    answerType: 'application/json',
    isPaged: false,
    isTool: true,
    isIdempotent: true,
    method: 'GET',
    ...told,
    run: told.run,
  }
}

/** An operation of a reader, with a token that has its scope: reads what is theirs, or changes something. */
export function acting<
  P extends Shape = Nothing,
  Q extends Shape = Nothing,
  B extends Shape = Nothing,
  A extends z.ZodType = z.ZodType,
  X = undefined,
>(
  told: Told<P, Q, A> & {
    method: Method
    scope: Scope
    /** null: as all that is read, it is only counted where it comes in (web/read-limits.ts). */
    limit: RateLimit | null
    body?: B
    status?: 200 | 201 | 202
    curator?: boolean
    prepare?: (asking: Asking<Viewer>, input: InputOf<P, Q, B>) => Promise<Prepared<X>>
    run: (asking: Asking<Viewer>, input: InputOf<P, Q, B>, prepared: X) => Promise<Done<z.input<A>> | Problem>
  },
): Operation {
  return {
    parameters: NOTHING,
    query: NOTHING,
    status: 200,
    curator: false,
    answerType: 'application/json',
    isPaged: false,
    isTool: true,
    isIdempotent: told.method !== 'POST',
    ...told,
    body: told.body ?? null,
    run: told.run as unknown as Operation['run'],
    ...(told.prepare && { prepare: told.prepare }),
  }
}

import { z } from 'zod'

/** What went wrong, by the name that programs tell it by, with the status that it answers with. */
export const PROBLEMS = {
  'bad-parameter': { status: 400, title: 'A parameter is missing, unknown or makes no sense' },
  'bad-body': { status: 400, title: 'What you sent could not be read' },
  'no-token': { status: 401, title: 'A token is needed' },
  'bad-token': { status: 401, title: 'This token is not good' },
  'scope-missing': { status: 403, title: 'This token may not be used for that' },
  suspended: { status: 403, title: 'Your account is suspended' },
  'not-allowed': { status: 403, title: 'You may not do that' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'wrong-method': { status: 405, title: 'This address does not know that method' },
  'too-slow': { status: 408, title: 'What you sent took too long to arrive' },
  conflict: { status: 409, title: 'Something else came first' },
  'too-large': { status: 413, title: 'What you sent is too large' },
  'wrong-type': { status: 415, title: 'What you sent is of a type that we do not read' },
  refused: { status: 422, title: 'That was understood, and refused' },
  'too-often': { status: 429, title: 'Too many requests' },
  fault: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'Not available at the moment' },
} as const
export type ProblemKind = keyof typeof PROBLEMS

/** A refusal or failure. `parameter` names what was wrong with what was asked, as it was spelled there. */
export type Problem = {
  ok: false
  kind: ProblemKind
  detail: string
  parameter?: string | undefined
  retryAfterSeconds?: number | undefined
}

export const problem = (kind: ProblemKind, detail: string, more: Partial<Problem> = {}): Problem => ({
  ok: false,
  kind,
  detail,
  ...more,
})

/** A problem as it is sent (RFC 9457, application/problem+json). */
export const ProblemShape = z
  .object({
    type: z.string().describe('An address whose last part is the name of the problem'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe('What happened this time, and what to do'),
    parameter: z.string().optional().describe('The parameter or property that is at fault'),
  })
  .meta({ id: 'Problem', description: 'A problem in the form of RFC 9457' })

export function toProblemJson(
  { kind, detail, parameter }: Problem,
  origin: string,
): z.output<typeof ProblemShape> {
  const { status, title } = PROBLEMS[kind]
  return {
    type: `${origin}/about/api#${kind}`,
    title,
    status,
    detail,
    ...(parameter === undefined ? {} : { parameter }),
  }
}

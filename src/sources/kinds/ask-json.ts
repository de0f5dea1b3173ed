import type { z } from 'zod'
import type { OutgoingAnswer, RequestOptions, Service } from '../../outgoing/client.ts'
import { answerText } from '../answer-text.ts'
import { SourceTrouble, type TaskRun } from '../source-kind.ts'

const MOST_BYTES = 32_000_000

type Question<Schema> = { service: Service; name: string; url: URL; schema: Schema } & Omit<
  RequestOptions,
  'signal'
>
type Run = Pick<TaskRun<unknown>, 'client' | 'signal'>

/**
 * What a service answers in JSON, as far as `schema` reads it. Throws `SourceTrouble` where it answers anything else, such as
 * an error page with status 200.
 */
export async function askJson<Schema extends z.ZodType>(
  run: Run,
  question: Question<Schema>,
): Promise<z.infer<Schema>> {
  const { status, body } = await request(run, question)
  if (status !== 200) throw new SourceTrouble(`${question.name} answered with status ${status}.`)
  return readJson(body, question)
}

/** What a service says of one thing; `text` is an answer that cannot be read, as it came. */
export type Said<T> =
  | { kind: 'known'; value: T }
  | { kind: 'unknown' }
  | { kind: 'unreadable'; reason: string; text: string }

/** Of so many in a row that cannot be read, it is no longer one record that is at fault. */
const MOST_UNREADABLE = 3

/**
 * Asks about one thing after another. An answer that cannot be read is that thing's own, so that it holds up no other; three in a
 * row are the service's, and thrown as `SourceTrouble`.
 */
export function oneByOne(run: Run, onAnswer: (answer: OutgoingAnswer) => Promise<void> = async () => {}) {
  let unreadable = 0
  return async <Schema extends z.ZodType>(question: Question<Schema>): Promise<Said<z.infer<Schema>>> => {
    const answer = await request(run, question)
    const { status, body } = answer
    await onAnswer(answer)
    if (status === 404 || status === 410) return { kind: 'unknown' }
    try {
      if (status !== 200) throw new SourceTrouble(`${question.name} answered with status ${status}.`)
      const value = await readJson(body, question)
      unreadable = 0
      return { kind: 'known', value }
    } catch (error) {
      unreadable += 1
      // Keys that are refused are no record's fault.
      const isRecords = status !== 401 && status !== 403 && unreadable < MOST_UNREADABLE
      if (!(error instanceof SourceTrouble) || !isRecords) throw error
      return { kind: 'unreadable', reason: error.message, text: body.toString('utf8') }
    }
  }
}

function request<Schema>(
  { client, signal }: Run,
  { service, url, headers, body, timeoutMs }: Question<Schema>,
): Promise<OutgoingAnswer> {
  return client.request(service, url, {
    mostBytes: MOST_BYTES,
    headers: { accept: 'application/json', ...headers },
    ...(body !== undefined && { body }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    signal,
  })
}

async function readJson<Schema extends z.ZodType>(
  body: Buffer,
  { name, schema }: Question<Schema>,
): Promise<z.infer<Schema>> {
  const text = await answerText(body, { most: MOST_BYTES })
  let json: unknown
  try {
    json = JSON.parse(text ?? '')
  } catch {
    throw new SourceTrouble(`${name} answered with something that is not JSON.`)
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path.map(String).join('.') ?? ''
  throw new SourceTrouble(
    `${name} answered in another form than expected${field === '' ? '' : ` (${field})`}.`,
  )
}

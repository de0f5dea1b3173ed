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

/** The same, or null where the service does not know what it is asked about (status 404). */
export async function askJsonIfKnown<Schema extends z.ZodType>(
  run: Run,
  question: Question<Schema>,
): Promise<z.infer<Schema> | null> {
  const { status, body } = await request(run, question)
  if (status === 404) return null
  if (status !== 200) throw new SourceTrouble(`${question.name} answered with status ${status}.`)
  return readJson(body, question)
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

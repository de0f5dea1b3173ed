import type { z } from 'zod'
import type { RequestOptions, Service } from '../../outgoing/client.ts'
import { answerText } from '../answer-text.ts'
import { SourceTrouble, type TaskRun } from '../source-kind.ts'

const MOST_BYTES = 32_000_000

/**
 * What a service answers in JSON, as far as `schema` reads it. Throws `SourceTrouble` where it answers anything else, such as
 * an error page with status 200.
 */
export async function askJson<Schema extends z.ZodType>(
  { client, signal }: Pick<TaskRun<unknown>, 'client' | 'signal'>,
  {
    service,
    name,
    url,
    schema,
    ...options
  }: { service: Service; name: string; url: URL; schema: Schema } & Omit<RequestOptions, 'signal'>,
): Promise<z.infer<Schema>> {
  const { status, body } = await client.request(service, url, {
    mostBytes: MOST_BYTES,
    ...options,
    headers: { accept: 'application/json', ...options.headers },
    signal,
  })
  if (status !== 200) throw new SourceTrouble(`${name} answered with status ${status}.`)
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

import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Logger } from '../../runtime/log.ts'
import { embeddableText } from './embeddable-text.ts'
import type { Embedder } from './embedder.ts'
import { requestJson, type JsonAnswer } from './http-json.ts'
import { oneAfterAnother } from './in-order.ts'
import { rememberRecent } from './recent-queries.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

const MOST_CHARACTERS = 20_000
const MOST_TEXTS_AT_ONCE = 64
const MOST_CHARACTERS_AT_ONCE = 100_000
/** The JSON of a larger answer would keep the event loop from its other work for too long. */
const MOST_NUMBERS_AT_ONCE = 65_536
/** A text that is refused as too long is halved; when so little is still refused, something else is wrong. */
const FEWEST_CHARACTERS = 16
/** Stands for an empty text, which servers refuse. */
const NOTHING = '-'
const REMEMBERED_QUERIES = 500

const QUERY_TIMEOUT_MS = 2_000
const TEXTS_TIMEOUT_MS = 30_000
/** For so long, work that nobody waits for is tried again. */
const PATIENCE_MS = 60_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 20_000

/** How servers say that a text, or the number of them, is too much: OpenAI, vLLM, llama.cpp, Ollama, TEI. */
const TOO_MUCH =
  /too (?:long|large)|too many (?:tokens|inputs)|max(?:imum)? (?:allowed )?(?:context|input|sequence|batch)|context (?:length|size|window)/i

const embeddingsAnswer = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()).min(1) })),
})
const modelsAnswer = z.object({ data: z.tuple([z.object({ id: z.string() })], z.unknown()) })

/**
 * How much is done for an answer: the signal that ends each try, for how long it is tried again, and what ends it all
 * before.
 */
type Effort = { deadline: () => AbortSignal; patienceMs: number; signal: AbortSignal | undefined }

/**
 * A server at `url` that speaks OpenAI's embeddings protocol; the address may end in `/embeddings` or not. Without a
 * `model`, the first one is taken that the server lists.
 */
export function openServer({
  url,
  key,
  model,
  log,
  queryTimeoutMs = QUERY_TIMEOUT_MS,
  wait = (ms, signal) => sleep(ms, undefined, { signal }),
  now = Date.now,
  random = Math.random,
}: {
  url: string
  key: string | null
  model: string | null
  log: Logger
  queryTimeoutMs?: number
  wait?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Milliseconds since 1970. */
  now?: () => number
  /** From 0 to 1. */
  random?: () => number
}): Embedder {
  const { embeddings, models, authorization, secrets } = addressesOf(url, key)
  const { host } = embeddings
  const closing = new AbortController()
  const inOrder = oneAfterAnother()
  let foundModel = model
  let dimensions: number | null = null

  const forReader = (): Effort => {
    // One for all that is asked, a list of models included.
    const deadline = AbortSignal.timeout(queryTimeoutMs)
    return { deadline: () => deadline, patienceMs: 0, signal: undefined }
  }
  const forNobody = (signal: AbortSignal | undefined): Effort => ({
    deadline: () => AbortSignal.timeout(TEXTS_TIMEOUT_MS),
    patienceMs: PATIENCE_MS,
    signal,
  })

  async function embed(texts: string[], effort: Effort): Promise<Float32Array[]> {
    foundModel ??= await firstModel(effort)
    const body = { model: foundModel, input: texts, encoding_format: 'float' }
    const outcome = await ask(embeddings, body, effort)
    switch (outcome.kind) {
      case 'json':
        return vectorsIn(outcome.value, texts.length)
      case 'too much':
        return embedHalves(texts, effort, outcome.reason)
      case 'key refused':
      case 'refused':
        throw unavailable(outcome.reason)
    }
  }

  async function embedHalves(texts: string[], effort: Effort, reason: string): Promise<Float32Array[]> {
    const [text = ''] = texts
    if (texts.length === 1) {
      if (text.length < FEWEST_CHARACTERS) throw unavailable(reason)
      return embed([text.slice(0, text.length / 2).toWellFormed()], effort)
    }
    const middle = Math.ceil(texts.length / 2)
    return [...(await embed(texts.slice(0, middle), effort)), ...(await embed(texts.slice(middle), effort))]
  }

  async function firstModel(effort: Effort): Promise<string> {
    const outcome = await ask(models, undefined, effort)
    if (outcome.kind === 'key refused') throw unavailable(outcome.reason)
    const listed = modelsAnswer.safeParse(outcome.kind === 'json' ? outcome.value : null)
    if (!listed.success) throw unavailable('does not list its models: set EMBEDDINGS_MODEL')
    return listed.data.data[0].id
  }

  /** What the server has to say in the end. Throws if that is nothing. */
  async function ask(at: URL, body: unknown, effort: Effort) {
    const started = now()
    const over = effort.signal ? AbortSignal.any([closing.signal, effort.signal]) : closing.signal
    for (let tries = 0; ; tries++) {
      effort.signal?.throwIfAborted()
      if (closing.signal.aborted) throw new EmbeddingUnavailable('Embedding has ended.')
      const headers: Record<string, string> = authorization === null ? {} : { authorization }
      const signal = AbortSignal.any([over, effort.deadline()])
      const outcome = judge(await requestJson(at, { headers, body, signal, now }), { key })
      effort.signal?.throwIfAborted()
      if (outcome.kind !== 'not now') return outcome
      // Not all at the same moment, if there are several of us.
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * (0.5 + random() / 2)
      const due = Math.max(pause, outcome.retryAfter ?? 0)
      if (now() - started + due >= effort.patienceMs) throw unavailable(outcome.reason)
      log.info({ host, reason: withoutSecrets(outcome.reason), ms: due }, 'embedding waits for the server')
      await wait(due, over).catch(() => undefined)
    }
  }

  /** In the order of the texts, whatever the order of the answer. */
  function vectorsIn(answer: unknown, texts: number): Float32Array[] {
    const parsed = embeddingsAnswer.safeParse(answer)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw unavailable(
        `answers something else than embeddings (${issue?.path.join('.')}: ${issue?.message})`,
      )
    }
    const data = parsed.data.data.toSorted((a, b) => a.index - b.index)
    if (data.length !== texts || data.some(({ index }, place) => index !== place))
      throw unavailable(`does not answer one vector for each of ${texts} texts`)
    const expected = dimensions ?? data[0]?.embedding.length
    const vectors = data.map(({ embedding }) => {
      if (embedding.length !== expected)
        throw unavailable(`answers a vector of ${embedding.length} values instead of ${expected}`)
      const vector = unitVector(embedding)
      if (!vector) throw unavailable('answers a vector of zeros')
      return vector
    })
    dimensions = expected ?? null
    return vectors
  }

  function unavailable(reason: string): EmbeddingUnavailable {
    return new EmbeddingUnavailable(`The embeddings server at ${host} ${withoutSecrets(reason)}.`)
  }
  /** What a server says about a refused request may repeat it. */
  function withoutSecrets(text: string): string {
    return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), text)
  }

  const embedQuery = rememberRecent(
    async (text) => {
      const [vector] = await embed([text], forReader())
      return vector as Float32Array
    },
    { limit: REMEMBERED_QUERIES },
  )
  const given = (text: string) => embeddableText(text, MOST_CHARACTERS) || NOTHING

  return {
    model: `${host}/${model ?? 'default'}`,
    embedQuery: (text) => embedQuery(given(text)),
    embedTexts: (texts, { signal } = {}) =>
      inOrder(
        async () => {
          const vectors: Float32Array[] = []
          while (vectors.length < texts.length) {
            const most = Math.ceil(MOST_NUMBERS_AT_ONCE / (dimensions ?? 1))
            const left = texts.slice(vectors.length, vectors.length + Math.min(most, MOST_TEXTS_AT_ONCE))
            vectors.push(...(await embed(asManyAsFit(left.map(given)), forNobody(signal))))
          }
          return vectors
        },
        { signal },
      ),
    rest: () => inOrder(async () => undefined),
    async close() {
      closing.abort()
    },
  }
}

type Outcome =
  | { kind: 'json'; value: unknown }
  | { kind: 'too much'; reason: string }
  | { kind: 'not now'; reason: string; retryAfter: number | null }
  | { kind: 'key refused'; reason: string }
  | { kind: 'refused'; reason: string }

function judge(answer: JsonAnswer, { key }: { key: string | null }): Outcome {
  switch (answer.kind) {
    case 'json':
      return answer
    case 'broken':
      return { kind: 'not now', reason: answer.reason, retryAfter: null }
    case 'unusable':
      return { kind: 'refused', reason: `${answer.reason}: check EMBEDDINGS_URL and EMBEDDINGS_KEY` }
    case 'error': {
      const { status, message, retryAfter } = answer
      const reason = message === '' ? `answers ${status}` : `answers ${status} (${message})`
      if (status === 401 || status === 403)
        return {
          kind: 'key refused',
          reason: `${key === null ? 'wants a key: set' : `refuses the key (${status}): check`} EMBEDDINGS_KEY`,
        }
      if (status === 413 || TOO_MUCH.test(message)) return { kind: 'too much', reason }
      if (status === 408 || status === 425 || status === 429 || status >= 500)
        return { kind: 'not now', reason, retryAfter }
      return { kind: 'refused', reason: `${reason}: check EMBEDDINGS_URL and EMBEDDINGS_MODEL` }
    }
  }
}

/** The addresses to ask, and what must never be told. A name and password in the URL count when there is no key. */
function addressesOf(url: string, key: string | null) {
  const base = new URL(url)
  const { username, password } = base
  base.username = base.password = ''
  const folder = base.pathname.replace(/\/+$/, '').replace(/\/embeddings$/, '')
  const at = (name: string) => {
    const address = new URL(base)
    address.pathname = `${folder}/${name}`
    return address
  }
  const login = [username, password].map(decodeURIComponent).join(':')
  return {
    embeddings: at('embeddings'),
    models: at('models'),
    authorization:
      key !== null
        ? `Bearer ${key}`
        : login === ':'
          ? null
          : `Basic ${Buffer.from(login).toString('base64')}`,
    secrets: [key ?? '', decodeURIComponent(password)].filter((secret) => secret !== ''),
  }
}

/** The first of these texts: as many as one request may have, and at least one. */
function asManyAsFit(texts: string[]): string[] {
  let characters = 0
  const end = texts.findIndex((text) => (characters += text.length) > MOST_CHARACTERS_AT_ONCE)
  return end === -1 ? texts : texts.slice(0, Math.max(1, end))
}

/** null: it has no direction. Divided by its largest value first, whose square might be too large for a number. */
function unitVector(values: number[]): Float32Array | null {
  const largest = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  if (largest === 0) return null
  const length = Math.sqrt(values.reduce((sum, value) => sum + (value / largest) ** 2, 0))
  return Float32Array.from(values, (value) => value / largest / length)
}

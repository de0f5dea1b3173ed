import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Embedder } from './embedder.ts'
import { openServer } from './openai-compatible.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

const KEY = 'sk-very-secret'

type Asked = {
  method: string | undefined
  path: string | undefined
  authorization: string | undefined
  model: string
  input: string[]
  encoding: unknown
}
type Answer = (response: ServerResponse, asked: Asked) => void

let server: Server
let url: string
/** What was asked so far. */
let asked: Asked[]
/** What is answered next, one after another; then all goes well. */
let answers: Answer[]
beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
  answers = []
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url: path, headers } = request
  const body = (await request.toArray()).join('')
  const { model, input, encoding_format: encoding } = body ? JSON.parse(body) : {}
  const question = { method, path, authorization: headers.authorization, model, input, encoding }
  asked.push(question)
  ;(answers.shift() ?? well)(response, question)
}

/** As OpenAI answers, vectors being (a text's length, its number, 0). */
const well: Answer = (response, { input, model }) => send(response, 200, list(input.map(vectorOf), model))

function vectorOf(text: string): number[] {
  return [text.length, Number(/\d+/.exec(text)?.[0] ?? 0), 0]
}
function list(vectors: unknown[], model = 'text-embedding-3-small') {
  const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }))
  return { object: 'list', data, model, usage: { prompt_tokens: 8, total_tokens: 8 } }
}
function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
/** An error as OpenAI words it. */
const error =
  (status: number, message: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    send(
      response,
      status,
      { error: { message, type: 'invalid_request_error', param: null, code: null } },
      headers,
    )
const answering =
  (body: unknown): Answer =>
  (response) =>
    send(response, 200, body)
const never: Answer = () => undefined

/** A client of the server, with its log, and waits that only move the clock. */
function client(more: Partial<Parameters<typeof openServer>[0]> = {}) {
  const lines: string[] = []
  const waits: number[] = []
  const clock = { now: Date.parse('2026-11-24T12:00:00Z') }
  const embedder: Embedder = openServer({
    url,
    key: KEY,
    model: 'text-embedding-3-small',
    log: pino(
      { level: 'trace' },
      new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) }),
    ),
    now: () => clock.now,
    random: () => 1,
    wait: async (ms) => {
      waits.push(ms)
      clock.now += ms
    },
    ...more,
  })
  return { embedder, lines, waits, clock }
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  const failure = await work.then(
    () => null,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(EmbeddingUnavailable)
  expect((failure as Error).message).toMatch(/^The embeddings server at 127\.0\.0\.1:\d+ .*\.$/)
  expect((failure as Error).message).not.toContain(KEY)
  return (failure as Error).message
}

/** The vector that a text must have. */
function unit(text: string): Float32Array {
  const vector = vectorOf(text)
  return Float32Array.from(vector, (value) => value / Math.hypot(...vector))
}

describe('what is asked', () => {
  it('is in the words of OpenAI', async () => {
    await client().embedder.embedTexts(['one', 'two 2'])
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/v1/embeddings',
        authorization: `Bearer ${KEY}`,
        model: 'text-embedding-3-small',
        input: ['one', 'two 2'],
        encoding: 'float',
      },
    ])
  })

  it.each([
    ['/', '/v1/embeddings'],
    ['/embeddings', '/v1/embeddings'],
    ['/embeddings/', '/v1/embeddings'],
    ['/deployments/x?api-version=1', '/v1/deployments/x/embeddings?api-version=1'],
  ])('of an address that ends in %s goes to %s', async (end, path) => {
    await client({ url: url + end }).embedder.embedQuery('a')
    expect(asked[0]?.path).toBe(path)
  })

  it('has no key if there is none, or name and password from the address', async () => {
    await client({ key: null }).embedder.embedQuery('a')
    const withLogin = url.replace('//', '//me:p%40ss@')
    const { embedder } = client({ key: null, url: withLogin })
    await embedder.embedQuery('a')
    expect(asked.map(({ authorization }) => authorization)).toEqual([undefined, `Basic ${btoa('me:p@ss')}`])
    expect(embedder.model).toMatch(/^127\.0\.0\.1:\d+\/text-embedding-3-small$/)
  })

  it('is at most 64 texts and 100,000 characters at a time', async () => {
    const short = Array.from({ length: 130 }, (_, i) => `number ${i}`)
    const long = Array.from({ length: 12 }, (_, i) => `${i} ${'x'.repeat(30_000)}`)
    const vectors = await client().embedder.embedTexts([...short, ...long])
    expect(asked.map(({ input }) => input.length)).toEqual([64, 64, 6, 5, 3])
    expect(asked[3]?.input[0]).toHaveLength(20_000)
    expect(vectors).toHaveLength(142)
    expect(vectors[129]).toEqual(unit('number 129'))
  })

  it('is less when vectors are long, lest the answer stop all else while it is read', async () => {
    const ones = Array<number>(3072).fill(1)
    answers = Array<Answer>(4).fill((response, { input }) => send(response, 200, list(input.map(() => ones))))
    await client().embedder.embedTexts(Array.from({ length: 100 }, (_, i) => `number ${i}`))
    expect(asked.map(({ input }) => input.length)).toEqual([64, 22, 14])
  })

  it('is never an empty text, which servers refuse', async () => {
    const vectors = await client().embedder.embedTexts(['', ' \u0000 '])
    expect(asked[0]?.input).toEqual(['-', '-'])
    expect(vectors).toHaveLength(2)
  })

  it('is a query only once', async () => {
    const { embedder } = client()
    const vectors = [await embedder.embedQuery('a  query'), await embedder.embedQuery(' a query')]
    expect(asked).toHaveLength(1)
    expect(vectors[0]).toEqual(vectors[1])
  })

  it('is in the order it was given, but a query does not wait', async () => {
    const [asking, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    answers = [
      (response, question) => {
        asking.resolve()
        void release.promise.then(() => well(response, question))
      },
    ]
    const { embedder } = client()
    const work = [embedder.embedTexts(['first']), embedder.embedTexts(['second']), embedder.rest()]
    await asking.promise
    await embedder.embedQuery('query')
    release.resolve()
    await Promise.all(work)
    expect(asked.map(({ input }) => input[0])).toEqual(['first', 'query', 'second'])
  })
})

describe('the model', () => {
  const models = answering({
    object: 'list',
    data: [{ id: 'nomic-embed-text', object: 'model' }, { id: 'other' }],
  })

  it('is the first that the server lists, when none is named', async () => {
    answers = [models]
    const { embedder } = client({ model: null })
    expect(embedder.model).toMatch(/^127\.0\.0\.1:\d+\/default$/)
    await embedder.embedTexts(['a'])
    await embedder.embedQuery('b')
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/models',
      'POST /v1/embeddings',
      'POST /v1/embeddings',
    ])
    expect(asked[1]).toMatchObject({ model: 'nomic-embed-text' })
    expect(asked[0]?.authorization).toBe(`Bearer ${KEY}`)
  })

  it.each([
    ['has no list', error(404, 'Not Found')],
    ['lists none', answering({ object: 'list', data: [] })],
    ['answers something else', answering(['nomic-embed-text'])],
  ])('must be named when the server %s', async (_, first) => {
    answers = [first]
    expect(await failureOf(client({ model: null }).embedder.embedTexts(['a']))).toContain(
      'set EMBEDDINGS_MODEL',
    )
    expect(asked).toHaveLength(1)
  })
})

describe('the answer', () => {
  it('has vectors of length 1, however large or small the values are', async () => {
    answers = [
      answering(
        list([
          [3, 4],
          [3e300, -4e300],
          [3e-310, 4e-310],
          [0, 5],
        ]),
      ),
    ]
    const vectors = await client().embedder.embedTexts(['a', 'b', 'c', 'd'])
    const expected = [
      [0.6, 0.8],
      [0.6, -0.8],
      [0.6, 0.8],
      [0, 1],
    ]
    for (const [i, vector] of vectors.entries())
      for (const [at, value] of vector.entries())
        expect(value).toBeCloseTo(expected[i]?.[at] ?? Number.NaN, 5)
  })

  it('is put in order by its indexes', async () => {
    answers = [
      (response, { input }) => {
        const { data, ...rest } = list(input.map(vectorOf))
        send(response, 200, { data: data.toReversed(), ...rest })
      },
    ]
    const texts = ['number 1', 'number 2', 'number 3']
    expect(await client().embedder.embedTexts(texts)).toEqual(texts.map(unit))
  })

  it.each([
    ['a vector is missing', list([[1, 2]])],
    [
      'there is one too many',
      list([
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
    ],
    [
      'an index comes twice',
      {
        data: [
          { index: 1, embedding: [1] },
          { index: 1, embedding: [1] },
        ],
      },
    ],
    [
      'an index is far out',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 4e9, embedding: [1] },
        ],
      },
    ],
    [
      'they differ in length',
      list([
        [1, 2],
        [1, 2, 3],
      ]),
    ],
    ['one is empty', list([[1, 2], []])],
    [
      'one is of zeros',
      list([
        [1, 2],
        [0, 0],
      ]),
    ],
    [
      'a value is no number',
      list([
        [1, 2],
        [1, null],
      ]),
    ],
    ['they are in base64', list(['AACAPw==', 'AACAPw=='])],
    [
      'it is something else',
      {
        embeddings: [
          [1, 2],
          [1, 2],
        ],
      },
    ],
    ['it is nothing', null],
  ])('is refused when %s', async (_, body) => {
    answers = [answering(body)]
    expect(await failureOf(client().embedder.embedTexts(['a', 'b']))).toMatch(/answers?/)
    expect(asked).toHaveLength(1)
  })

  it('is refused when a value is larger than numbers are', async () => {
    answers = [(response) => response.end('{"data":[{"index":0,"embedding":[1e999,1]}]}')]
    expect(await failureOf(client().embedder.embedTexts(['a']))).toContain('something else than embeddings')
  })

  it('is refused when vectors are of another length than before', async () => {
    const { embedder } = client()
    await embedder.embedTexts(['a'])
    answers = [answering(list([[1, 2, 3, 4]]))]
    expect(await failureOf(embedder.embedTexts(['b']))).toContain('a vector of 4 values instead of 3')
    await embedder.embedTexts(['c'])
  })

  it('is refused when it is endless', async () => {
    const megabyte = Buffer.alloc(1_000_000, ' ')
    let sent = 0
    answers = [
      (response) => {
        const more = () => {
          while (!response.destroyed && response.write(megabyte)) sent++
        }
        response.on('drain', more)
        more()
      },
    ]
    expect(await failureOf(client().embedder.embedTexts(['a']))).toContain('more than 50 MB')
    expect(sent).toBeLessThan(100)
  })

  it('is not sought elsewhere', async () => {
    answers = [(response) => response.writeHead(307, { location: 'http://127.0.0.1:9/v1/embeddings' }).end()]
    expect(await failureOf(client().embedder.embedTexts(['a']))).toContain(
      'on to http://127.0.0.1:9/v1/embeddings',
    )
  })
})

describe('a key', () => {
  it.each([401, 403])('that is refused (%i) is told so once', async (status) => {
    answers = [error(status, `Incorrect API key provided: ${KEY}.`)]
    const { embedder, lines } = client()
    expect(await failureOf(embedder.embedTexts(['a']))).toContain(
      `refuses the key (${status}): check EMBEDDINGS_KEY`,
    )
    expect(asked).toHaveLength(1)
    expect(lines.join('')).not.toContain(KEY)
  })

  it('that is missing is asked for', async () => {
    answers = [error(401, 'You need an API key')]
    expect(await failureOf(client({ key: null }).embedder.embedTexts(['a']))).toContain('set EMBEDDINGS_KEY')
  })

  it('is not told when the server repeats it', async () => {
    answers = [error(500, `Internal error, key ${KEY}`), error(400, `Strange request with ${KEY}`)]
    const { embedder, lines } = client()
    expect(await failureOf(embedder.embedTexts(['a']))).toContain('Strange request with ***')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('Internal error, key ***')
    expect(lines.join('')).not.toContain(KEY)
  })

  it('that no header can have is not told either', async () => {
    const { embedder } = client({ key: `${KEY}\nand more` })
    expect(await failureOf(embedder.embedTexts(['a']))).toContain('check')
    expect(asked).toHaveLength(0)
  })
})

describe('a refusal', () => {
  it.each([
    ['OpenAI', { error: { message: 'The model `x` does not exist', code: 'model_not_found' } }],
    ['Ollama', { error: 'The model `x` does not exist' }],
    ['FastAPI', { detail: 'The model `x` does not exist' }],
    ['vLLM', { object: 'error', message: 'The model `x` does not exist', code: 404 }],
  ])('is passed on in the words of %s', async (_, body) => {
    answers = [(response) => send(response, 404, body)]
    const said = await failureOf(client().embedder.embedTexts(['a']))
    expect(said).toContain(
      'answers 404 (The model `x` does not exist): check EMBEDDINGS_URL and EMBEDDINGS_MODEL',
    )
    expect(asked).toHaveLength(1)
  })

  it('is passed on when it is a web page, but not all of it', async () => {
    answers = [(response) => response.writeHead(400).end(`<h1>Bad\r\n Request</h1>${'x'.repeat(10_000)}`)]
    const said = await failureOf(client().embedder.embedTexts(['a']))
    expect(said).toContain('<h1>Bad Request</h1>xx')
    expect(said.length).toBeLessThan(500)
  })
})

describe('work that nobody waits for', () => {
  it('comes back when a busy server says', async () => {
    answers = [
      error(429, 'Rate limit reached', { 'retry-after': '7' }),
      error(503, 'Overloaded', { 'retry-after': 'Tue, 24 Nov 2026 12:00:20 GMT' }),
    ]
    const { embedder, waits } = client()
    expect(await embedder.embedTexts(['a 1'])).toEqual([unit('a 1')])
    expect(waits).toEqual([7_000, 13_000])
  })

  it('comes back ever later when it does not say, for a minute', async () => {
    answers = Array<Answer>(20).fill(error(502, 'Bad gateway', { 'retry-after': 'soon' }))
    const { embedder, waits } = client()
    expect(await failureOf(embedder.embedTexts(['a']))).toContain('answers 502 (Bad gateway)')
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000])
  })

  it('does not come all at the same moment', async () => {
    answers = [error(500, 'Oh'), error(500, 'Oh')]
    const { embedder, waits } = client({ random: () => 0 })
    await embedder.embedTexts(['a'])
    expect(waits).toEqual([500, 1_000])
  })

  it('does not hammer a server that says at once', async () => {
    answers = Array<Answer>(100).fill(error(429, 'Again', { 'retry-after': '0' }))
    await failureOf(client().embedder.embedTexts(['a']))
    expect(asked).toHaveLength(7)
  })

  it('is given up when the server wants it to stay away for long', async () => {
    answers = [error(429, 'You exceeded your current quota', { 'retry-after': '3600' })]
    const { embedder, waits } = client()
    expect(await failureOf(embedder.embedTexts(['a']))).toContain('exceeded your current quota')
    expect(waits).toEqual([])
  })

  it.each<[string, Answer]>([
    ['the connection is reset', (response) => response.socket?.resetAndDestroy()],
    ['the connection ends', (response) => response.socket?.end()],
    [
      'half of the answer comes',
      (response) => {
        response.writeHead(200, { 'content-length': 1000 })
        response.write('{"data":[', () => response.socket?.destroy())
      },
    ],
    ['the JSON is cut', (response) => response.end('{"object":"list","data":[{"object":"emb')],
  ])('is done again when %s', async (_, first) => {
    answers = [first]
    const { embedder, waits } = client()
    expect(await embedder.embedTexts(['a 1'])).toEqual([unit('a 1')])
    expect(waits).toEqual([1_000])
  })

  it('fails, and the next is tried, when nobody listens', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    await new Promise((resolve) => other.close(resolve))
    const { embedder } = client({ url: `http://127.0.0.1:${port}` })
    const first = embedder.embedTexts(['a'])
    const second = embedder.embedTexts(['b'])
    expect(await failureOf(first)).toContain("can't be reached: ECONNREFUSED")
    await failureOf(second)
  })
})

describe('too much', () => {
  it.each([
    [413, 'Payload too large'],
    [400, "Invalid 'input': maximum input length is 8192 tokens."],
    [422, 'batch size 64 > maximum allowed batch size 32'],
    [429, 'Request too large for text-embedding-3-small: limit 1000000, requested 2000000'],
  ])('at once (%i, %s) is asked in halves', async (status, message) => {
    answers = [error(status, message), error(status, message)]
    const texts = Array.from({ length: 5 }, (_, i) => `number ${i}`)
    const { embedder, waits } = client()
    expect(await embedder.embedTexts(texts)).toEqual(texts.map(unit))
    expect(asked.map(({ input }) => input.length)).toEqual([5, 3, 2, 1, 2])
    expect(waits).toEqual([])
  })

  it.each([
    [400, "This model's maximum context length is 512 tokens. However, you requested 2500 tokens."],
    [500, 'input is too large to process. increase the physical batch size'],
    [400, 'the input length exceeds the context length'],
  ])('in one text (%i, %s) is cut in half', async (status, message) => {
    const limited: Answer = (response, question) =>
      question.input.some((text) => text.length > 300)
        ? error(status, message)(response, question)
        : well(response, question)
    answers = Array<Answer>(20).fill(limited)
    const long = 'x'.repeat(1_000)
    const vectors = await client().embedder.embedTexts(['short 1', long, 'short 2'])
    expect(vectors).toEqual([unit('short 1'), unit('x'.repeat(250)), unit('short 2')])
    expect(Math.max(...asked.slice(-2).map(({ input }) => input.length))).toBe(1)
  })

  it('is not cut for ever', async () => {
    answers = Array<Answer>(100).fill(error(413, 'Payload too large'))
    expect(await failureOf(client().embedder.embedTexts(['x'.repeat(1_000)]))).toContain('answers 413')
    expect(asked.length).toBeLessThan(10)
  })
})

describe('a query', () => {
  it.each<[string, Answer]>([
    ['is busy', error(429, 'Rate limit reached', { 'retry-after': '1' })],
    ['fails', error(500, 'Oh')],
    ['hangs up', (response) => response.socket?.destroy()],
  ])('is asked once when the server %s', async (_, first) => {
    answers = [first]
    const { embedder, waits } = client()
    await failureOf(embedder.embedQuery('a'))
    expect(asked).toHaveLength(1)
    expect(waits).toEqual([])
    expect(await embedder.embedQuery('a')).toEqual(unit('a'))
  })

  it('has its time, which the list of models is part of', async () => {
    answers = [never]
    const { embedder } = client({ model: null, queryTimeoutMs: 20 })
    expect(await failureOf(embedder.embedQuery('a'))).toContain('does not answer in time')
    answers = [answering({ data: [{ id: 'x' }] }), (response) => response.write('{"data":')]
    expect(await failureOf(embedder.embedQuery('a'))).toContain('does not answer in time')
  })
})

describe('giving up', () => {
  it('ends the request, and leaves what waited undone; the next goes on', async () => {
    const hungUp = Promise.withResolvers<void>()
    const asking = Promise.withResolvers<void>()
    answers = [
      (response) => {
        response.on('close', hungUp.resolve)
        asking.resolve()
      },
    ]
    const { embedder, waits } = client()
    const stopping = new AbortController()
    const { signal } = stopping
    const work = embedder.embedTexts(['a'], { signal })
    const waiting = embedder.embedTexts(['b'], { signal })
    const wanted = embedder.embedTexts(['c 1'])
    await asking.promise
    stopping.abort(new Error('given up'))
    await expect(work).rejects.toThrow('given up')
    await expect(waiting).rejects.toThrow('given up')
    await hungUp.promise
    expect(await wanted).toEqual([unit('c 1')])
    expect(asked.map(({ input }) => input)).toEqual([['a'], ['c 1']])
    expect(waits).toEqual([])
  })
})

describe('closing', () => {
  it('ends what is under way, waiting, and to come', async () => {
    const asking = Promise.withResolvers<void>()
    answers = [() => asking.resolve()]
    const { embedder } = client()
    const work = [embedder.embedTexts(['a']), embedder.embedTexts(['b'])]
    await asking.promise
    await embedder.close()
    for (const each of work) await expect(each).rejects.toThrow(EmbeddingUnavailable)
    await expect(embedder.embedQuery('c')).rejects.toThrow(EmbeddingUnavailable)
    expect(asked).toHaveLength(1)
  })

  it('ends a pause', async () => {
    answers = [error(429, 'Later', { 'retry-after': '50' })]
    const pausing = Promise.withResolvers<void>()
    const { embedder } = client({
      wait: (_, signal) => {
        pausing.resolve()
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        )
      },
    })
    const work = embedder.embedTexts(['a'])
    await pausing.promise
    await embedder.close()
    await expect(work).rejects.toThrow(EmbeddingUnavailable)
    expect(asked).toHaveLength(1)
  })
})

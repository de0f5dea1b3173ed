import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLog } from '../runtime/log.ts'
import { openMeaning } from './meaning.ts'

const log = createLog('silent')
const settings = {
  embeddingsUrl: null,
  embeddingsKey: null,
  embeddingsModel: null,
  dataFolder: '/nonexistent',
}
let server: Server
let url: string
const asked: string[] = []

beforeAll(async () => {
  // Answers as an OpenAI-compatible server does, with a vector of three numbers.
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
afterAll(() => {
  server.close()
})

it('is off when it is switched off', async () => {
  const meaning = openMeaning({ ...settings, embeddingsModel: 'none' }, { log })
  expect(meaning.embedder).toBeNull()
  expect(await meaning.vectorOf('tides', 'any')).toEqual({ ok: false, reason: 'off' })
  await meaning.close()
})

it('asks the model whose vectors are searched, also while another is to take its place', async () => {
  const meaning = openMeaning({ ...settings, embeddingsUrl: url, embeddingsModel: 'new' }, { log })
  const { host } = new URL(url)
  expect(meaning.embedder?.model).toBe(`${host}/new`)
  const vector = Float32Array.of(0.6, 0, 0.8)
  expect(await meaning.vectorOf('tides', `${host}/new`)).toEqual({ ok: true, vector })
  expect(await meaning.vectorOf('tides', `${host}/old`)).toEqual({ ok: true, vector })
  expect(asked).toEqual(['new', 'old'])
  expect(await meaning.vectorOf('tides', 'elsewhere.example/old')).toEqual({ ok: false, reason: 'away' })
  await meaning.close()
})

it('is away when the server is', async () => {
  const meaning = openMeaning(
    { ...settings, embeddingsUrl: 'http://127.0.0.1:9/v1', embeddingsModel: 'm' },
    { log },
  )
  expect(await meaning.vectorOf('tides', '127.0.0.1:9/m')).toEqual({ ok: false, reason: 'away' })
  await meaning.close()
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { model, input } = JSON.parse(await text(request)) as { model: string; input: string[] }
  asked.push(model)
  const data = input.map((_, index) => ({ object: 'embedding', index, embedding: [3, 0, 4] }))
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ object: 'list', model, data }))
}

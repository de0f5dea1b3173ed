import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decodeText } from './decode-text.ts'

async function* bytesOf(bytes: Uint8Array, size = 64 * 1024) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function decode(bytes: Uint8Array, size?: number): Promise<{ text: string; error?: string }> {
  let text = ''
  try {
    for await (const chunk of decodeText(bytesOf(bytes, size))) text += chunk
  } catch (error) {
    return { text, error: (error as Error).message }
  }
  return { text }
}

describe('the text of a file', () => {
  const text = `Größe 𝛼 — ${'many words, '.repeat(20_000)}end`

  it('is decoded across the borders of its pieces, with or without gzip', async () => {
    for (const size of [1, 3, 65_536]) {
      const short = '\ufeffGröße 𝛼'
      expect(await decode(Buffer.from(short), size)).toEqual({ text: 'Größe 𝛼' })
      expect(await decode(gzipSync(short), size)).toEqual({ text: 'Größe 𝛼' })
    }
    expect(await decode(gzipSync(text), 100)).toEqual({ text })
    expect(await decode(Buffer.concat([gzipSync(text), gzipSync('more')]))).toEqual({ text: `${text}more` })
    expect(await decode(Buffer.from(''))).toEqual({ text: '' })
    expect(await decode(Buffer.from('x'))).toEqual({ text: 'x' })
  })

  it('is given as far as a damaged gzip can be read, and then an error', async () => {
    const zipped = gzipSync(
      Buffer.from(Array.from({ length: 300_000 }, (_, index) => 97 + ((index * index) % 23))),
    )
    const whole = (await decode(zipped)).text
    const error = 'The gzip file is damaged or ends too early.'
    const cut = await decode(zipped.subarray(0, zipped.length - 20), 500)
    expect(cut).toEqual({ text: expect.any(String), error })
    expect(cut.text.length).toBeGreaterThan(whole.length / 2)
    expect(whole.startsWith(cut.text)).toBe(true)
    const corrupt = Buffer.from(zipped)
    corrupt.fill(0xff, zipped.length / 2)
    expect(await decode(corrupt, 500)).toEqual({ text: expect.any(String), error })
    expect(await decode(Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5]))).toEqual({ text: '', error })
  })
})

it('is given as it comes through a pipe that stays open', async () => {
  const ended = Promise.withResolvers<void>()
  async function* pipe() {
    yield Buffer.from('one\nGr')
    yield Buffer.from([0xc3])
    await ended.promise
    yield Buffer.from([0xbc])
    yield Buffer.from('n\n')
  }
  const texts = decodeText(pipe())[Symbol.asyncIterator]()
  expect(await texts.next()).toEqual({ done: false, value: 'one\nGr' })
  ended.resolve()
  expect(await texts.next()).toEqual({ done: false, value: 'ün\n' })
  expect((await texts.next()).done).toBe(true)
})

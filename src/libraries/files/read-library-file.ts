import type { PaperIdentifier } from '../../papers/identifiers.ts'
import { plainText } from '../../papers/plain-text.ts'
import { decodeText } from '../../sources/formats/decode-text.ts'
import { detectFormat, type Format } from '../../sources/formats/format.ts'
import { readFormat } from '../../sources/formats/read-format.ts'

/** A record of a file: what it can be found by, or why it cannot be read. `position` says where it is, with its line. */
export type LibraryRecord = { position: string } & (
  | { ok: true; title: string; identifiers: PaperIdentifier[] }
  | { ok: false; reason: string }
)

export type LibraryFile =
  | { kind: 'read'; records: LibraryRecord[]; leftOut: boolean }
  /** In no form that reference managers write, or damaged: why, in a sentence. */
  | { kind: 'unreadable'; reason: string }

const READ: ReadonlySet<Format> = new Set(['bibtex', 'ris', 'csl'])
export const MOST_RECORDS = 10_000
/** Of a file that was compressed: no library is as large. */
const MOST_CHARACTERS = 16_000_000

/** What a file of a reference manager lists. It may take long: it is for a thread of its own (`library-file-thread.ts`). */
export async function readLibraryFile({
  name,
  bytes,
}: {
  name: string
  bytes: Uint8Array
}): Promise<LibraryFile> {
  const unreadable = (reason: string) => ({ kind: 'unreadable', reason }) as const
  const pieces = decodeText(one(bytes))
  let head = ''
  let length = 0
  let isTooLong = false
  const whole: string[] = []
  try {
    for await (const piece of pieces) {
      length += piece.length
      isTooLong = length > MOST_CHARACTERS
      if (isTooLong) break
      if (head.length < 65_536) head += piece
      whole.push(piece)
    }
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error))
  }
  if (isTooLong) return unreadable('The file is too long when it is decompressed.')
  const format = detectFormat({ name, head })
  if (format === null || !READ.has(format))
    return unreadable(
      'The file is neither BibTeX, RIS nor CSL-JSON. Export it from your reference manager as one of these.',
    )
  const records: LibraryRecord[] = []
  for await (const outcome of await readFormat(format, texts(whole), { now: new Date(0) })) {
    if (records.length === MOST_RECORDS) return { kind: 'read', records, leftOut: true }
    const { position } = outcome
    records.push(
      outcome.ok
        ? {
            ok: true,
            position,
            title: plainText(outcome.paper.title),
            identifiers: outcome.paper.identifiers,
          }
        : { ok: false, position, reason: outcome.reason },
    )
  }
  return records.length === 0
    ? unreadable('There are no references in the file.')
    : { kind: 'read', records, leftOut: false }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function* texts(pieces: string[]): AsyncGenerator<string> {
  yield* pieces
}

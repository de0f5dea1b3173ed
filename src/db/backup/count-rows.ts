import { Transform } from 'node:stream'
import { crc32 } from 'node:zlib'

const NEWLINE = 10

/** Passes bytes on, counting the rows in PostgreSQL's text format (each ends in the only newline it has) and their CRC-32. */
export function countRows(): Transform & { counted: { rows: number; crc32: number } } {
  const counted = { rows: 0, crc32: 0 }
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) counted.rows++
      counted.crc32 = crc32(chunk, counted.crc32)
      done(null, chunk)
    },
  })
  return Object.assign(stream, { counted })
}

import type { Context } from 'hono'

/** The fields of a submitted form; the first of each name. */
export type Form = {
  /** A field's text, '' when it is not there. */
  text(name: string): string
  /** Whether a box was ticked. */
  ticked(name: string): boolean
}

export type FormOutcome = { ok: true; form: Form } | { ok: false; status: 400 | 413 | 415; reason: string }

/** Larger than the longest comment, encoded. */
const LARGEST_BYTES = 128 * 1024

/** Reads a submitted form: application/x-www-form-urlencoded, limited in size, in UTF-8, without NUL. */
export async function readForm(c: Context): Promise<FormOutcome> {
  const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded')
    return { ok: false, status: 415, reason: 'Send forms as application/x-www-form-urlencoded.' }
  const bytes = await readBounded(c.req.raw.body, { most: LARGEST_BYTES })
  if (bytes === null)
    return { ok: false, status: 413, reason: 'The form is too large. Shorten the text and try again.' }
  let body: string
  try {
    body = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { ok: false, status: 400, reason: 'The form is not encoded as UTF-8.' }
  }
  const fields = new URLSearchParams(body)
  if (fields.values().some((value) => value.includes('\0')))
    return { ok: false, status: 400, reason: 'The form contains a null character. Remove it and try again.' }
  return {
    ok: true,
    form: {
      text: (name) => (fields.get(name) ?? '').toWellFormed(),
      ticked: (name) => fields.has(name),
    },
  }
}

/** A body of at most so many bytes; null if it has more, of which no more is read. */
export async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  { most }: { most: number },
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (body === null) return new Uint8Array(0)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > most) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

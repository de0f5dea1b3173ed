import type { Context } from 'hono'

/** The fields of a submitted form; the first of each name. */
export type Form = {
  /** A field's text, '' when it is not there. */
  text(name: string): string
  /** Whether a box was ticked. */
  ticked(name: string): boolean
  /** A file that was sent with it; null where none was chosen. */
  file?(name: string): Promise<SentFile | null>
}

/** `name` is what the sender calls it. */
type SentFile = { name: string; bytes: Uint8Array }

export type FormOutcome = { ok: true; form: Form } | { ok: false; status: 400 | 415; reason: string }

/** Whether a form is sent as those with files are. */
export function isMultipart(type: string | undefined): boolean {
  return /^multipart\/form-data\s*;/i.test(type ?? '')
}

/** Reads a form that may come with a file: multipart/form-data, or as `readForm` does. `boundedBodies` limits its size. */
export async function readFormWithFile(c: Context): Promise<FormOutcome> {
  if (!isMultipart(c.req.header('content-type'))) return readForm(c)
  let sent: FormData
  try {
    sent = await c.req.raw.formData()
  } catch {
    return { ok: false, status: 400, reason: 'The form could not be read. Send it again.' }
  }
  const text = (name: string) => {
    const value = sent.get(name)
    return typeof value === 'string' ? value : ''
  }
  if (sent.values().some((value) => typeof value === 'string' && value.includes('\0')))
    return { ok: false, status: 400, reason: 'The form contains a null character. Remove it and try again.' }
  return {
    ok: true,
    form: {
      text: (name) => text(name).toWellFormed(),
      ticked: (name) => sent.has(name),
      async file(name) {
        const file = sent.get(name)
        if (!(file instanceof File) || file.size === 0) return null
        return {
          name: file.name.toWellFormed().replaceAll('\0', ''),
          bytes: new Uint8Array(await file.arrayBuffer()),
        }
      },
    },
  }
}

/** Reads a submitted form: application/x-www-form-urlencoded, in UTF-8, without NUL. `boundedBodies` limits its size. */
export async function readForm(c: Context): Promise<FormOutcome> {
  const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded')
    return { ok: false, status: 415, reason: 'Send forms as application/x-www-form-urlencoded.' }
  const bytes = await c.req.arrayBuffer()
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

import { LARGEST_FILE } from '../../libraries/imports.ts'
import type { Form } from '../forms/read-form.ts'

/** The `file` of a reference manager that came with a form, or its `text` where it was pasted; or why there is none. */
export async function sentLibraryFile(
  form: Form,
): Promise<{ ok: true; file: { name: string; bytes: Uint8Array } } | { ok: false; reason: string }> {
  const text = form.text('text').trim()
  const file =
    (await form.file?.('file')) ??
    (text === '' ? null : { name: 'Pasted text', bytes: new TextEncoder().encode(text) })
  if (file === null) return { ok: false, reason: 'Choose a file, or paste its text.' }
  if (file.bytes.length > LARGEST_FILE)
    return {
      ok: false,
      reason: `A file can have up to ${LARGEST_FILE / 1024 / 1024} MB. Split it and import the parts.`,
    }
  const name = file.name.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim() || 'A file'
  return { ok: true, file: { name, bytes: file.bytes } }
}

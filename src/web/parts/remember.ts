import type { Paper } from '../../papers/paper.ts'

/** Beside its text a remembered one takes about this much. */
const OVERHEAD_BYTES = 300

/**
 * Remembers what `make` makes of a paper until the paper changes: some HTML by name, of which about `maxBytes` are held.
 * It may only use what its sources say of a paper, and neither counts of what readers did nor the time.
 */
export function rememberHtml<T extends Record<string, string>>(
  make: (paper: Paper) => T,
  { maxBytes }: { maxBytes: number },
): (paper: Paper) => T {
  /** In the order in which they were last asked for: the first goes first. */
  const known = new Map<string, { html: T; bytes: number; changedAt: number }>()
  let held = 0

  return (paper) => {
    const changedAt = paper.changedAt.getTime()
    const found = known.get(paper.uuid)
    if (found) {
      known.delete(paper.uuid)
      if (found.changedAt === changedAt) {
        known.set(paper.uuid, found)
        return found.html
      }
      held -= found.bytes
    }
    const html = flat(make(paper))
    // Two bytes a character.
    const bytes = OVERHEAD_BYTES + 2 * Object.values(html).reduce((sum, text) => sum + text.length, 0)
    known.set(paper.uuid, { html, bytes, changedAt })
    held += bytes
    for (const [oldest, { bytes: freed }] of known) {
      if (held <= maxBytes) break
      known.delete(oldest)
      held -= freed
    }
    return html
  }
}

/** Texts in one piece each: as they are made, they are trees of hundreds of pieces, put together at every use. */
function flat<T extends Record<string, string>>(texts: T): T {
  const entries = Object.entries(texts).map(([name, text]) => [name, Buffer.from(text).toString()])
  return Object.fromEntries(entries) as T
}

/** An element as the text that is sent. */
export function htmlOf(element: { toString(): string }): string {
  return element.toString()
}

/** Beside its text a remembered one takes about this much. */
const OVERHEAD_BYTES = 300

/**
 * A memory of texts (HTML, by name) that are made once: `key` is all that what `make` answers hangs on. About `maxBytes`
 * are held; what was not asked for longest goes first.
 */
export function rememberTexts<T extends Record<string, string>>({
  maxBytes,
}: {
  maxBytes: number
}): (key: string, make: () => T) => T {
  /** In the order in which they were last asked for. */
  const known = new Map<string, { texts: T; bytes: number }>()
  let held = 0

  return (key, make) => {
    const found = known.get(key)
    if (found) {
      known.delete(key)
      known.set(key, found)
      return found.texts
    }
    const texts = flat(make())
    // Two bytes a character.
    const length = Object.values(texts).reduce((sum, text) => sum + text.length, key.length)
    const bytes = OVERHEAD_BYTES + 2 * length
    known.set(key, { texts, bytes })
    held += bytes
    for (const [oldest, { bytes: freed }] of known) {
      if (held <= maxBytes) break
      known.delete(oldest)
      held -= freed
    }
    return texts
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

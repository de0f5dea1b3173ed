import { LRUCache } from 'lru-cache'

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
  const known = new LRUCache<string, T>({
    maxSize: maxBytes,
    // Two bytes a character.
    sizeCalculation: (texts, key) =>
      OVERHEAD_BYTES + 2 * Object.values(texts).reduce((sum, text) => sum + text.length, key.length),
  })

  return (key, make) => {
    const found = known.get(key)
    if (found) return found
    const texts = flat(make())
    known.set(key, texts)
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

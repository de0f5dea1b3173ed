import { LRUCache } from 'lru-cache'

/**
 * `embed`, remembering its last `limit` answers: what readers type repeats, and every letter of it may be asked for.
 * Asked twice at once, it embeds once. Failures are not remembered.
 */
export function rememberRecent(
  embed: (text: string) => Promise<Float32Array>,
  { limit }: { limit: number },
): (text: string) => Promise<Float32Array> {
  const recent = new LRUCache<string, Promise<Float32Array>>({ max: limit })
  return async (text) => {
    const vector = recent.get(text) ?? embed(text)
    recent.set(text, vector)
    try {
      // A copy, because the caller may hand its memory over to another thread.
      return (await vector).slice()
    } catch (error) {
      if (recent.peek(text) === vector) recent.delete(text)
      throw error
    }
  }
}

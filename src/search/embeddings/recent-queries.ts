/**
 * `embed`, remembering its last `limit` answers: what readers type repeats, and every letter of it may be asked for.
 * Asked twice at once, it embeds once. Failures are not remembered.
 */
export function rememberRecent(
  embed: (text: string) => Promise<Float32Array>,
  { limit }: { limit: number },
): (text: string) => Promise<Float32Array> {
  // A Map keeps the order of insertion: the first is the one that was asked for longest ago.
  const recent = new Map<string, Promise<Float32Array>>()
  return async (text) => {
    const vector = recent.get(text) ?? embed(text)
    recent.delete(text)
    recent.set(text, vector)
    for (const oldest of recent.keys()) {
      if (recent.size <= limit) break
      recent.delete(oldest)
    }
    try {
      // A copy, because the caller may hand its memory over to another thread.
      return (await vector).slice()
    } catch (error) {
      if (recent.get(text) === vector) recent.delete(text)
      throw error
    }
  }
}

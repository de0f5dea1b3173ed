/**
 * Lets at most `most` works run at once; others wait in the order in which they came, up to `waiting` of them: who comes
 * then is told so by the error `full` makes. For works of which many may be asked for at once and each takes its share of
 * what everybody needs: turns of the event loop, connections of the database.
 */
export function atMost(
  most: number,
  { waiting: mostWaiting, full }: { waiting: number; full: () => Error },
): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= most && waiting.length >= mostWaiting) throw full()
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The next one takes over this one's place.
      if (next) next()
      else running--
    }
  }
}

/**
 * Runs at most `most` jobs at once. Others wait in order of arrival, up to `waiting` of them; beyond that, jobs are
 * refused with the error that `full` makes. For jobs that many people may ask for at once and that take a share of what
 * everyone needs: turns of the event loop, connections to the database.
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
      // The next job takes over this one's slot.
      if (next) next()
      else running--
    }
  }
}

/**
 * Does a work now, again when woken, and otherwise so long after it was done; never twice at once. A failure goes to
 * `onError` and the work goes on. `close` waits for the work under way.
 */
export function repeat(
  work: () => Promise<unknown>,
  { everyMs, onError }: { everyMs: number; onError: (error: unknown) => void },
): { wake: () => void; close(): Promise<void> } {
  const closing = new AbortController()
  let woken = false
  let interrupt = () => {}

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      woken = false
      try {
        await work()
      } catch (error) {
        onError(error)
      }
      if (!closing.signal.aborted && !woken) await pause()
    }
  }
  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs)
      interrupt = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
  const running = run()
  return {
    wake() {
      woken = true
      interrupt()
    },
    async close() {
      closing.abort()
      interrupt()
      await running
    },
  }
}

/**
 * What a loop does after a round of work: go on at once, rest for a time that nothing but closing ends, or (nothing said) pause
 * until the next regular time or until it is woken.
 */
export type Next = 'again' | { restMs: number } | undefined

export type BackgroundLoop = {
  /** Starts the next round now, or straight after the one under way. */
  wake(): void
  /** Aborts the round under way and waits for it to end. */
  close(): Promise<void>
}

/**
 * Does a work now and again and again: when woken, and otherwise `everyMs` after the last round ended; never twice at
 * once. The work gets a signal that aborts when the loop is closed. A failure goes to `onError`, which may say how long
 * to rest before the next attempt (default: `everyMs`, at most a minute); `again` tells it that the round before failed too.
 */
export function startLoop(
  work: (signal: AbortSignal) => Promise<Next>,
  { everyMs, onError }: { everyMs: number; onError: (error: unknown, before: { again: boolean }) => Next },
): BackgroundLoop {
  const closing = new AbortController()
  const { signal } = closing
  let woken = false
  let failed = false
  let interrupt = () => {}

  async function round(): Promise<Next> {
    try {
      const next = await work(signal)
      failed = false
      return next
    } catch (error) {
      if (signal.aborted) return undefined
      const next = onError(error, { again: failed }) ?? { restMs: Math.min(everyMs, 60_000) }
      failed = true
      return next
    }
  }
  async function run(): Promise<void> {
    while (!signal.aborted) {
      woken = false
      const next = await round()
      if (next === 'again') continue
      if (next) await pause(next.restMs, { wakes: false })
      else await pause(everyMs, { wakes: true })
    }
  }
  function pause(ms: number, { wakes }: { wakes: boolean }): Promise<void> {
    if (signal.aborted || (wakes && woken)) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(end, ms)
      interrupt = () => {
        if (signal.aborted || wakes) end()
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

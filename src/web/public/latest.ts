/** Work of which only the newest matters. */
export type Latest<T> = {
  /** Has the work done for a value, soon; what is under way for an earlier one is cancelled. */
  start(value: T): void
  /** Cancels what is under way. */
  cancel(): void
}

/**
 * Waits until no new value has come for `afterMs`, then does the work for the last one. Whoever does it looks at the
 * signal after each wait: once it is aborted, a newer value has come, and the answer is stale.
 */
export function latest<T>(
  work: (value: T, signal: AbortSignal) => Promise<void>,
  { afterMs }: { afterMs: number },
): Latest<T> {
  let underway = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  function cancel() {
    clearTimeout(timer)
    underway.abort()
  }
  return {
    start(value) {
      cancel()
      underway = new AbortController()
      const { signal } = underway
      timer = setTimeout(() => void work(value, signal), afterMs)
    },
    cancel,
  }
}

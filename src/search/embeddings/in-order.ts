import { unlessAborted } from '../../runtime/unless-aborted.ts'

/**
 * Does work in the order it was given, each piece when the one before it has ended, well or badly. Rejects at once with
 * the reason of `signal` when that is aborted; work that was not begun is then left undone.
 */
export function oneAfterAnother(): <T>(
  work: () => Promise<T>,
  options?: { signal?: AbortSignal | undefined },
) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work, { signal } = {}) => {
    const done = last.then(() => {
      signal?.throwIfAborted()
      return work()
    })
    last = done.catch(() => undefined)
    return signal ? unlessAborted(done, signal) : done
  }
}

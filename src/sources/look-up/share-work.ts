import { unlessAborted } from '../../runtime/unless-aborted.ts'

/** Work under way that several may wait for. */
export type SharedWork<T> = { result: Promise<T>; stop: AbortController; waiting: number }

/**
 * The result of the work called `key`: of what is under way already, or of what `start` begins. Whoever aborts their
 * `signal` is rejected with its reason; the work itself stops when nobody waits for it any more.
 */
export async function shareWork<T>(
  underWay: Map<string, SharedWork<T>>,
  {
    key,
    start,
    signal,
  }: { key: string; start: (signal: AbortSignal) => Promise<T>; signal: AbortSignal | undefined },
): Promise<T> {
  signal?.throwIfAborted()
  const work = underWay.get(key) ?? begin(start)
  underWay.set(key, work)
  work.waiting += 1
  try {
    return await (signal ? unlessAborted(work.result, signal) : work.result)
  } finally {
    work.waiting -= 1
    if (work.waiting === 0) {
      if (underWay.get(key) === work) underWay.delete(key)
      work.stop.abort()
    }
  }
}

function begin<T>(start: (signal: AbortSignal) => Promise<T>): SharedWork<T> {
  const stop = new AbortController()
  const result = start(stop.signal)
  // Once everyone has left, nobody hears that it was stopped.
  result.catch(() => {})
  return { result, stop, waiting: 0 }
}

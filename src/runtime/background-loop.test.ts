import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startLoop, type BackgroundLoop, type Next } from './background-loop.ts'

describe('A background loop', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const MINUTE = 60_000

  /** A loop whose rounds end as the test says. */
  function start({ onError = () => undefined }: { onError?: (error: unknown) => Next } = {}) {
    const rounds: { end: (next?: Next) => Promise<void>; fail: () => Promise<void>; signal: AbortSignal }[] =
      []
    const errors: { message: string; again: boolean }[] = []
    const loop = startLoop(
      (signal) =>
        new Promise<Next>((resolve, reject) => {
          const settled = () => vi.advanceTimersByTimeAsync(0).then(() => undefined)
          rounds.push({
            signal,
            end: (next) => (resolve(next), settled()),
            fail: () => (reject(new Error('no')), settled()),
          })
        }),
      {
        everyMs: 5 * MINUTE,
        onError(error, { again }) {
          errors.push({ message: (error as Error).message, again })
          return onError(error)
        },
      },
    )
    const round = (number: number) => {
      const found = rounds[number - 1]
      if (!found) throw new Error(`there was no round ${number}`)
      return found
    }
    return { loop, rounds, round, errors }
  }
  const closed = async (loop: BackgroundLoop) => {
    let done = false
    const closing = loop.close().then(() => (done = true))
    await vi.advanceTimersByTimeAsync(0)
    return { closing, isDone: () => done }
  }

  it('begins at once, goes on at once while there is more, and otherwise every so often', async () => {
    const { rounds, round } = start()
    expect(rounds).toHaveLength(1)
    await round(1).end('again')
    expect(rounds).toHaveLength(2)
    await round(2).end()
    await vi.advanceTimersByTimeAsync(5 * MINUTE - 1)
    expect(rounds).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(rounds).toHaveLength(3)
  })

  it('is woken from its pause, and when woken in a round does another after it', async () => {
    const { loop, rounds, round } = start()
    await round(1).end()
    loop.wake()
    await vi.advanceTimersByTimeAsync(0)
    expect(rounds).toHaveLength(2)
    loop.wake()
    loop.wake()
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(rounds, 'never two at once').toHaveLength(2)
    await round(2).end()
    expect(rounds).toHaveLength(3)
    await round(3).end()
    expect(rounds).toHaveLength(3)
  })

  it('is not woken from a rest', async () => {
    const { loop, rounds, round } = start()
    await round(1).end({ restMs: MINUTE })
    loop.wake()
    await vi.advanceTimersByTimeAsync(MINUTE - 1)
    expect(rounds).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(rounds).toHaveLength(2)
  })

  it('goes on after failures, resting as long as it is told or for a minute', async () => {
    const { rounds, round, errors } = start({
      onError: () => (errors.length === 1 ? { restMs: 2_000 } : undefined),
    })
    await round(1).fail()
    await vi.advanceTimersByTimeAsync(2_000)
    await round(2).fail()
    await vi.advanceTimersByTimeAsync(MINUTE - 1)
    expect(rounds).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    await round(3).end('again')
    await round(4).fail()
    expect(errors).toEqual([
      { message: 'no', again: false },
      { message: 'no', again: true },
      { message: 'no', again: false },
    ])
  })

  it('closes when the round under way has ended, which it aborts, and does no other', async () => {
    const { loop, rounds, round, errors } = start()
    const { closing, isDone } = await closed(loop)
    expect(round(1).signal.aborted).toBe(true)
    expect(isDone()).toBe(false)
    await round(1).fail()
    await closing
    loop.wake()
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(rounds).toHaveLength(1)
    expect(errors, 'what is aborted may fail').toEqual([])
  })

  it('closes at once in a pause and in a rest', async () => {
    for (const next of [undefined, { restMs: 10 * MINUTE }]) {
      const { loop, round } = start()
      await round(1).end(next)
      expect((await closed(loop)).isDone()).toBe(true)
    }
  })
})

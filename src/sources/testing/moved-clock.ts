import type { OutgoingClient } from '../../outgoing/client.ts'

/** A clock that is moved, and not slept for. */
export type MovedClock = {
  now: () => Date
  /** Moves on by so many milliseconds. */
  wait: (milliseconds: number) => Promise<void>
  set: (instant: Date) => void
}

export function openClock(start: string): MovedClock {
  let time = Date.parse(start)
  return {
    now: () => new Date(time),
    async wait(milliseconds) {
      time += milliseconds
    },
    set: (instant) => void (time = Math.max(time, instant.getTime())),
  }
}

/** A client whose requests follow each other: of two that waited at once, each would move the clock on under the other. */
export function oneByOne(client: OutgoingClient): OutgoingClient {
  let last: Promise<unknown> = Promise.resolve()
  return {
    request(...asked) {
      const answer = last.then(() => client.request(...asked))
      last = answer.catch(() => {})
      return answer
    },
  }
}

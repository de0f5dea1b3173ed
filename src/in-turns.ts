/** Milliseconds of work after which others get their turn: far below the 50 that the event loop may stand still. */
const TURN_MS = 8

/**
 * `items.map(make)`, done in turns: between them the event loop answers other requests. For lists of things that each
 * take a moment to make, such as a hundred abstracts full of formulas.
 */
export async function mapInTurns<T, R>(items: T[], make: (item: T) => R): Promise<R[]> {
  const made: R[] = []
  let started = performance.now()
  for (const item of items) {
    made.push(make(item))
    if (performance.now() - started > TURN_MS) {
      await new Promise(setImmediate)
      started = performance.now()
    }
  }
  return made
}

/** Drives work that yields now and then to its end, in turns as well. */
export async function driveInTurns(work: Generator<void, void>): Promise<void> {
  for (;;) {
    const started = performance.now()
    while (performance.now() - started < TURN_MS) if (work.next().done) return
    await new Promise(setImmediate)
  }
}

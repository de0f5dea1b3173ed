/** Milliseconds of work after which others get their turn: far below the 50 that the event loop may stand still. */
const TURN_MS = 8

/** The last turn that was given out. */
let lastTurn: Promise<void> = Promise.resolve()

/**
 * Waits for a turn. Turns of all who work so follow each other with the event loop's own work between them: if each only
 * stepped back by itself, a hundred pages made at once would hold everyone up for a hundred times as long.
 */
function nextTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => new Promise((resolve) => setImmediate(resolve)))
  return lastTurn
}

/**
 * `items.map(make)`, done in turns: between them the event loop answers other requests. For lists of things that each
 * take a moment to make, such as a hundred abstracts full of formulas.
 */
export async function mapInTurns<T, R>(items: T[], make: (item: T) => R): Promise<R[]> {
  const made: R[] = []
  if (items.length === 0) return made
  await nextTurn()
  let started = performance.now()
  for (const item of items) {
    if (performance.now() - started > TURN_MS) {
      await nextTurn()
      started = performance.now()
    }
    made.push(make(item))
  }
  return made
}

/** Drives work that yields now and then to its end, in turns as well; answers what it made. */
export async function driveInTurns<T>(work: Generator<void, T>): Promise<T> {
  for (;;) {
    await nextTurn()
    const started = performance.now()
    while (performance.now() - started < TURN_MS) {
      const step = work.next()
      if (step.done) return step.value
    }
  }
}

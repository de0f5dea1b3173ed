import { distributeNext } from './distribute.ts'
import type { Hub } from './hub.ts'
import { endLeases, publishNext } from './publish.ts'
import { verifyNext } from './verify.ts'

/** Subscribers asked at once: one that answers slowly holds up no other. */
const AT_ONCE = 8

/**
 * Does what the hub has to do: asks subscribers whether they mean it, looks at feeds that are due, and sends what has changed.
 * Any number of processes may do it at once.
 */
export async function runHub(hub: Hub): Promise<void> {
  await endLeases(hub.db, { now: hub.now() })
  const errors: unknown[] = []
  await whileThereIs(hub, verifyNext, { atOnce: AT_ONCE, errors })
  // One after another: each is made as a reader's request is.
  await whileThereIs(hub, publishNext, { atOnce: 1, errors })
  await whileThereIs(hub, distributeNext, { atOnce: AT_ONCE, errors })
  if (errors.length > 0) throw errors[0]
}

async function whileThereIs(
  hub: Hub,
  next: (hub: Hub) => Promise<boolean>,
  { atOnce, errors }: { atOnce: number; errors: unknown[] },
): Promise<void> {
  async function work(): Promise<void> {
    try {
      while (!hub.signal.aborted && (await next(hub)));
    } catch (error) {
      errors.push(error)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

import type { Hub } from '../webhooks/hub/hub.ts'
import { runHub } from '../webhooks/hub/run-hub.ts'
import type { Job } from './job.ts'

const LOOK_EVERY_MS = 15_000

/** Sends feeds to the programs that subscribed to them. */
export function serveSubscribers(hub: Omit<Hub, 'signal'>): Job {
  return {
    name: 'hub',
    everyMs: LOOK_EVERY_MS,
    async work(signal) {
      await runHub({ ...hub, signal })
      return undefined
    },
  }
}

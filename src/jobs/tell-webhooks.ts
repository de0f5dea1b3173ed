import type { Job } from './job.ts'
import { tellWebhooks, type Telling } from '../webhooks/tell.ts'
import { LOOK_EVERY_MS } from '../webhooks/webhooks.ts'

/** Tells the chats and programs outside what is new. */
export function tellTheOutside(telling: Omit<Telling, 'signal'>): Job {
  return {
    name: 'webhooks',
    everyMs: LOOK_EVERY_MS,
    async work(signal) {
      await tellWebhooks({ ...telling, signal })
      return undefined
    },
  }
}

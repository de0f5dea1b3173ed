import { LRUCache } from 'lru-cache'
import type { Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'
import { editionHead } from '../discussion/edition-head.ts'
import { titleOf, type FollowedList } from '../lists/followed-list.ts'
import { dayIn } from '../papers/calendar.ts'
import { SearchAway } from '../search/engine-client.ts'
import { firstWindow, nextWindow, poolOf, type Pool, type Window } from './candidates.ts'
import type { DigestRoom } from './digest-room.ts'
import { parseMailedList, type MailedList, type OwnList } from './mailed-list.ts'
import { openOwnPools } from './own-pools.ts'

/** What there is for one subscription: null where its list has no papers, or is no more. */
export type Offer = {
  pool: Pool
  window: Window
  /** When its papers were asked for. */
  askedAt: Date
  /** Whether even the newest papers of a first issue are of an earlier day. */
  isOld: boolean
  /** What curators chose as the top story of the edition. */
  topPaperId: number | null
  /** What is to be known first. */
  notes: string[]
} | null

/** A subscription, as far as what there is for it hangs on it. */
export type Asking = Pick<
  Selectable<Database['subscriptions']>,
  'id' | 'subscriber_id' | 'list' | 'every' | 'length' | 'looked_at' | 'covered_to'
> & { email: string | null }

/** What lists offer is asked for again after so long. */
const FRESH_MS = 60_000

/**
 * What lists offer, each asked once for all its subscribers; readers' own lists are ranked for each. `onAway`: told of each
 * that cannot be asked now, and why (`SearchAway`, `TasteAway`); without it that is thrown.
 */
export function openOffers(room: DigestRoom, { now }: { now: () => Date }) {
  const { db, timeZone } = room.search
  const pools = new LRUCache<string, Pick<NonNullable<Offer>, 'pool' | 'topPaperId' | 'askedAt'>>({
    max: 100,
    ttl: FRESH_MS,
  })
  const windows = new LRUCache<string, { window: Window | null }>({ max: 1_000, ttl: FRESH_MS })
  const ownPools = openOwnPools(room, { now, freshMs: FRESH_MS })

  async function windowFor(
    { every, covered_to: coveredTo }: Asking,
    list: MailedList,
    address: string,
  ): Promise<Window | null> {
    const name = coveredTo === null ? `first ${every} ${address}` : `after ${coveredTo}`
    const known = windows.get(name)
    if (known) return known.window
    const window =
      coveredTo === null
        ? await firstWindow(room.search, list, { every, now: now() })
        : await nextWindow(room.search, { coveredTo, now: now() })
    windows.set(name, { window })
    return window
  }

  function isOld(row: Asking, window: Window): boolean {
    return row.covered_to === null && window.to < dayIn(timeZone, now())
  }

  async function offerOf(row: Asking, list: FollowedList, address: string): Promise<Offer> {
    const window = await windowFor(row, list, address)
    if (window === null) return null
    const name = `${address} ${window.from} ${window.to}`
    let known = pools.get(name)
    if (!known) {
      const head = list.kind === 'editions' ? await editionHead(db, { edition: window.to }) : null
      known = {
        askedAt: now(),
        pool: await poolOf(room.search, list, { window, title: await titleOf(db, list) }),
        topPaperId: head?.topPaperId ?? null,
      }
      pools.set(name, known)
    }
    const { pool, topPaperId, askedAt } = known
    return {
      pool,
      window,
      askedAt,
      isOld: isOld(row, window),
      topPaperId: row.every === 'day' ? topPaperId : null,
      notes: [],
    }
  }

  /** The offers of readers' own lists, those of a batch together. */
  async function ownOffers(
    asked: { row: Asking; list: OwnList }[],
    onAway: (id: number, error: unknown) => void,
  ): Promise<Map<number, Offer>> {
    const offered = new Map<number, Offer>(asked.map(({ row }) => [row.id, null]))
    const withWindow: { row: Asking; list: OwnList; window: Window }[] = []
    for (const { row, list } of asked) {
      // All of them are of the same papers.
      const window = await windowFor(row, list, 'own')
      if (window !== null) withWindow.push({ row, list, window })
    }
    const found = await ownPools(withWindow, {
      onAway(id, error) {
        offered.delete(id)
        onAway(id, error)
      },
    })
    for (const { row, window } of withWindow) {
      const own = found.get(row.id)
      if (own) offered.set(row.id, { ...own, window, isOld: isOld(row, window), topPaperId: null })
    }
    return offered
  }

  return async (
    rows: Asking[],
    {
      onAway = (_, error) => {
        throw error
      },
    }: { onAway?: (id: number, error: unknown) => void } = {},
  ): Promise<Map<number, Offer>> => {
    const offered = new Map<number, Offer>()
    const own: { row: Asking; list: OwnList }[] = []
    for (const row of rows) {
      const parsed = parseMailedList(row.list, '')
      if (parsed?.list.kind === 'own') {
        own.push({ row, list: parsed.list })
        continue
      }
      try {
        offered.set(row.id, parsed && (await offerOf(row, parsed.list, parsed.address)))
      } catch (error) {
        if (!(error instanceof SearchAway)) throw error
        onAway(row.id, error)
      }
    }
    for (const [id, offer] of await ownOffers(own, onAway)) offered.set(id, offer)
    return offered
  }
}

import { sql } from 'kysely'
import { takesWrites } from '../db/probe-writes.ts'
import { lateDigests } from '../digests/late.ts'
import { exactTime } from '../papers/dates-in-words.ts'
import { diskTrouble } from '../runtime/disk.ts'
import type { Troubles } from '../runtime/troubles.ts'
import { SearchAway } from '../search/engine-client.ts'
import { waitingSources } from '../sources/waiting-sources.ts'
import type { Site } from './site.ts'

/** How long the database may take to answer. */
const HEALTH_MS = 2_000

/** What of the machine a site's health depends on. */
export type Machine = {
  troubles: Troubles
  /** Folders that are written to. */
  folders: string[]
  /** Asks the search index what is wrong with it; throws `SearchAway`. */
  askIndex?: () => Promise<{ trouble: string | null }>
}

/** The part of `troubles` that is about changes of the database. */
export const WRITES = 'writes'

/** What a site says of its health: `status` is `ok`, or what is wrong with it in words for everybody. */
type Health = {
  isWell: boolean
  status: string
  /** By name, why a source waits; absent where none does. That is no illness: what is here can be read. */
  sources?: Record<string, string>
  /** What of the mail that readers subscribe to is late; absent where nothing is. Curators are told by email. */
  digests?: string
}

export async function health(site: Pick<Site, 'db' | 'now'>, machine: Machine): Promise<Health> {
  const [wrong, waiting, late] = await Promise.all([
    healthTroubles(site, machine),
    inTime(
      waitingSources(site.db, { now: site.now() }).catch(() => ({})),
      {},
    ),
    inTime(
      lateInWords(site).catch(() => null),
      null,
    ),
  ])
  const isWell = wrong.length === 0
  return {
    isWell,
    status: isWell ? 'ok' : wrong.join('; '),
    ...(Object.keys(waiting).length > 0 && { sources: waiting }),
    ...(late !== null && { digests: late }),
  }
}

async function lateInWords({ db, now }: Pick<Site, 'db' | 'now'>): Promise<string | null> {
  const late = await lateDigests(db, { now: now() })
  if (late === null) return null
  const { uncomposed, unsent, since } = late
  const parts = [
    ...(uncomposed > 0 ? [`${uncomposed} not composed`] : []),
    ...(unsent > 0 ? [`${unsent} not sent`] : []),
  ]
  return `late: ${parts.join(', ')}, the first due ${exactTime(since)}`
}

/** What is wrong with a site, in words for everybody; nothing when all is well. */
async function healthTroubles(
  site: Pick<Site, 'db'>,
  { troubles, folders, askIndex }: Machine,
): Promise<string[]> {
  const answers = await inTime(
    sql`select 1`.execute(site.db).then(
      () => true,
      () => false,
    ),
    false,
  )
  if (answers && troubles.has(WRITES) && (await inTime(takesWrites(site.db), false))) troubles.over(WRITES)
  const disks = new Set(await Promise.all(folders.map(diskTrouble)))
  const index = askIndex ? await inTime(indexTrouble(askIndex), null) : null
  const reasons = [
    ...(answers ? [] : ['the database does not answer']),
    ...(disks.has('full') ? ['the disk is full'] : []),
    ...(disks.has('read-only') ? ['the data folder cannot be written'] : []),
    ...troubles.list(),
    ...(index === null ? [] : [index]),
  ]
  return [...new Set(reasons)]
}

/** One that is busy or being opened is well. */
async function indexTrouble(ask: NonNullable<Machine['askIndex']>): Promise<string | null> {
  try {
    return (await ask()).trouble
  } catch (error) {
    return error instanceof SearchAway ? 'the search index does not answer' : null
  }
}

/** Something that hangs is no better than something that is away. */
async function inTime<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), HEALTH_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

import { sql } from 'kysely'
import { takesWrites } from '../db/probe-writes.ts'
import { diskTrouble } from '../runtime/disk.ts'
import type { Troubles } from '../runtime/troubles.ts'
import { SearchAway } from '../search/engine-client.ts'
import type { Site } from './site.ts'

/** How long the database may take to answer. */
const HEALTH_MS = 2_000

/** What of the machine a site's health depends on. */
export type Machine = {
  troubles: Troubles
  /** Folders that are written to. */
  folders: string[]
  /** Asks the search index how it is; throws `SearchAway`. */
  askIndex?: () => Promise<unknown>
}

/** The part of `troubles` that is about changes of the database. */
export const WRITES = 'writes'

/** What is wrong with a site, in words for everybody; nothing when all is well. */
export async function healthTroubles(
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
  return [
    ...(answers ? [] : ['the database does not answer']),
    ...(disks.has('full') ? ['the disk is full'] : []),
    ...(disks.has('read-only') ? ['the data folder cannot be written'] : []),
    ...troubles.list().filter((reason) => reason !== 'the disk is full' || !disks.has('full')),
    ...((await indexAnswers(askIndex)) ? [] : ['the search index does not answer']),
  ]
}

/** One that is busy or being opened is well. */
async function indexAnswers(ask: Machine['askIndex']): Promise<boolean> {
  if (!ask) return true
  const answer = ask().then(
    () => true,
    (error: unknown) => !(error instanceof SearchAway),
  )
  return inTime(answer, true)
}

/** Who hangs is no better than who is away. */
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

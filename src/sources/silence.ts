import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { listSources } from './sources.ts'

/** A source that has had no whole run for longer than its calendar allows. */
export type SilentSource = {
  id: number
  name: string
  /** As pages name its kind. */
  title: string
  task: string
  /** When it last answered in whole, or was added or resumed if that was later. */
  since: Date
  trouble: string | null
  nextAt: Date
}

const HOUR = 3_600_000

/**
 * The sources that are silent, each with its task that has been so for longest. Paused ones are not, and the time of a pause
 * does not count. `tried`: also those that were not asked in vain since; before the first run after a start, all that is
 * silent may be this machine.
 */
export async function silentSources(
  db: Kysely<Database>,
  { now, tried }: { now: Date; tried: boolean },
): Promise<SilentSource[]> {
  const resumed = new Map(
    (await db.selectFrom('sources').select(['id', 'resumed_at']).execute()).map((row) => [
      row.id,
      row.resumed_at,
    ]),
  )
  const sources = (await listSources(db, { now })).filter(({ pausedAt }) => pausedAt === null)
  return sources.flatMap(({ id, name, kind, createdAt, tasks }) => {
    const silent = tasks.flatMap(({ task, lastWholeAt, failures, trouble, nextAt }) => {
      const hours = kind.tasks.find((one) => one.name === task)?.silentAfterHours
      const since = latest([createdAt, lastWholeAt, resumed.get(id) ?? null])
      if (hours === undefined || now.getTime() - since.getTime() <= hours * HOUR) return []
      return failures > 0 || tried ? [{ id, name, title: kind.title, task, since, trouble, nextAt }] : []
    })
    const longest = silent.toSorted((a, b) => a.since.getTime() - b.since.getTime())[0]
    return longest ? [longest] : []
  })
}

function latest(times: (Date | null)[]): Date {
  return new Date(Math.max(...times.map((time) => time?.getTime() ?? 0)))
}

/** Notes that curators hear of some silent sources now; answers which of them they had not heard of. */
export async function noteSilence(
  trx: Transaction<Database>,
  { ids, now }: { ids: number[]; now: Date },
): Promise<Set<number>> {
  if (ids.length === 0) return new Set()
  const rows = await trx
    .updateTable('sources')
    .set({ told_silent_at: now })
    .where('id', 'in', (eb) =>
      // In one order: two processes may do it at once.
      eb.selectFrom('sources').select('id').where('id', 'in', ids).orderBy('id').forUpdate(),
    )
    .where('told_silent_at', 'is', null)
    .where('paused_at', 'is', null)
    .returning('id')
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Notes that all sources of whose silence curators heard are heard again, but for `silent` ones; answers their names. */
export async function noteHeardAgain(
  trx: Transaction<Database>,
  { silent }: { silent: number[] },
): Promise<{ id: number; name: string; toldAt: Date }[]> {
  const told = await trx
    .selectFrom('sources')
    .select(['id', 'name', 'told_silent_at'])
    .where('told_silent_at', 'is not', null)
    .where('paused_at', 'is', null)
    .$if(silent.length > 0, (query) => query.where('id', 'not in', silent))
    .orderBy('id')
    .forUpdate()
    .execute()
  if (told.length > 0)
    await trx
      .updateTable('sources')
      .set({ told_silent_at: null })
      .where(
        'id',
        'in',
        told.map(({ id }) => id),
      )
      .execute()
  return told.flatMap(({ id, name, told_silent_at: toldAt }) => (toldAt ? [{ id, name, toldAt }] : []))
}

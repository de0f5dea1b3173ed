import { sql, type Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import { readSiteText, writeSiteText } from '../db/site-state.ts'
import { inTransaction } from '../db/transaction.ts'
import { kindNamed } from './kinds.ts'
import type { SourceKind } from './source-kind.ts'
import type { Words } from './words.ts'

/** A source as it was added to this site. */
export type Source = Words & {
  id: number
  name: string
  kind: SourceKind
  /** As its kind reads them. */
  settings: unknown
  trusted: boolean
  createdAt: Date
  pausedAt: Date | null
  tasks: TaskState[]
}

/** How a task of a source gets on. */
type TaskState = {
  task: string
  nextAt: Date
  /** Runs in a row that were not whole, and why the last one was not. */
  failures: number
  trouble: string | null
  lastWholeAt: Date | null
  lastNewAt: Date | null
  isRunning: boolean
}

export type SourceDraft = {
  /** Default: the kind's own name, numbered where that is taken. */
  name?: string
  kind: string
  settings: Record<string, unknown>
  mustHave?: string[]
  mustNotHave?: string[]
}

const HAD_SOURCES = 'had_sources'

/** Whether a source was ever added to this site. */
export async function hadSources(db: Kysely<Database>): Promise<boolean> {
  return (await readSiteText(db, HAD_SOURCES)) !== null
}

export type AddOutcome = { ok: true; source: Source } | { ok: false; reason: string }

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const MOST_WORDS = 100

/**
 * Adds a source; all of its tasks are due at once. `trusted`: by whoever runs this machine, so that its addresses may be of a
 * private network.
 */
export async function addSource(
  db: Kysely<Database>,
  draft: SourceDraft,
  { trusted, paused = false, now }: { trusted: boolean; paused?: boolean; now: Date },
): Promise<AddOutcome> {
  const parsed = parseSource(draft)
  if (!parsed.ok) return parsed
  const { kind, settings, mustHave, mustNotHave } = parsed
  if (kind.onlyByCommand && !trusted)
    return {
      ok: false,
      reason: `${kind.title} can only be added on the machine itself: broadsheet sources add ${kind.kind}.`,
    }
  const id = await inTransaction(db, async (trx) => {
    const name = draft.name ?? (await freeName(trx, kind.kind))
    const added = await trx
      .insertInto('sources')
      .values({
        name,
        kind: kind.kind,
        settings: JSON.stringify(settings),
        must_have: mustHave,
        must_not_have: mustNotHave,
        trusted,
        created_at: now,
        paused_at: paused ? now : null,
        told_silent_at: null,
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!added) return null
    await trx
      .insertInto('source_tasks')
      .values(
        kind.tasks.map((task) => ({
          source_id: added.id,
          task: task.name,
          cursor: null,
          next_at: now,
          trouble: null,
          last_whole_at: null,
          last_new_at: null,
          holder: null,
          held_until: null,
        })),
      )
      .execute()
    await writeSiteText(trx, HAD_SOURCES, 'yes')
    await notify(trx, 'sources')
    return added.id
  })
  if (id === null) return { ok: false, reason: `There is a source called ${draft.name} already.` }
  const source = (await listSources(db, { now })).find((one) => one.id === id)
  if (!source) throw new Error('a source was removed while it was added')
  return { ok: true, source }
}

/** What a draft says, or one sentence about what is wrong with it. */
export function parseSource(
  draft: SourceDraft,
): ({ ok: true; kind: SourceKind; settings: unknown } & Words) | { ok: false; reason: string } {
  const kind = kindNamed(draft.kind)
  if (!kind) return { ok: false, reason: `There is no kind of source called ${draft.kind}.` }
  if (draft.name !== undefined && !(NAME.test(draft.name) && draft.name.length <= 40))
    return {
      ok: false,
      reason: 'A source’s name has up to 40 small letters, digits and hyphens between them.',
    }
  const parsed = kind.settings.safeParse(draft.settings)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const option = kind.options.find(({ name }) => name === issue?.path[0])
    const what = option ? `${option.label}: ` : ''
    return { ok: false, reason: `${what}${issue?.message ?? 'these settings cannot be read'}.` }
  }
  const [mustHave, mustNotHave] = [draft.mustHave ?? [], draft.mustNotHave ?? []].map((words) =>
    words.map((one) => one.trim()).filter((one) => one !== ''),
  ) as [string[], string[]]
  const all = [...mustHave, ...mustNotHave]
  if (all.length > MOST_WORDS || all.some((one) => one.length > 100 || !/[\p{L}\p{N}]/u.test(one)))
    return { ok: false, reason: `Words: up to ${MOST_WORDS}, each of up to 100 characters.` }
  return { ok: true, kind, settings: parsed.data, mustHave, mustNotHave }
}

async function freeName(db: Kysely<Database>, kind: string): Promise<string> {
  const taken = new Set((await db.selectFrom('sources').select('name').execute()).map(({ name }) => name))
  let name = kind
  for (let number = 2; taken.has(name); number++) name = `${kind}-${number}`
  return name
}

/** All sources, by name; those whose kind this version does not know are left out. */
export async function listSources(db: Kysely<Database>, { now }: { now: Date }): Promise<Source[]> {
  const [rows, tasks] = await Promise.all([
    db.selectFrom('sources').selectAll().orderBy('name').execute(),
    db.selectFrom('source_tasks').selectAll().execute(),
  ])
  return rows.flatMap((row) => {
    const kind = kindNamed(row.kind)
    if (!kind) return []
    return [
      {
        id: row.id,
        name: row.name,
        kind,
        settings: row.settings,
        mustHave: row.must_have,
        mustNotHave: row.must_not_have,
        trusted: row.trusted,
        createdAt: row.created_at,
        pausedAt: row.paused_at,
        tasks: kind.tasks.flatMap(({ name }) => {
          const state = tasks.find(({ source_id: of, task }) => of === row.id && task === name)
          return state
            ? [
                {
                  task: name,
                  nextAt: state.next_at,
                  failures: state.failures,
                  trouble: state.trouble,
                  lastWholeAt: state.last_whole_at,
                  lastNewAt: state.last_new_at,
                  isRunning: state.held_until !== null && state.held_until > now,
                },
              ]
            : []
        }),
      },
    ]
  })
}

export async function sourceNamed(
  db: Kysely<Database>,
  { name, now }: { name: string; now: Date },
): Promise<Source | null> {
  return (await listSources(db, { now })).find((source) => source.name === name) ?? null
}

/** Whether there is such a source; what is under way ends at its next page. */
export async function pauseSourceNamed(
  db: Kysely<Database>,
  { name, now }: { name: string; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sources')
    .set({ paused_at: sql`coalesce(paused_at, ${now})` })
    .where('name', '=', name)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Whether there is such a source; what it has missed is asked for at once. */
export async function resumeSource(
  db: Kysely<Database>,
  { name, now }: { name: string; now: Date },
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const row = await trx
      .updateTable('sources')
      .set({ paused_at: null, told_silent_at: null, resumed_at: now })
      .where('name', '=', name)
      .returning('id')
      .executeTakeFirst()
    if (row) await makeDue(trx, { id: row.id, now })
    return row !== undefined
  })
}

/** Lets all tasks of a source run now. */
export async function runSourceNow(
  db: Kysely<Database>,
  { name, now }: { name: string; now: Date },
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const row = await trx.selectFrom('sources').select('id').where('name', '=', name).executeTakeFirst()
    if (row) await makeDue(trx, { id: row.id, now })
    return row !== undefined
  })
}

async function makeDue(db: Kysely<Database>, { id, now }: { id: number; now: Date }): Promise<void> {
  await db
    .updateTable('source_tasks')
    .set({ next_at: sql`least(next_at, ${now}::timestamptz)` })
    .where('source_id', '=', id)
    .execute()
  await notify(db, 'sources')
}

/** Removes a source with its runs and its quarantine; the papers that it brought stay. */
export async function removeSource(db: Kysely<Database>, { name }: { name: string }): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('sources').where('name', '=', name).executeTakeFirst()
  return numDeletedRows > 0n
}

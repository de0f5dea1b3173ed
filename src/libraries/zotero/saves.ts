import { randomInt, randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import { notify } from '../../db/channels.ts'
import { holdReaders } from '../../db/hold-readers.ts'
import type { Database } from '../../db/schema.ts'
import { inTransaction } from '../../db/transaction.ts'
import { papersByIds } from '../../papers/find.ts'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { zoteroKeyOf } from './account.ts'
import { askZotero, type Zotero } from './ask-zotero.ts'
import { toZoteroItem } from './to-item.ts'

/** Zotero takes so many items at once. */
const AT_ONCE = 50
/** Papers of a reader's that wait to be saved. */
const MOST_WAITING = 2_000
/** What is held is another's to hold after so long: whoever held it has died. Nothing in between takes longer. */
const HELD_MS = 180_000
const MINUTE = 60_000
const WAITS_MS = [MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 360 * MINUTE]
const LONGEST_WAIT_MS = 24 * 60 * MINUTE

export type SaveOutcome =
  | { ok: true; queued: number }
  | { ok: false; kind: 'not-connected' | 'read-only' | 'full' }

/**
 * Has papers saved to a reader's own library at Zotero, in the background. What was saved before, and is still there, is not
 * saved again.
 */
export async function savePapers(
  db: Kysely<Database>,
  { readerId, paperIds, now }: { readerId: string; paperIds: number[]; now: Date },
): Promise<SaveOutcome> {
  return inTransaction(db, async (trx): Promise<SaveOutcome> => {
    await holdReaders(trx, { acting: [readerId] })
    const account = await trx
      .selectFrom('zotero_accounts')
      .select(['user_id', 'may_write'])
      .where('reader_id', '=', readerId)
      .forUpdate()
      .executeTakeFirst()
    if (!account) return { ok: false, kind: 'not-connected' }
    if (!account.may_write) return { ok: false, kind: 'read-only' }
    const { waiting } = await trx
      .selectFrom('zotero_saves')
      .select((eb) => eb.fn.countAll<number>().as('waiting'))
      .where('reader_id', '=', readerId)
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow()
    if (waiting + paperIds.length > MOST_WAITING) return { ok: false, kind: 'full' }
    const rows = paperIds.map((paperId) => ({ paperId, key: newItemKey() }))
    const { numAffectedRows = 0n } = await sql`
      insert into zotero_saves as s (reader_id, library, paper_id, item_key, state, queued_at, due_at)
      select ${readerId}, ${`users/${account.user_id}`}, r."paperId", r.key, 'waiting', ${now}, ${now}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r ("paperId" bigint, key text)
      on conflict (reader_id, library, paper_id) do update
        set state = 'waiting', queued_at = excluded.queued_at, due_at = excluded.due_at, attempts = 0, failure = null
        where s.state <> 'waiting'`.execute(trx)
    await notify(trx, 'libraries')
    return { ok: true, queued: Number(numAffectedRows) }
  })
}

/** As Zotero names objects: eight of its letters and digits. */
function newItemKey(): string {
  const letters = '23456789ABCDEFGHIJKLMNPQRSTUVWXYZ'
  return Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
}

export type Saves = Zotero & {
  secret: string
  site: { name: string; origin: () => string | Promise<string> }
  signal: AbortSignal
}

type Held = {
  reader_id: string
  library: string
  paper_id: number
  item_key: string
  saved_at: Date | null
  attempts: number
}

/** What became of a paper that was sent. */
type Fate =
  | { kind: 'saved' }
  | { kind: 'failed'; reason: string }
  | { kind: 'later'; reason: string; retryAt: Date | null }

/**
 * Saves the papers of one reader that are due, fifty at most. Whether there were any. Their keys at Zotero were chosen before
 * they are sent: a process that is killed in between leaves them to be sent again, and Zotero says which it has.
 */
export async function saveNext(saves: Saves): Promise<boolean> {
  const { db, now, signal } = saves
  const holder = randomUUID()
  const held = await hold(db, { holder, now: now() })
  const [first] = held
  if (!first) return false
  try {
    const fates = await send(saves, held)
    // Stopped on the way: they are sent again.
    if (!signal.aborted) await settle(db, held, { fates, holder, now: now() })
  } catch (error) {
    if (!signal.aborted) {
      const later: Fate = { kind: 'later', reason: 'Something went wrong on our side.', retryAt: null }
      await settle(db, held, { fates: allOf(held, later), holder, now: now() })
      throw error
    }
  } finally {
    await db
      .updateTable('zotero_saves')
      .set({ holder: null, held_until: null })
      .where('holder', '=', holder)
      .execute()
      // They are free by themselves soon.
      .catch(() => {})
  }
  return true
}

function allOf(held: Held[], fate: Fate): Map<number, Fate> {
  return new Map(held.map(({ paper_id: id }) => [id, fate]))
}

const versions = z.record(z.string(), z.number())
const written = z.object({
  success: z.record(z.string(), z.unknown()).catch({}),
  successful: z.record(z.string(), z.unknown()).catch({}),
  unchanged: z.record(z.string(), z.unknown()).catch({}),
  failed: z
    .record(z.string(), z.object({ code: z.number().catch(0), message: z.string().catch('') }))
    .catch({}),
})

async function send(saves: Saves, held: Held[]): Promise<Map<number, Fate>> {
  const { db, secret, site, signal } = saves
  const { reader_id: readerId = '', library = '' } = held[0] ?? {}
  const key = await zoteroKeyOf(db, { readerId, secret })
  if (key === null)
    return allOf(held, { kind: 'failed', reason: 'Your Zotero account is not connected. Connect it again.' })
  const fates = new Map<number, Fate>()
  const notAnswered = (answer: { kind: string; reason: string; retryAt: Date | null }): Fate =>
    answer.kind === 'away'
      ? { kind: 'later', reason: answer.reason, retryAt: answer.retryAt }
      : { kind: 'failed', reason: answer.reason }

  // What was saved once may have been deleted there since: then it gets another key.
  const before = held.filter(({ saved_at: at }) => at !== null)
  const renamed = new Map<number, string>()
  if (before.length > 0) {
    const query = { format: 'versions', itemKey: before.map((one) => one.item_key).join(',') }
    const asked = await askZotero(saves, `${library}/items`, { key, query, signal })
    const there = asked.ok ? versions.safeParse(asked.json) : null
    if (!asked.ok) return allOf(held, notAnswered(asked))
    for (const { paper_id: id, item_key: itemKey } of before) {
      if (there?.data?.[itemKey] !== undefined) fates.set(id, { kind: 'saved' })
      else renamed.set(id, newItemKey())
    }
    await rename(db, { readerId, library, renamed })
  }

  const papers = await papersByIds(
    db,
    held.map(({ paper_id: id }) => id),
    { seenBy: 'everyone' },
  )
  const origin = await site.origin()
  const sent = held.flatMap(({ paper_id: id, item_key: itemKey }) => {
    const paper = papers.get(id)
    if (fates.has(id)) return []
    if (paper) return [{ id, paper, itemKey: renamed.get(id) ?? itemKey }]
    fates.set(id, { kind: 'failed', reason: 'The paper is no longer on this site.' })
    return []
  })
  if (sent.length === 0) return fates
  const body = await mapInTurns(sent, ({ paper, itemKey }) =>
    toZoteroItem(paper, { key: itemKey, origin, siteName: site.name }),
  )
  const answer = await askZotero(saves, `${library}/items`, { key, body, signal })
  const parsed = answer.ok ? written.safeParse(answer.json) : null
  for (const [i, { id }] of sent.entries()) {
    if (!answer.ok) fates.set(id, notAnswered(answer))
    else fates.set(id, parsed?.success ? fateIn(parsed.data, String(i)) : UNREADABLE)
  }
  return fates
}

const UNREADABLE: Fate = { kind: 'later', reason: 'Zotero’s answer could not be read.', retryAt: null }

function fateIn({ success, successful, unchanged, failed }: z.infer<typeof written>, at: string): Fate {
  if (at in success || at in successful || at in unchanged) return { kind: 'saved' }
  const failure = failed[at]
  if (!failure) return UNREADABLE
  // It has an item of this key: what was sent before had arrived.
  if (failure.code === 412) return { kind: 'saved' }
  const reason = `Zotero did not take it: ${failure.message.slice(0, 200)}`
  return failure.code === 409 || failure.code === 429 || failure.code >= 500
    ? { kind: 'later', reason, retryAt: null }
    : { kind: 'failed', reason }
}

async function rename(
  db: Kysely<Database>,
  { readerId, library, renamed }: { readerId: string; library: string; renamed: Map<number, string> },
): Promise<void> {
  for (const [paperId, itemKey] of renamed)
    await db
      .updateTable('zotero_saves')
      .set({ item_key: itemKey, saved_at: null })
      .where('reader_id', '=', readerId)
      .where('library', '=', library)
      .where('paper_id', '=', paperId)
      .execute()
}

async function settle(
  db: Kysely<Database>,
  held: Held[],
  { fates, holder, now }: { fates: Map<number, Fate>; holder: string; now: Date },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    for (const { reader_id: readerId, library, paper_id: paperId, attempts } of held) {
      const fate = fates.get(paperId) ?? UNREADABLE
      await trx
        .updateTable('zotero_saves')
        .set(after(fate, { attempts, now }))
        .where('reader_id', '=', readerId)
        .where('library', '=', library)
        .where('paper_id', '=', paperId)
        .where('holder', '=', holder)
        .execute()
    }
  })
}

function after(fate: Fate, { attempts, now }: { attempts: number; now: Date }) {
  switch (fate.kind) {
    case 'saved':
      return { state: 'saved' as const, saved_at: now, due_at: null, failure: null, attempts: 0 }
    case 'failed':
      return { state: 'failed' as const, due_at: null, failure: fate.reason }
    case 'later': {
      const wait = WAITS_MS[attempts]
      if (wait === undefined) return { state: 'failed' as const, due_at: null, failure: fate.reason }
      const asked = Math.min(LONGEST_WAIT_MS, (fate.retryAt?.getTime() ?? 0) - now.getTime())
      const dueAt = new Date(now.getTime() + Math.max(wait, asked))
      return { due_at: dueAt, failure: fate.reason, attempts: attempts + 1 }
    }
  }
}

/** Takes what is due of one reader and nobody holds. Whether it is held, by the database's clock: those of machines differ. */
async function hold(db: Kysely<Database>, { holder, now }: { holder: string; now: Date }): Promise<Held[]> {
  const { rows } = await sql<Held>`
    with due as (
      select reader_id, library from zotero_saves
      where state = 'waiting' and due_at <= ${now} and (holder is null or held_until < clock_timestamp())
      order by due_at, reader_id limit 1),
    batch as (
      select s.reader_id, s.library, s.paper_id from zotero_saves s join due using (reader_id, library)
      where s.state = 'waiting' and s.due_at <= ${now} and (s.holder is null or s.held_until < clock_timestamp())
      order by s.queued_at, s.paper_id limit ${AT_ONCE} for update of s skip locked)
    update zotero_saves s set holder = ${holder}, held_until = clock_timestamp() + ${HELD_MS}::float8 * interval '1 millisecond'
    from batch b where s.reader_id = b.reader_id and s.library = b.library and s.paper_id = b.paper_id
    returning s.reader_id, s.library, s.paper_id, s.item_key, s.saved_at, s.attempts`.execute(db)
  return rows
}

/** How a reader's savings stand. */
export type SavedFigures = {
  saved: number
  waiting: number
  /** Those that failed, the newest first: the paper's number and why. */
  failures: { paperId: number; reason: string }[]
  /** Why the next attempt waits. */
  trouble: string | null
}

const FAILURES_SHOWN = 50

export async function savedFigures(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<SavedFigures> {
  const counts = await db
    .selectFrom('zotero_saves')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count'), eb.fn.max('failure').as('trouble')])
    .where('reader_id', '=', readerId)
    .groupBy('state')
    .execute()
  const failures = await db
    .selectFrom('zotero_saves')
    .select(['paper_id', 'failure'])
    .where('reader_id', '=', readerId)
    .where('state', '=', 'failed')
    .orderBy('queued_at', 'desc')
    .limit(FAILURES_SHOWN)
    .execute()
  const of = (state: string) => counts.find((one) => one.state === state)
  return {
    saved: of('saved')?.count ?? 0,
    waiting: of('waiting')?.count ?? 0,
    failures: failures.map(({ paper_id: paperId, failure }) => ({ paperId, reason: failure ?? '' })),
    trouble: of('waiting')?.trouble ?? null,
  }
}

/** How a paper stands with a reader's library at Zotero; `off` where it cannot be saved there. */
export async function savedStateOf(
  db: Kysely<Database>,
  { readerId, paperId }: { readerId: string; paperId: number },
): Promise<'off' | 'none' | 'waiting' | 'saved' | 'failed'> {
  const row = await db
    .selectFrom('zotero_accounts as a')
    .leftJoin('zotero_saves as s', (join) =>
      join
        .onRef('s.reader_id', '=', 'a.reader_id')
        .on('s.library', '=', sql<string>`'users/' || a.user_id`)
        .on('s.paper_id', '=', paperId),
    )
    .select(['s.state', 'a.may_write'])
    .where('a.reader_id', '=', readerId)
    .executeTakeFirst()
  if (!row?.may_write) return 'off'
  return row.state ?? 'none'
}

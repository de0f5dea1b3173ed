import { randomUUID } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { forgetRatesOf } from '../accounts/rate-limits.ts'
import { displayName } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'

/** How a reader whose account is gone is named where something of them must stay. */
const FORMER = 'a former reader'

type Leaving = { id: string; name: string; email: string; mailbox: string }

/**
 * Takes a reader's name, address, id and words out of what stays after their account: the moderation log, flags and
 * submissions on the desk, evidence of arranged votes, and email to them or about their comments; and forgets when they
 * first did what they withdrew since. `commentIds` are those of their comments. The caller holds the lock of recording and
 * the reader.
 */
export async function forgetReader(
  trx: Transaction<Database>,
  { reader, commentIds }: { reader: Leaving; commentIds: number[] },
): Promise<void> {
  await forgetInLog(trx, reader)
  await forgetOnDesk(trx, reader)
  await forgetInMail(trx, { reader, commentIds })
  // Whoever it was, the evidence tells them apart from other accounts.
  await sql`
    update suspicions set evidence = replace(evidence::text, ${reader.id}, ${randomUUID()})::jsonb
    where evidence::text like ${`%${reader.id}%`}`.execute(trx)
  await sql`delete from first_acts where reader_id = ${reader.id}`.execute(trx)
  // Emailed links and sign-ins that are under way.
  const [email, id] = [JSON.stringify(reader.email), reader.id].map((part) => `%${escapeLike(part)}%`)
  await sql`
    delete from verifications where value like ${email} or value like ${id} or identifier like ${id}
      or identifier = ${reader.email}`.execute(trx)
  await forgetRatesOf(trx, [reader.id, reader.email, reader.mailbox])
}

/** The sentences that the program wrote lose the name; so do those of curators, as far as it is theirs beyond doubt. */
async function forgetInLog(trx: Transaction<Database>, reader: Leaving): Promise<void> {
  await sql`set local broadsheet.forgets_reader = 'on'`.execute(trx)
  await sql`
    update moderation_log set
      subject = case
        when act in ('suspend-reader', 'reinstate-reader', 'trust-reader') then ${FORMER}
        when subject like 'a collection by %' then ${`a collection by ${FORMER}`}
        else regexp_replace(subject, '^a comment by .* on “', ${`a comment by ${FORMER} on “`})
      end,
      address = case when address like '/readers/%' or address like '/collections/%' then null else address end
    where about = ${reader.id}`.execute(trx)
  const entries = await trx
    .selectFrom('moderation_log')
    .select(['id', 'reason'])
    .where((eb) =>
      eb.or([eb('about', '=', reader.id), eb('curator_id', '=', reader.id), mentions('reason', reader)]),
    )
    .execute()
  for (const { id, reason } of entries) {
    const left = withoutName(reason, reader)
    if (left !== reason)
      await trx.updateTable('moderation_log').set({ reason: left }).where('id', '=', id).execute()
  }
  await sql`update moderation_log set about = null where about = ${reader.id}`.execute(trx)
  await sql`set local broadsheet.forgets_reader = 'off'`.execute(trx)
}

/** What they flagged and submitted stays; what they wrote with it goes. */
async function forgetOnDesk(trx: Transaction<Database>, reader: Leaving): Promise<void> {
  await trx.updateTable('flags').set({ note: '' }).where('reader_id', '=', reader.id).execute()
  await trx.updateTable('submissions').set({ note: '' }).where('reader_id', '=', reader.id).execute()
  const notes = await trx.selectFrom('flags').select(['id', 'note']).where(mentions('note', reader)).execute()
  for (const { id, note } of notes)
    await trx
      .updateTable('flags')
      .set({ note: withoutName(note, reader) })
      .where('id', '=', id)
      .execute()
  const decided = await trx
    .selectFrom('submissions')
    .select(['id', 'reason'])
    .where((eb) => eb.or([eb('reader_id', '=', reader.id), mentions('reason', reader)]))
    .where('reason', 'is not', null)
    .execute()
  for (const { id, reason } of decided)
    await trx
      .updateTable('submissions')
      .set({ reason: withoutName(reason ?? '', reader) })
      .where('id', '=', id)
      .execute()
}

/** Email to them, and email that quotes their comments, also those they deleted before. */
async function forgetInMail(
  trx: Transaction<Database>,
  { reader, commentIds }: { reader: Leaving; commentIds: number[] },
): Promise<void> {
  await sql`
    delete from outgoing_mail m where lower(m.recipient) = lower(${reader.email})
      or m.key = any(${commentIds.map((id) => `reply ${id}`)}::text[])
      or (m.key like 'reply %' and starts_with(m.subject, ${`${displayName(reader)} replied to `})
        and not exists (select from comments c where m.key = 'reply ' || c.id and c.reader_id is not null))`.execute(
    trx,
  )
}

/** A name of two words or more, or an address, is theirs wherever it is written; a single word may mean something else. */
function isUnmistakable(text: string): boolean {
  return /\S\s+\S|@/.test(text)
}

function mentions(column: 'reason' | 'note', { name, email }: Leaving) {
  const texts = [name, email].filter(isUnmistakable)
  const found = texts.map((text) => sql<boolean>`${sql.ref(column)} ilike ${`%${escapeLike(text)}%`}`)
  return found.length === 0 ? sql<boolean>`false` : sql<boolean>`(${sql.join(found, sql` or `)})`
}

/** A text with the reader's names as whole words, whatever their case, and their address replaced. */
function withoutName(text: string, reader: Leaving): string {
  return [reader.email, displayName(reader)].reduce((left, name) => {
    const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    return left.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'giu'), FORMER)
  }, text)
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`)
}

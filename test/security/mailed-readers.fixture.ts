import type { Kysely } from 'kysely'
import { settingsCode } from '../../src/digests/mails.ts'
import { signedCode } from '../../src/mail/signed-link.ts'
import type { Database } from '../../src/db/schema.ts'
import { NOON } from '../site.ts'

/** Readers who get mail by subscription, and the codes in the links that they were mailed. */
export type MailedReaders = {
  /** Ada's lists: a search, and the front page. */
  lists: { search: number; frontPage: number }
  /** Each has issues of which nobody knows whether they arrived. */
  runId: number
  otherRunId: number
  inDoubtIds: { one: number; other: number }
  codes: { confirm: string; unsubscribe: string; read: string; settings: string; noReplies: string }
}

/**
 * Ada gets a search for `words` and the front page, each with an issue that was sent or may have been; Bert gets new papers
 * and email about replies; somebody has not confirmed yet; and the archive has an issue.
 */
export async function mailReaders(
  db: Kysely<Database>,
  {
    words,
    reason,
    paperId,
    hiddenId,
    bertId,
    edition,
    secret,
  }: {
    words: string
    reason: string
    paperId: number
    hiddenId: number
    bertId: string
    edition: string
    secret: string
  },
): Promise<MailedReaders> {
  const content = JSON.stringify({
    papers: [paperId, hiddenId].map((id) => ({ id, reason })),
    total: 2,
    on: edition,
    from: edition,
    to: edition,
    notes: ['There was no mail on a day without papers.'],
    warned: [],
  })
  const search = `/papers?${new URLSearchParams({ q: words }).toString()}`
    .slice(0, 1_900)
    .replace(/%[\dA-F]?$/, '')
  const ada = await subscriber('ada@readers.example')
  const lists = { search: await subscription(ada, search), frontPage: await subscription(ada, '/') }
  const bert = await subscription(await subscriber('bert@readers.example'), '/papers/new')
  const una = await subscription(await subscriber('una@readers.example'), '/papers/new', {
    isConfirmed: false,
  })
  const archive = await subscription(await subscriber(null), '/')
  const runId = await run(edition)
  const otherRunId = await run('2026-01-14')
  const read = await issue(lists.search, 'sent')
  const inDoubtIds = {
    one: await issue(lists.frontPage, 'in doubt'),
    other: await issue(bert, 'in doubt'),
  }
  await issue(lists.frontPage, 'in doubt', { of: otherRunId, period: '2026-01-14' })
  await issue(bert, 'in doubt', { period: '2026-01-13' })
  await issue(archive, 'published')
  const code = (purpose: 'confirm' | 'unsubscribe' | 'read' | 'no replies', what: number | string) =>
    signedCode(purpose, String(what), { secret })
  return {
    lists,
    runId,
    otherRunId,
    inDoubtIds,
    codes: {
      confirm: code('confirm', una),
      unsubscribe: code('unsubscribe', bert),
      read: code('read', read),
      settings: settingsCode(ada, { secret, now: NOON }),
      noReplies: code('no replies', bertId),
    },
  }

  async function subscriber(email: string | null): Promise<number> {
    const row = await db
      .insertInto('subscribers')
      .values({ email, created_at: NOON })
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  }

  async function subscription(of: number, list: string, { isConfirmed = true } = {}): Promise<number> {
    const row = await db
      .insertInto('subscriptions')
      .values({
        subscriber_id: of,
        list,
        every: 'day',
        hour: 7,
        time_zone: 'UTC',
        weekdays: 127,
        length: 10,
        created_at: NOON,
        ...(isConfirmed && {
          confirmed_at: NOON,
          next_at: new Date(NOON.getTime() + 86_400_000),
          next_period: '2026-01-16',
        }),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  }

  async function run(period: string): Promise<number> {
    const { id } = await db
      .insertInto('digest_runs')
      .values({ every: 'day', period, begun_at: NOON })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }

  async function issue(
    subscriptionId: number,
    state: 'sent' | 'in doubt' | 'published',
    { of = runId, period = edition }: { of?: number; period?: string } = {},
  ): Promise<number> {
    const row = await db
      .insertInto('digest_issues')
      .values({
        run_id: of,
        subscription_id: subscriptionId,
        period,
        due_at: NOON,
        composed_at: NOON,
        expires_at: new Date(NOON.getTime() + 86_400_000),
        state,
        content,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  }
}

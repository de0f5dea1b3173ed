import { sql } from 'kysely'
import { beforeEach, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { openDatabase } from '../db/open.ts'
import { inTransaction } from '../db/transaction.ts'
import type { KeyedReport } from '../mail/bounces/report.ts'
import type { Severity } from '../mail/status-code.ts'
import { forgetReports, liftSuppression, noteRefusal, noteReport } from './bounces.ts'
import { issueMessageId } from './message-id.ts'
import { forgetDigests, sentIssue, subscribed } from './sent-issue.fixture.ts'

const NOON = new Date('2026-11-29T12:00:00Z')
const DAY = 24 * 3_600_000
const secret = 'a secret that is only for tests, long enough'
const later = (days: number) => new Date(NOON.getTime() + days * DAY)

describeWithDatabase('reports of bounces', (db) => {
  beforeEach(() => forgetDigests(db()))

  const subscribe = (email: string | null = 'ada@readers.example', list = '/') =>
    subscribed(db(), { email, list, now: NOON })
  const issue = (
    { subscriptionId }: { subscriptionId: number | null },
    state: 'sent' | 'in doubt' | 'published' | 'sending' = 'sent',
  ) => sentIssue(db(), { subscriptionId, state, now: NOON })
  const about = (issueId: number, by = secret) => `${issueMessageId(issueId, { secret: by })}@tides.example`
  const bounce = (messageId: string, severity: Severity = 'permanent', key = messageId): KeyedReport => ({
    kind: 'bounce',
    severity,
    status: null,
    recipient: 'forwarded@elsewhere.example',
    messageId,
    reason: '550 5.1.1 no such user',
    key,
  })
  const complaint = (messageId: string): KeyedReport => ({
    kind: 'complaint',
    recipient: null,
    messageId,
    reason: 'abuse',
    key: `complaint ${messageId}`,
  })
  const note = (report: KeyedReport, now = NOON, on = db()) => noteReport(on, report, { secret, now })
  const subscriber = (id: number) =>
    db()
      .selectFrom('subscribers')
      .select(['bounce_score', 'bounced_at', 'suppressed_at', 'suppressed_for'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  const stateOf = async (id: number) =>
    db()
      .selectFrom('digest_issues')
      .select(['state', 'failure', 'complained_at', 'subscription_id'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  const reports = () => db().selectFrom('mail_reports').select('key').execute()

  it('mark the issue and count against its subscriber, once each', async () => {
    const ada = await subscribe()
    const first = await issue(ada)
    expect(await note(bounce(about(first)))).toEqual({ kind: 'bounced', suppressed: false })
    expect(await stateOf(first)).toMatchObject({ state: 'bounced', failure: '550 5.1.1 no such user' })
    expect(await subscriber(ada.subscriberId)).toMatchObject({
      bounce_score: 1,
      bounced_at: NOON,
      suppressed_at: null,
    })
    expect(await note(bounce(about(first)))).toEqual({ kind: 'repeated', suppressed: false })
    // Another report of the same issue: one by the folder, one by a webhook.
    expect(await note(bounce(about(first), 'permanent', 'another'))).toEqual({
      kind: 'bounced',
      suppressed: false,
    })
    expect(await subscriber(ada.subscriberId)).toMatchObject({ bounce_score: 1 })
  })

  it('stop mail once they add up, and are forgotten by half in 30 days', async () => {
    const ada = await subscribe()
    await note(bounce(about(await issue(ada))))
    await note(bounce(about(await issue(ada, 'in doubt'))), later(30))
    expect(await subscriber(ada.subscriberId)).toMatchObject({ bounce_score: 1.5, suppressed_at: null })
    // Read late, or by a machine whose clock is behind: nothing grows.
    expect(await note(bounce(about(await issue(ada)), 'temporary'), later(29))).toMatchObject({
      suppressed: false,
    })
    expect(await subscriber(ada.subscriberId)).toMatchObject({ bounce_score: 1.75, bounced_at: later(30) })
    const last = await issue(ada)
    expect(await note(bounce(about(last), 'unknown'), later(30))).toEqual({
      kind: 'bounced',
      suppressed: true,
    })
    expect(await subscriber(ada.subscriberId)).toEqual({
      bounce_score: 2.25,
      bounced_at: later(30),
      suppressed_at: later(30),
      suppressed_for: 'bounces',
    })
    // Nobody knows whether there is no such mailbox.
    expect(await stateOf(last)).toMatchObject({ state: 'sent', failure: null })

    expect(await liftSuppression(db(), { subscriberId: ada.subscriberId, now: later(40) })).toBe(true)
    expect(await liftSuppression(db(), { subscriberId: ada.subscriberId, now: later(40) })).toBe(false)
    await note(bounce(about(await issue(ada))), later(41))
    expect(await subscriber(ada.subscriberId)).toMatchObject({ bounce_score: 1, suppressed_at: null })
  })

  it('count refusals of the mail server like bounces', async () => {
    const ada = await subscribe()
    const refuse = async (issueId: number, kind: Severity = 'permanent') =>
      inTransaction(db(), (trx) =>
        noteRefusal(trx, { issueId, subscriberId: ada.subscriberId, kind, now: NOON }),
      )
    const first = await issue(ada)
    expect(await refuse(first)).toBe(false)
    expect(await refuse(first)).toBe(false)
    expect(await note(bounce(about(first)))).toEqual({ kind: 'bounced', suppressed: false })
    expect(await subscriber(ada.subscriberId)).toMatchObject({ bounce_score: 1 })
    expect(await refuse(await issue(ada))).toBe(true)
    expect(await subscriber(ada.subscriberId)).toMatchObject({ suppressed_for: 'bounces' })
  })

  it('end the subscription that is complained of, and stop all mail to its reader', async () => {
    const ada = await subscribe()
    const other = await subscribe('ada@readers.example', '/papers/new')
    const [first, second] = [await issue(ada), await issue(ada)]
    expect(await note(complaint(about(first)))).toEqual({ kind: 'complained', suppressed: true })
    expect(await stateOf(first)).toMatchObject({ complained_at: NOON, subscription_id: null, state: 'sent' })
    expect(await stateOf(second)).toMatchObject({ complained_at: null, subscription_id: null })
    expect(await db().selectFrom('subscriptions').select('id').execute()).toEqual([
      { id: other.subscriptionId },
    ])
    expect(await subscriber(ada.subscriberId)).toMatchObject({
      suppressed_for: 'complaint',
      suppressed_at: NOON,
    })
    // Of somebody who has left, it still stands at the issue.
    expect(await note(complaint(about(second)), later(1))).toEqual({ kind: 'complained', suppressed: false })
    expect(await stateOf(second)).toMatchObject({ complained_at: later(1) })
    // What a reader said is not undone by trying again.
    expect(await liftSuppression(db(), { subscriberId: ada.subscriberId, now: later(2) })).toBe(false)
    // And outweighs bounces, which came first.
    const bea = await subscribe('bea@readers.example')
    const issues = [await issue(bea), await issue(bea), await issue(bea)] as const
    await note(bounce(about(issues[0])))
    await note(bounce(about(issues[1])))
    expect(await note(complaint(about(issues[2])), later(1))).toEqual({
      kind: 'complained',
      suppressed: true,
    })
    expect(await subscriber(bea.subscriberId)).toMatchObject({
      suppressed_for: 'complaint',
      suppressed_at: later(1),
    })
  })

  it('that are forged change nothing', async () => {
    const ada = await subscribe()
    const first = await issue(ada)
    const archive = await issue(await subscribe(null), 'published')
    for (const messageId of [
      '',
      'x@tides.example',
      `digest.${first}@tides.example`,
      `digest.${first}.AAAAAAAAAAAAAAAA@tides.example`,
      about(first, 'the secret of some other site, long enough'),
      about(first + 1_000_000),
      about(archive),
    ])
      for (const report of [bounce(messageId), complaint(messageId)])
        expect([messageId, await note(report)]).toEqual([messageId, { kind: 'unknown', suppressed: false }])
    expect(await stateOf(first)).toMatchObject({ state: 'sent', complained_at: null })
    expect(await subscriber(ada.subscriberId)).toMatchObject({
      bounce_score: 0,
      bounced_at: null,
      suppressed_at: null,
    })
    expect(await reports()).toEqual([])
  })

  it('say what they say of an issue whose reader has left', async () => {
    const first = await issue({ subscriptionId: null })
    expect(await note(bounce(about(first)))).toEqual({ kind: 'bounced', suppressed: false })
    expect(await stateOf(first)).toMatchObject({ state: 'bounced' })
    const underWay = await issue({ subscriptionId: null }, 'sending')
    await note(bounce(about(underWay)))
    // Whoever sends it will say what became of that.
    expect(await stateOf(underWay)).toMatchObject({ state: 'sending' })
  })

  it('count once when several processes read them at once', async () => {
    const ada = await subscribe()
    const issues = [await issue(ada), await issue(ada), await issue(ada), await issue(ada)]
    const { database } =
      (await sql<{ database: string }>`select current_database() as database`.execute(db())).rows[0] ?? {}
    const server = inject('server')
    if (server === null || database === undefined) throw new Error('no database')
    const other = openDatabase({ ...server, database }, { onError: () => {} })
    try {
      const outcomes = await Promise.all(
        [...issues, ...issues.toReversed(), ...issues].flatMap((id, i) => [
          note(bounce(about(id)), NOON, i % 2 === 0 ? db() : other),
          note(bounce(about(id), 'unknown', `by hook ${id}`), NOON, i % 2 === 0 ? other : db()),
          ...(i === 7 ? [note(complaint(about(id)), NOON, other)] : []),
        ]),
      )
      expect(outcomes.filter(({ kind }) => kind === 'bounced')).toHaveLength(8)
      expect(outcomes.filter(({ kind }) => kind === 'complained')).toHaveLength(1)
    } finally {
      await other.destroy()
    }
    const { bounce_score: score, suppressed_for: suppressedFor } = await subscriber(ada.subscriberId)
    // Those that came after the complaint found nobody subscribed any more.
    expect(score).toBeLessThanOrEqual(4)
    expect(suppressedFor).toBe('complaint')
    for (const id of issues) expect(await stateOf(id)).toMatchObject({ state: 'bounced' })
  })

  it('are forgotten long after', async () => {
    await note(bounce(about(await issue(await subscribe()))))
    await forgetReports(db(), { now: later(399) })
    expect(await reports()).toHaveLength(2)
    await forgetReports(db(), { now: later(401) })
    expect(await reports()).toEqual([])
  })
})

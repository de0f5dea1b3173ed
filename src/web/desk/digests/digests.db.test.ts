import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../../test/database.ts'
import { stated } from '../../../../test/papers.ts'
import { post, signIn } from '../../../../test/readers.ts'
import { NOON, openSite, TIME_ZONE, wordsOf } from '../../../../test/site.ts'
import { composeDueIssues } from '../../../digests/compose-due.ts'
import { deliverIssues } from '../../../digests/deliver.ts'
import { usualPreferences } from '../../../digests/preferences.ts'
import { finishRuns, pauseRun } from '../../../digests/runs.ts'
import { askToSubscribe } from '../../../digests/subscriptions.ts'
import { parseEmailAddress, type EmailAddress } from '../../../mail/address.ts'
import type { SendOutcome } from '../../../mail/message.ts'

const PATH = '/desk/digests'
const SECRET = 'a secret that is only for tests, long enough'
const LOST: SendOutcome = {
  ok: false,
  kind: 'unknown',
  about: 'server',
  status: null,
  inDoubt: true,
  reason: 'The connection was lost.',
}

describeWithDatabase('the desk’s page of digests', (db) => {
  async function open() {
    const opened = openSite(db())
    await opened.record([
      stated('2601.00001', {
        title: 'Tides of sand',
        authors: [{ name: 'Iris Sand' }],
        abstract: 'We show that sand has tides.',
        published: { value: '2026-01-14T15:00:00Z', precision: 'time' },
      }),
    ])
    const { cookie } = await signIn(db(), { curator: true })
    const read = async (path = PATH) => (await opened.app.request(path, { headers: { cookie } })).text()
    const send = (path: string) => post(opened.app, path, {}, { cookie })
    const room = {
      search: opened.site.search,
      taste: opened.site.taste,
      site: { name: 'Tides', origin: 'https://tides.example' },
      pictures: false,
    }
    const compose = () => composeDueIssues(room, { now: () => NOON })
    const deliver = async (answer: (to: string) => SendOutcome) => {
      const mailer = { send: async ({ to }: { to: string }) => answer(to) }
      const rates = { all: null, domains: new Map<string, number>() }
      await deliverIssues({ room, mailer, rates, secret: SECRET, now: () => NOON })
      await finishRuns(db(), { now: NOON })
    }
    return { ...opened, read, send, compose, deliver }
  }
  const subscribe = (email: string, list: string) =>
    askToSubscribe(db(), {
      email: parseEmailAddress(email) as EmailAddress,
      list,
      preferences: usualPreferences('day', { timeZone: TIME_ZONE }),
      proven: true,
      secret: SECRET,
      now: NOON,
    })
  const run = () => db().selectFrom('digest_runs').selectAll().executeTakeFirstOrThrow()
  const states = async () =>
    (await db().selectFrom('digest_issues').select('state').orderBy('id').execute()).map(({ state }) => state)

  it('is for curators', async () => {
    const { app } = await open()
    expect((await app.request(PATH)).status).toBe(303)
    const { cookie } = await signIn(db())
    expect((await app.request(PATH, { headers: { cookie } })).status).toBe(403)
    await subscribe('ada@readers.example', '/')
    for (const act of [
      '1/pause',
      '1/pause/end',
      '1/in-doubt/sending',
      '1/in-doubt/sent',
      'in-doubt/1/sending',
    ])
      expect((await post(app, `${PATH}/${act}`, {}, { cookie })).status).toBe(403)
  })

  it('says what there is before the first subscriber, and after the last run', async () => {
    const { read, send } = await open()
    const words = wordsOf(await read())
    expect(words).toContain('No one has subscribed yet.')
    expect(words).toContain('Nothing has been composed yet.')
    expect(wordsOf(await read(`${PATH}?after=x`))).toContain('This link to a later page is broken.')
    for (const gone of ['7', 'x', '0'])
      for (const act of [
        `${gone}/pause`,
        `${gone}/pause/end`,
        `${gone}/in-doubt/sent`,
        `in-doubt/${gone}/sent`,
      ])
        expect((await send(`${PATH}/${act}`)).status).toBe(404)
  })

  it('shows runs with what became of them, in doubt or not, and no reader’s address', async () => {
    const { read, send, compose, deliver } = await open()
    await subscribe('ada@readers.example', '/')
    await subscribe('bob@lost.example', '/authors/iris-sand')
    await subscribe('eve@lost.example', '/papers/new')
    await compose()
    await deliver((to) => (to.endsWith('lost.example') ? LOST : { ok: true }))
    const html = await read()
    const words = wordsOf(html)
    expect(words).toContain('First issues of 15 January 2026, daily')
    expect(words).toMatch(/3 due · 1 sent · 2 in doubt/)
    expect(words).toContain('Waiting for 2 in doubt')
    expect(words).toContain('Papers of an author first issue')
    expect(words).toContain('New papers first issue')
    expect(words).toContain('To an address at lost.example. The connection was lost.')
    expect(words).toMatch(/Authors 1 0 0 1/)
    expect(words).toMatch(/3 subscribers/)
    expect(html).not.toMatch(/ada|bob|eve|readers\.example|iris/i)
    const { id } = await db()
      .selectFrom('digest_issues')
      .select('id')
      .where('state', '=', 'in doubt')
      .orderBy('id')
      .executeTakeFirstOrThrow()
    expect((await send(`${PATH}/in-doubt/${id}/sent`)).status).toBe(303)
    expect((await send(`${PATH}/in-doubt/${id}/sending`)).status).toBe(404)
    expect((await states()).toSorted()).toEqual(['in doubt', 'sent', 'sent'])
    expect((await send(`${PATH}/${(await run()).id}/in-doubt/sending`)).status).toBe(303)
    expect(wordsOf(await read())).toContain('Sending')
    await deliver(() => ({ ok: true }))
    expect(await states()).toEqual(['sent', 'sent', 'sent'])
    expect(wordsOf(await read())).toContain('Finished')
  })

  it('pauses a run and resumes it, also one that paused itself', async () => {
    const { read, send, compose, deliver } = await open()
    await subscribe('ada@readers.example', '/')
    await compose()
    const { id } = await run()
    expect((await send(`${PATH}/${id}/pause`)).status).toBe(303)
    expect(wordsOf(await read())).toContain('Paused by a curator')
    await deliver(() => ({ ok: true }))
    expect(await states()).toEqual(['waiting'])
    await send(`${PATH}/${id}/pause/end`)
    const resumeAt = new Date(NOON.getTime() + 1_800_000)
    await pauseRun(db(), { id, reason: 'Too many mails in a row were not taken.', resumeAt, now: NOON })
    expect(wordsOf(await read())).toContain(
      'Paused itself: Too many mails in a row were not taken. It goes on at 15 January 2026, 12:30 UTC.',
    )
    await send(`${PATH}/${id}/pause/end`)
    await deliver(() => ({ ok: true }))
    expect(await states()).toEqual(['sent'])
  })

  it('says first what is late, and pages through the runs', async () => {
    const { read, compose } = await open()
    await subscribe('ada@readers.example', '/')
    await compose()
    await sql`update digest_issues set due_at = ${new Date(NOON.getTime() - 7_200_000)}`.execute(db())
    const words = wordsOf(await read())
    expect(words).toContain('One digest is late. The first was due 15 January 2026, 10:00 UTC.')
    expect(words).toContain('Composed and not sent: 1.')
    await sql`insert into digest_runs (every, period, begun_at, finished_at)
      select 'day', to_char(date '2025-12-01' + n, 'YYYY-MM-DD'), ${NOON}::timestamptz - n * interval '1 day', ${NOON}
      from generate_series(1, 25) n`.execute(db())
    const next = /href="(\/desk\/digests\?after=[^"]+)"/.exec(await read())?.[1] ?? ''
    const older = wordsOf(await read(next))
    expect(older).toContain('Daily, Friday, 26 December 2025')
    expect(older).not.toContain('First issues')
  })
})

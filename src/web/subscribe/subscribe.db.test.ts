import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf, type TestSite } from '../../../test/site.ts'
import { composeDueIssues } from '../../digests/compose-due.ts'
import { deliverIssues } from '../../digests/deliver.ts'
import { findSubscriber } from '../../digests/subscriptions.ts'
import { NO_RATES } from '../../mail/mail-rate.ts'
import type { Message } from '../../mail/message.ts'
import { digestRoomOf } from '../site.ts'

const EMAIL = 'ada@readers.example'
const HOUR = 3_600_000

describeWithDatabase('mail by subscription', (db) => {
  const open = (now = NOON) => openSite(db(), { now })

  /** The mails that are queued, as they were written. */
  async function queued() {
    return db().selectFrom('outgoing_mail').selectAll().orderBy('id').execute()
  }

  /** The path of the first link of a kind in a text. */
  function pathIn(text: string, kind: string): string {
    return new RegExp(`https://tides\\.example(/mail/${kind}/[\\w.-]+)`).exec(text)?.[1] ?? 'none'
  }

  async function papers({ record }: TestSite, count = 6) {
    await record(
      Array.from({ length: count }, (_, i) =>
        stated(`2601.0000${i + 1}`, {
          title: `Tide ${i + 1}`,
          abstract: 'We show that tides turn early, which nobody had seen before they did.',
          published: { value: '2026-01-14T12:00:00Z', precision: 'time' },
          categories: ['cs.CL'],
          primaryCategory: 'cs.CL',
          authors: [{ name: 'Ada Lovelace' }],
        }),
      ),
    )
  }

  /** Subscribes, confirms, and answers with the first issue. */
  async function firstIssue(site: TestSite, fields: Record<string, string> = {}): Promise<Message> {
    await post(site.app, '/subscribe', { email: EMAIL, list: '/', every: 'day', ...fields })
    const mail = (await queued()).at(-1)
    expect((await post(site.app, pathIn(mail?.text_body ?? '', 'confirm'), {})).status).toBe(200)
    const [issue] = await send(site)
    if (!issue) throw new Error('no issue came')
    return issue
  }

  async function send({ site }: TestSite): Promise<Message[]> {
    const mails: Message[] = []
    const room = digestRoomOf(site)
    await composeDueIssues(room, { now: site.now })
    await deliverIssues({
      room,
      mailer: {
        async send(message) {
          mails.push(message)
          return { ok: true }
        },
      },
      rates: NO_RATES,
      secret: site.accounts.secret,
      now: site.now,
    })
    return mails
  }

  it('is offered on every list, and in the masthead', async () => {
    const site = open()
    await papers(site)
    for (const [page, list] of [
      ['/', '/subscribe'],
      ['/papers/trending', '/subscribe?list=%2Fpapers%2Ftrending'],
      ['/topics/cs.CL', '/subscribe?list=%2Ftopics%2Fcs.CL'],
      ['/authors/ada-lovelace', '/subscribe?list=%2Fauthors%2Fada-lovelace'],
      ['/papers?q=tides', '/subscribe?list=%2Fpapers%3Fq%3Dtides'],
    ] as const) {
      const html = await (await site.app.request(page)).text()
      // Trending has no papers yet.
      if (page !== '/papers/trending') expect(html, page).toContain(`href="${list}"`)
      expect(html, page).toContain('<a href="/subscribe">by email</a>')
      expect((await site.app.request(list)).status, list).toBe(200)
    }
    for (const list of ['/topics/no.SUCH', '/authors/nobody', '/desk', 'https://elsewhere.example/']) {
      expect((await site.app.request(`/subscribe?list=${encodeURIComponent(list)}`)).status, list).toBe(400)
      expect((await post(site.app, '/subscribe', { email: EMAIL, list, every: 'day' })).status, list).toBe(
        404,
      )
    }
    expect(await queued()).toEqual([])
  })

  it('begins with a button on a page behind a mailed link; opening it changes nothing', async () => {
    const site = open()
    await papers(site)
    const answer = await post(site.app, '/subscribe', {
      email: ' ADA@readers.example',
      list: '/',
      every: 'week',
    })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/subscribe/sent'])
    const [mail] = await queued()
    expect(mail).toMatchObject({
      recipient: EMAIL,
      subject: 'Confirm your subscription at Tide Lines',
      urgent: true,
    })
    const path = pathIn(mail?.text_body ?? '', 'confirm')
    for (const method of ['GET', 'HEAD', 'GET'])
      expect((await site.app.request(path, { method })).status).toBe(200)
    expect((await findSubscriber(db(), { email: EMAIL }))?.subscriptions[0]?.confirmedAt).toBeNull()
    expect(wordsOf(await (await post(site.app, path, {})).text())).toContain('You are subscribed')
    expect((await findSubscriber(db(), { email: EMAIL }))?.subscriptions).toMatchObject([
      { list: '/', preferences: { every: 'week' }, confirmedAt: NOON },
    ])
    // Again, as from a mail that was passed on: it opens nobody's settings.
    const again = await (await post(site.app, path, {})).text()
    expect(again).not.toContain('/mail/settings')
  })

  it('says the same to everybody, and changes nothing for those who have it', async () => {
    const site = open()
    await papers(site)
    await firstIssue(site)
    const before = await findSubscriber(db(), { email: EMAIL })
    const known = await post(site.app, '/subscribe', {
      email: EMAIL,
      list: '/',
      every: 'month',
      length: '25',
    })
    const unknown = await post(site.app, '/subscribe', {
      email: 'bo@readers.example',
      list: '/',
      every: 'month',
    })
    expect([known.status, known.headers.get('location'), await known.text()]).toEqual([
      unknown.status,
      unknown.headers.get('location'),
      await unknown.text(),
    ])
    expect(await findSubscriber(db(), { email: EMAIL })).toEqual(before)
    const reminder = (await queued()).find(({ key }) => key.startsWith('reminder'))
    expect(reminder).toMatchObject({ recipient: EMAIL, subject: 'You already subscribe at Tide Lines' })
  })

  it('says nothing in a mail that a stranger typed', async () => {
    const site = open()
    await papers(site)
    await post(site.app, '/subscribe', {
      email: EMAIL,
      list: '/papers?q=buy+pills+at+https%3A%2F%2Fpills.example',
      every: 'day',
      'not-about': 'cheap watches',
    })
    const [mail] = await queued()
    expect(JSON.stringify(mail)).not.toMatch(/pills|watches/)
    expect(mail?.text_body.replaceAll(/\s+/g, ' ')).toContain('asked for a saved search from Tide Lines')
  })

  it('is limited by mailbox, network and domain, and for the whole site', async () => {
    const site = open()
    await papers(site)
    const ask = (email: string, network = '198.51.100.1', list = '/') =>
      post(site.app, '/subscribe', { email, list, every: 'day' }, { headers: { 'x-forwarded-for': network } })
    const lists = ['/', '/papers/new', '/papers/top', '/papers/picks', '/papers/trending', '/topics/cs.CL']
    const statuses: number[] = []
    // One mailbox, whatever stands after the plus, from many networks.
    for (const [i, list] of lists.entries())
      statuses.push((await ask(`ada+${i}@readers.example`, `198.51.100.${i}`, list)).status)
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429])
    // One network, many mailboxes; nobody's script has worked for it.
    const many: number[] = []
    for (let i = 0; i < 22; i++)
      many.push((await ask(`reader${i}@readers${i}.example`, '203.0.113.7')).status)
    expect(many.filter((status) => status === 303)).toHaveLength(20)
    expect(many.at(-1)).toBe(429)
    // One domain, many mailboxes and networks.
    const one: number[] = []
    for (let i = 0; i < 202; i++) one.push((await ask(`reader${i}@victim.example`, `192.0.2.${i}`)).status)
    expect(one.filter((status) => status === 303)).toHaveLength(200)
    // Nobody answers: whatever is asked for, the site as a whole sends no more.
    await sql`
      with s as (insert into subscribers (email, created_at) select 'x' || n || '@y.example', ${NOON} from generate_series(1, 500) n returning id)
      insert into subscriptions (subscriber_id, list, every, hour, time_zone, weekdays, length, created_at)
      select id, '/', 'day', 7, 'UTC', 127, 10, ${NOON} from s`.execute(db())
    const full = await ask('somebody@else.example', '2001:db8::1')
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '3600'])
  })

  it('is confirmed already for a reader who is signed in with that address', async () => {
    const site = open()
    await papers(site)
    const { cookie } = await signIn(db(), { email: EMAIL })
    const answer = await post(site.app, '/subscribe', { list: '/topics/cs.CL', every: 'day' }, { cookie })
    expect(answer.headers.get('location')).toBe('/mail/settings?saved')
    expect((await findSubscriber(db(), { email: EMAIL }))?.subscriptions[0]?.confirmedAt).toEqual(NOON)
    expect(
      wordsOf(await (await site.app.request('/mail/settings', { headers: { cookie } })).text()),
    ).toContain('Computation and Language It comes every day at 07:00')
    // But not at another address.
    await post(site.app, '/subscribe', { email: 'bo@readers.example', list: '/', every: 'day' }, { cookie })
    expect(
      (await findSubscriber(db(), { email: 'bo@readers.example' }))?.subscriptions[0]?.confirmedAt,
    ).toBeNull()
  })

  it('ends by one click of a mail program, without cookie, redirect or form, as often as it likes', async () => {
    const site = open()
    await papers(site)
    const issue = await firstIssue(site)
    await post(site.app, '/subscribe', { email: EMAIL, list: '/papers/new', every: 'day' })
    await post(site.app, pathIn((await queued()).at(-1)?.text_body ?? '', 'confirm'), {})
    const url =
      /^<https:\/\/tides\.example(\/mail\/u\/[\w.-]+)>$/.exec(
        issue.headers?.['List-Unsubscribe'] ?? '',
      )?.[1] ?? ''
    expect(`List-Unsubscribe: <https://tides.example${url}>`.length).toBeLessThan(78)
    for (const [body, type] of [
      ['List-Unsubscribe=One-Click', 'application/x-www-form-urlencoded'],
      [
        '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
        'multipart/form-data; boundary=b',
      ],
      ['', undefined],
    ] as const) {
      const answer = await site.app.request(url, {
        method: 'POST',
        body,
        headers: { host: 'tides.example', ...(type && { 'content-type': type }) },
      })
      expect([answer.status, answer.headers.get('location'), answer.headers.get('set-cookie')]).toEqual([
        200,
        null,
        null,
      ])
      expect((await findSubscriber(db(), { email: EMAIL }))?.subscriptions.map(({ list }) => list)).toEqual([
        '/papers/new',
      ])
    }
    expect((await site.app.request(`${url}x`, { method: 'POST' })).status).toBe(404)
  })

  it('is left as it is by whoever opens all links of a mail, and a forwarded mail opens no settings', async () => {
    const site = open()
    await papers(site)
    const issue = await firstIssue(site)
    const before = await allRows()
    const links = new Set(
      [...`${issue.html} ${issue.text}`.matchAll(/https:\/\/tides\.example(\/[^\s"<>)]*)/g)].map(
        ([, path]) => path ?? '',
      ),
    )
    expect([...links].filter((path) => path.startsWith('/mail/')).length).toBeGreaterThanOrEqual(3)
    for (const path of links)
      for (const method of ['HEAD', 'GET']) {
        const answer = await site.app.request(path.replaceAll('&amp;', '&'), {
          method,
          headers: { purpose: 'prefetch' },
        })
        expect(answer.status, path).toBe(200)
        const html = await answer.text()
        expect(html, path).not.toContain(EMAIL)
        expect(html, path).not.toContain('/mail/settings/')
      }
    expect(await allRows()).toEqual(before)
    // What the mail does give: a link that goes to the first reader alone.
    const change = pathIn(issue.text, 'change')
    const answer = await post(site.app, change, {})
    expect(await answer.text()).not.toContain(EMAIL)
    expect((await queued()).at(-1)).toMatchObject({
      recipient: EMAIL,
      subject: 'Your email settings at Tide Lines',
    })
  })

  /** Every row that could say that something happened. */
  async function allRows() {
    const { rows } = await sql<{ all: string }>`
      select (select jsonb_agg(to_jsonb(s) order by id) from subscriptions s)::text
        || (select jsonb_agg(to_jsonb(s) order by id) from subscribers s)::text
        || (select jsonb_agg(to_jsonb(s) order by id) from digest_issues s)::text
        || (select count(*) from outgoing_mail)::text as all`.execute(db())
    return rows[0]?.all
  }

  it('is changed, paused, exported and erased on a page behind a link that works for a day', async () => {
    const site = open()
    await papers(site)
    const issue = await firstIssue(site)
    await post(site.app, pathIn(issue.text, 'change'), {})
    const path = pathIn((await queued()).at(-1)?.text_body ?? '', 'settings')
    const code = path.slice('/mail/settings/'.length)
    expect(wordsOf(await (await site.app.request(path)).text())).toContain(EMAIL)
    const id = String((await findSubscriber(db(), { email: EMAIL }))?.subscriptions[0]?.id)
    const form = {
      code,
      id,
      every: 'day',
      hour: '18',
      'time-zone': 'Asia/Tokyo',
      days: 'chosen',
      'day-0': 'on',
      'day-2': 'on',
      length: '7',
      'not-about': 'moons, Stars',
    }
    expect((await post(site.app, '/mail/settings/lists', form)).headers.get('location')).toBe(`${path}?saved`)
    expect((await findSubscriber(db(), { email: EMAIL }))?.subscriptions[0]).toMatchObject({
      preferences: {
        hour: 18,
        timeZone: 'Asia/Tokyo',
        weekdays: 0b101,
        length: 7,
        notAbout: ['moons', 'Stars'],
      },
      // Monday the 19th at 18:00 in Tokyo.
      nextAt: new Date('2026-01-19T09:00:00Z'),
    })
    const refused = await post(site.app, '/mail/settings/lists', { ...form, length: '26' })
    expect([refused.status, wordsOf(await refused.text())]).toEqual([
      422,
      expect.stringContaining('from 5 to 25'),
    ])
    await post(site.app, '/mail/settings/pause-all', { code })
    expect((await findSubscriber(db(), { email: EMAIL }))?.subscriptions[0]?.nextAt).toBeNull()
    await post(site.app, '/mail/settings/pause-all/end', { code })
    expect((await findSubscriber(db(), { email: EMAIL }))?.subscriptions[0]?.nextAt).toEqual(
      new Date('2026-01-19T09:00:00Z'),
    )
    const exported = (await (await site.app.request(`${path}/export`)).json()) as {
      email: string
      papers: unknown[]
    }
    expect(exported).toMatchObject({ email: EMAIL, lists: [{ list: '/', length: 7 }] })
    expect(exported.papers).toHaveLength(6)
    // Nobody else's list is within reach, nor anything a day later.
    const later = openSite(db(), { now: new Date(NOON.getTime() + 25 * HOUR) })
    expect((await later.app.request(path)).status).toBe(404)
    expect((await post(later.app, '/mail/settings/pause-all', { code })).status).toBe(404)
    await post(site.app, '/mail/settings/erasure', { code, never: 'on' })
    for (const { name } of await tables()) {
      const { rows } = await sql<{
        row: string
      }>`select to_jsonb(t)::text as row from ${sql.id(name)} t`.execute(db())
      expect(JSON.stringify(rows), name).not.toContain(EMAIL)
    }
    // Never again, whoever asks; and whoever asks is told the same.
    const before = (await queued()).length
    const asked = await post(site.app, '/subscribe', { email: EMAIL, list: '/', every: 'day' })
    expect(asked.headers.get('location')).toBe('/subscribe/sent')
    expect((await queued()).length).toBe(before)
  })

  it('goes on when its reader asks for it again, after bounces or a complaint stopped it', async () => {
    const site = open()
    await papers(site)
    await firstIssue(site)
    const { cookie } = await signIn(db(), { email: EMAIL })
    for (const why of ['bounces', 'complaint']) {
      await sql`update subscribers set suppressed_at = ${NOON}, suppressed_for = ${why}, bounce_score = 3`.execute(
        db(),
      )
      const page = wordsOf(await (await site.app.request('/mail/settings', { headers: { cookie } })).text())
      expect(page).toContain('Send again')
      await post(site.app, '/mail/settings/pause-all/end', {}, { cookie })
      expect(await findSubscriber(db(), { email: EMAIL })).toMatchObject({
        suppressedFor: null,
        subscriptions: [{ nextAt: new Date('2026-01-16T12:00:00Z') }],
      })
      expect(
        await db().selectFrom('subscribers').select('bounce_score').where('email', '=', EMAIL).execute(),
      ).toEqual([{ bounce_score: 0 }])
    }
  })

  async function tables() {
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db())
    return rows
  }

  it('is shown before anybody subscribes, and on the web to whoever has the link', async () => {
    const site = open()
    await papers(site)
    const preview = await (await site.app.request('/subscribe/preview?list=/&every=week')).text()
    expect(wordsOf(preview)).toContain('It comes every week, on Monday at 07:00')
    const email = await site.app.request('/subscribe/preview/email?list=/&every=week')
    expect(email.headers.get('content-security-policy')).toContain(
      "default-src 'none'; style-src 'unsafe-inline'",
    )
    expect(await email.text()).toContain('Tide 1')
    const issue = await firstIssue(site)
    const page = await site.app.request(pathIn(issue.text, 'issues'))
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('Tide 1')
    expect(await db().selectFrom('digest_issues').select('id').execute()).toHaveLength(1)
  })

  it('about replies ends by one click too', async () => {
    const site = open()
    const { reader } = await signIn(db(), { email: EMAIL, mailReplies: true })
    const { replyMail } = await import('../../discussion/reply-mail.ts')
    const mail = replyMail({
      comment: { id: 1, body: 'Yes.' },
      paper: { title: 'Tides' },
      from: { id: reader.id, name: 'Bo' },
      to: { id: reader.id, email: EMAIL },
      site: { origin: 'https://tides.example', name: 'Tide Lines', secret: site.site.accounts.secret },
    })
    const path = pathIn(mail.headers?.['List-Unsubscribe'] ?? '', 'r')
    const wish = async () =>
      (await db().selectFrom('readers').select('mail_replies').executeTakeFirst())?.mail_replies
    expect((await site.app.request(path)).status).toBe(200)
    expect(await wish()).toBe(true)
    expect(
      (await site.app.request(path, { method: 'POST', body: 'List-Unsubscribe=One-Click' })).status,
    ).toBe(200)
    expect(await wish()).toBe(false)
  })
})

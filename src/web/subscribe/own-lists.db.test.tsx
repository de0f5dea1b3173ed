import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import { composeDueIssues } from '../../digests/compose-due.ts'
import { htmlOf } from '../../digests/email/document.tsx'
import { deliverIssues } from '../../digests/deliver.ts'
import { findSubscriber } from '../../digests/subscriptions.ts'
import { NO_RATES } from '../../mail/mail-rate.ts'
import type { Message } from '../../mail/message.ts'
import { openTaste } from '../../recommendation/open-taste.ts'
import { TasteAway, type Taste } from '../../recommendation/taste.ts'
import { addWebhook } from '../../webhooks/webhooks.ts'
import { findOwnSubscription, SubscribeBox } from '../for-you/subscribe-box.tsx'
import { digestRoomOf, type Site } from '../site.ts'

const ADA = 'ada@readers.example'
const PREVIEW = '/subscribe/preview?list=/for-you&every=day'

describeWithDatabase('a reader’s own front page, by mail', (db) => {
  async function open({ taste = openTaste(db()) }: { taste?: Taste } = {}) {
    const opened = openSite(db(), { taste })
    await opened.record([
      stated('2601.00001', {
        title: 'Tides of sand',
        abstract: 'We show that sand has tides.',
        published: { value: '2026-01-14T12:00:00Z', precision: 'time' },
      }),
    ])
    const { reader, cookie } = await signIn(db(), { email: ADA })
    const get = async (path: string, as: string | null = cookie) => {
      const answer = await opened.app.request(path, as === null ? {} : { headers: { cookie: as } })
      return {
        status: answer.status,
        to: answer.headers.get('location'),
        cached: answer.headers.get('cache-control'),
        html: await answer.text(),
      }
    }
    const subscribe = (fields: Record<string, string>, as: string | null = cookie) =>
      post(
        opened.app,
        '/subscribe',
        { every: 'day', list: '/for-you', ...fields },
        as === null ? {} : { cookie: as },
      )
    return { ...opened, reader, cookie, get, subscribe }
  }

  async function interestOf(readerId: string): Promise<number> {
    const { id } = await db()
      .insertInto('interests')
      .values({ reader_id: readerId, name: 'Spring tides', created_at: NOON })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }

  async function send(site: Site): Promise<Message[]> {
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

  const lists = async (email = ADA) =>
    (await findSubscriber(db(), { email }))?.subscriptions.map(({ list }) => list) ?? []

  it('comes to a reader who is signed in at once, with their preferences, and can be changed as any list', async () => {
    const { subscribe, get } = await open()
    expect(wordsOf((await get('/subscribe?list=/for-you')).html)).toContain('For you')
    const answer = await subscribe({ every: 'week', length: '20', hour: '9' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/mail/settings?saved'])
    expect((await findSubscriber(db(), { email: ADA }))?.subscriptions).toMatchObject([
      { list: '/for-you', confirmedAt: NOON, preferences: { every: 'week', length: 20, hour: 9 } },
    ])
    expect(await db().selectFrom('outgoing_mail').selectAll().execute()).toEqual([])
    const settings = (await get('/mail/settings')).html
    expect(settings).toContain('<a href="/for-you">For you</a>')
    expect(wordsOf(settings)).toContain('It comes every week')
  })

  it('comes to nobody else: strangers are asked to sign in, and readers have their own address', async () => {
    const { subscribe, get } = await open()
    for (const path of ['/subscribe?list=/for-you', PREVIEW]) {
      const { status, to } = await get(path, null)
      expect([status, to]).toEqual([303, `/sign-in?to=${encodeURIComponent(path)}`])
    }
    const stranger = await subscribe({ email: ADA }, null)
    expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/sign-in?to=/for-you'])
    const other = await subscribe({ email: 'bob@readers.example' })
    expect(other.status).toBe(403)
    expect(wordsOf(await other.text())).toContain('comes to the address of your account')
    expect([await lists(), await lists('bob@readers.example')]).toEqual([[], []])
    expect(await db().selectFrom('outgoing_mail').selectAll().execute()).toEqual([])
  })

  it('is one of their interests, and none of another reader', async () => {
    const { subscribe, get, reader } = await open()
    const own = await interestOf(reader.id)
    const bob = await signIn(db(), { email: 'bob@readers.example' })
    const others = await interestOf(bob.reader.id)
    expect(wordsOf((await get(`/subscribe?list=/for-you/interests/${own}`)).html)).toContain('Spring tides')
    for (const id of [others, 999_999]) {
      const { status, html } = await get(`/subscribe?list=/for-you/interests/${id}`)
      expect(status).toBe(400)
      expect(html).not.toContain('Spring tides')
      expect((await subscribe({ list: `/for-you/interests/${id}` })).status).toBe(404)
    }
    expect((await subscribe({ list: `/for-you/interests/${own}` })).status).toBe(303)
    expect(await lists()).toEqual([`/for-you/interests/${own}`])
  })

  it('shows its reader what would come, and says so while that cannot be told', async () => {
    const { get } = await open()
    const { status, html, cached } = await get(PREVIEW)
    expect([status, cached]).toEqual([200, 'no-store'])
    expect(html).toContain('Tides of sand')
    expect((await get('/subscribe/preview/email?list=/for-you')).html).toContain('Tides of sand')
  })

  it('says that an example is not ready while papers cannot be ranked', async () => {
    const taste = {
      ...openTaste(db()),
      rank: async () => {
        throw new TasteAway('It is starting.')
      },
    }
    const { get } = await open({ taste })
    const { status, html } = await get(PREVIEW)
    expect(status).toBe(503)
    expect(wordsOf(html)).toContain('Your front page is not ready yet')
  })

  it('is read on the web by its reader only, and ends by one click', async () => {
    const { site, app, subscribe, get } = await open()
    await subscribe({})
    const [mail] = await send(site)
    const path = (kind: string) =>
      new RegExp(`https://tides\\.example(/mail/${kind}/[\\w.-]+)`).exec(mail?.text ?? '')?.[1] ?? 'none'
    expect((await get(path('issues'))).html).toContain('Tides of sand')
    const forwarded = await get(path('issues'), null)
    expect([forwarded.status, forwarded.to]).toEqual([
      303,
      `/sign-in?to=${encodeURIComponent(path('issues'))}`,
    ])
    const bob = await signIn(db(), { email: 'bob@readers.example' })
    const others = await get(path('issues'), bob.cookie)
    expect(others.status).toBe(404)
    expect(others.html).not.toContain('Tides of sand')
    expect((await post(app, path('u'), {})).status).toBe(200)
    expect(await lists()).toEqual([])
  })

  it('is no list for webhooks, and has no address in the archive', async () => {
    const { get, site } = await open()
    expect((await get('/digests/for-you')).status).toBe(404)
    expect((await get('/digests/for-you.atom', null)).status).toBe(404)
    expect(
      await addWebhook(
        site.search,
        { list: '/for-you', target: 'https://hooks.example/x', shape: 'json' },
        { origin: site.origin, trusted: true, now: NOON },
      ),
    ).toMatchObject({ ok: false, reason: expect.stringContaining('Enter the address of a list') })
  })

  it('is offered in a box that says how it comes once it does', async () => {
    const { site, reader, subscribe } = await open()
    const own = { ...site, viewer: { reader, sessionId: 'x' } }
    const box = async (viewedBy: Site) => {
      const subscription = await findOwnSubscription(viewedBy, '/for-you')
      return htmlOf(<SubscribeBox site={viewedBy} list="/for-you" subscription={subscription} />)
    }
    expect(await box(own)).toContain('<input type="hidden" name="list" value="/for-you"/>')
    await subscribe({})
    expect(wordsOf(await box(own))).toContain(`It comes to ${ADA} every day`)
    expect(await box(site)).toBe('')
  })
})

import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post } from '../readers.ts'
import { NOON, openSite } from '../site.ts'
import { openAccounts } from '../../src/accounts/open-accounts.ts'
import { ownHosts } from '../../src/accounts/own-hosts.ts'
import { createLog } from '../../src/runtime/log.ts'
import { forgetRates, openPeopledSite, SHOWN } from './peopled-site.fixture.ts'
import { addressesOf } from './routes.fixture.ts'

describeWithDatabase('links in mails', (db) => {
  const open = (publicUrl: string | null) =>
    openSite(db(), {
      origin: publicUrl ?? 'http://127.0.0.1:3000',
      accounts: openAccounts({
        db: db(),
        secret: 'a secret that is only for tests, long enough',
        publicUrl,
        hosts: ownHosts('127.0.0.1'),
        providers: [],
        curators: [],
        siteName: 'Tide Lines',
        log: createLog('silent'),
        now: () => NOON,
      }),
    })
  const mails = async () =>
    await db()
      .selectFrom('outgoing_mail')
      .select(['text_body', 'subject', 'recipient'])
      .orderBy('id')
      .execute()
  /** As a program sends it, which says of the host what it likes. */
  const ask = (app: ReturnType<typeof open>['app'], url: string, headers: Record<string, string>) => {
    const { host, origin: from } = new URL(url)
    return post(app, url, { email: 'ada@example.org' }, { headers: { host, origin: from, ...headers } })
  }

  it('lead to PUBLIC_URL, whatever a request says of its host', async () => {
    const { app } = open('https://tides.example')
    for (const headers of [
      { host: 'evil.example', origin: 'https://evil.example' },
      { host: 'tides.example', 'x-forwarded-host': 'evil.example' },
      { host: 'tides.example:1234', 'x-forwarded-proto': 'http' },
      { host: 'tides.example', forwarded: 'host=evil.example;proto=http' },
      { host: 'evil.example', 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' },
    ])
      await ask(app, `https://${headers.host}/sign-in`, headers)
    const sent = await mails()
    expect(sent.length).toBeGreaterThan(2)
    for (const { text_body: text } of sent)
      expect(text.match(/https?:\/\/[^/\s]+/g)).toEqual(['https://tides.example'])
  })

  it('without PUBLIC_URL lead to where the site listens, whatever a request says, or are not sent', async () => {
    const { app } = open(null)
    for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'localhost', '[::1]', '[::1]:9']) {
      await forgetRates(db())
      await ask(app, `http://${host}/sign-in`, {})
      expect((await mails()).at(-1)?.text_body).toContain('http://127.0.0.1:3000/sign-in/link?token=')
    }
    expect(await mails()).toHaveLength(6)
    const before = await mails()
    await forgetRates(db())
    for (const headers of [
      { host: 'evil.example' },
      { host: 'localhost.evil.example' },
      { host: '127.0.0.1.evil.example:3000' },
      { host: 'localhost:3000@evil.example' },
      { host: 'evil.example', 'x-forwarded-host': 'localhost' },
      { host: 'localhost:3000', 'x-forwarded-host': 'evil.example' },
      { host: 'localhost:3000', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    ]) {
      const answer = await post(
        app,
        'http://localhost:3000/sign-in',
        { email: 'eve@example.org' },
        { headers: { origin: `http://${headers.host}`, ...headers } },
      )
      expect([headers, answer.status]).toEqual([
        headers,
        headers.host === 'localhost:3000' ? 303 : expect.toBeOneOf([400, 403]),
      ])
    }
    for (const { text_body: text } of (await mails()).slice(before.length))
      expect(text.match(/https?:\/\/[^/\s]+/g)).toEqual(['http://127.0.0.1:3000'])
  })

  it('are as the site has them in answers to comments, and their heads hold one line each', async () => {
    const site = await openPeopledSite(db(), {
      text: (field) =>
        field === 'name'
          ? 'A: b@c.example'
          : field === 'paper title'
            ? 'Tides\r\nBcc: eve@evil.example'
            : `Some ${field}`,
    })
    await post(
      site.app,
      `https://evil.example/comments/${site.comments.answer}/reply`,
      { body: 'See https://evil.example/ for it.' },
      { cookie: site.cookies.ada, headers: { host: 'evil.example', origin: 'https://evil.example' } },
    )
    const sent = await mails()
    expect(sent).toHaveLength(1)
    for (const { subject, text_body: text } of sent) {
      expect(subject).not.toMatch(/[\r\n]/)
      for (const [link] of text.matchAll(/https?:\/\/[^\s]+\/(?:papers|comments|settings)[^\s]*/g))
        expect(link).toMatch(/^https:\/\/tides\.example\//)
    }
  })

  it('are never made of a request’s host on pages and feeds either', async () => {
    const site = await openPeopledSite(db())
    for (const path of addressesOf(site.app, 'GET', site).filter((path) => !path.startsWith('/auth'))) {
      const answer = await site.app.request(`https://evil.example${path}`, {
        headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
      })
      expect([path, (await answer.text()).includes('evil.example')]).toEqual([path, false])
      expect([path, (answer.headers.get('location') ?? '').includes('evil.example')]).toEqual([path, false])
    }
    const asked = await site.app.request(`https://evil.example/papers/${SHOWN}/`, {
      headers: { host: 'evil.example' },
    })
    expect(asked.headers.get('location') ?? '').not.toContain('evil.example')
  })
})

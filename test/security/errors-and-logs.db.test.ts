import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post, signIn } from '../readers.ts'
import { tokenOf } from '../tokens.ts'
import { NOON, openSite } from '../site.ts'
import { openAccounts } from '../../src/accounts/open-accounts.ts'
import { sentFormsOn } from './sent-forms.fixture.ts'
import { forgetRates, openPeopledSite } from './peopled-site.fixture.ts'
import { addressesOf } from './routes.fixture.ts'

describeWithDatabase('faults', (db) => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const open = () => {
    lines.length = 0
    const accounts = openAccounts({
      db: db(),
      secret: 'a secret that is only for tests, long enough',
      publicUrl: 'https://tides.example',
      hosts: [],
      providers: [{ id: 'github', name: 'GitHub', clientId: 'id', clientSecret: 'hush-hush', issuer: null }],
      curators: [],
      siteName: 'Tide Lines',
      log,
      now: () => NOON,
    })
    return openPeopledSite(db(), { log, accounts })
  }
  /** As when an upgrade was forgotten: the database answers, but not with what is asked for. */
  async function without<T>(table: string, act: () => Promise<T>): Promise<T> {
    await sql`alter table ${sql.table(table)} rename to gone`.execute(db())
    try {
      return await act()
    } finally {
      await sql`alter table gone rename to ${sql.table(table)}`.execute(db())
    }
  }

  it('reveal nothing of what went wrong but a number, under which it stands in the log', async () => {
    const site = await open()
    const told = async (answer: Response) => {
      const text = await answer.text()
      for (const inside of [
        'select',
        'insert',
        'relation',
        'does not exist',
        'node_modules',
        '.ts:',
        ' at ',
        'postgres',
        'Kysely',
        process.cwd(),
      ])
        expect([inside, text.includes(inside)]).toEqual([inside, false])
      const reference = /<code>([0-9a-f]{8})<\/code>/.exec(text)?.[1]
      expect(reference).toBeDefined()
      const line = lines.find((line) => line.includes(reference ?? 'none'))
      expect(JSON.parse(line ?? '{}')).toMatchObject({ msg: 'a request failed', reference })
    }
    await without('comments', async () => {
      for (const path of ['/comments', '/papers/2601.00001', `/comments/1`]) {
        const answer = await site.app.request(path, { headers: { cookie: site.cookies.ada } })
        expect([path, answer.status]).toEqual([path, 500])
        await told(answer)
      }
      const answer = await post(
        site.app,
        '/papers/2601.00001/comments',
        { body: 'x' },
        { cookie: site.cookies.ada },
      )
      expect(answer.status).toBe(500)
      await told(answer)
    })
    expect((await site.app.request('/comments')).status).toBe(200)
  })

  it('close what they concern: nobody is let in, nothing half is done', async () => {
    const site = await open()
    const fields = { vote: '1' }
    await without('signals', async () => {
      const answer = await post(site.app, '/papers/2601.00002/vote', fields, { cookie: site.cookies.ada })
      expect(answer.status).toBe(500)
    })
    expect(
      await db()
        .selectFrom('votes')
        .select('reader_id')
        .where('paper_id', '=', site.papers['2601.00002'] ?? 0)
        .execute(),
    ).toEqual([])
    await without('sessions', async () => {
      for (const path of ['/settings', '/desk', '/'])
        expect((await site.app.request(path, { headers: { cookie: site.cookies.cora } })).status).toBe(500)
    })
    // Without a count of how often, nothing that is counted is done.
    await without('rate_limits', async () => {
      expect((await post(site.app, '/sign-in', { email: 'x@readers.example' })).status).toBe(500)
      expect(
        (await post(site.app, '/papers/2601.00002/vote', fields, { cookie: site.cookies.ada })).status,
      ).toBe(500)
    })
  })

  it('leave nothing of readers in the log, nor does anything else', async () => {
    const site = await open()
    const secrets = [
      'ada@readers.example',
      'bert@readers.example',
      'secret@readers.example',
      'hush-hush',
      'Some ',
      'a secret that is only for tests',
    ]
    await post(site.app, '/sign-in', { email: 'secret@readers.example' })
    const { text_body: mail } = await db()
      .selectFrom('outgoing_mail')
      .select('text_body')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    const token = /token=(\w+)/.exec(mail)?.[1] ?? ''
    secrets.push(
      token,
      ...Object.values(site.cookies).map((cookie) => cookie.split('=')[1]?.split('.')[0] ?? ''),
    )
    for (const { path, fields, by } of sentFormsOn(site, { token })) {
      const cookie = by === 'anybody' ? {} : { cookie: site.cookies[by] }
      for (const [name, text] of Object.entries(fields))
        // Titles of papers that somebody has read may be identifiers, which stand in addresses too.
        if (/body|note|description|reason|title(?!s)/.test(name) && text.length > 8) secrets.push(text)
      // A fault in the middle of it tells most.
      await without('papers', async () => post(site.app, path, fields, cookie))
      await without('readers', async () => post(site.app, path, fields, cookie))
      await post(site.app, path, fields, cookie)
    }
    await forgetRates(db())
    await without('readers', async () =>
      site.app.request(`/sign-in/link?token=${token}`, { headers: { cookie: site.cookies.cora } }),
    )
    await post(site.app, '/sign-in/link', { token })
    for (const path of addressesOf(site.app, 'GET', site))
      await site.app.request(`${path}?utm_term=private+search&utm_id=${token}`, {
        headers: { cookie: site.cookies.cora },
      })
    // Of programs too: their tokens, their keys and what they say, also where something goes wrong in the middle.
    const { reader } = await signIn(db())
    const bearer = await tokenOf(db(), reader)
    secrets.push(site.token, bearer, 'the key of a program', 'Words of a program')
    const headers = {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      'idempotency-key': '"the key of a program"',
    }
    const send = async () =>
      site.app.request('/api/papers/2601.00002/comments', {
        method: 'POST',
        headers,
        body: JSON.stringify({ body: 'Words of a program' }),
      })
    for (const table of ['tokens', 'comments', 'idempotency_keys'] as const)
      expect([500, 503]).toContain((await without(table, send)).status)
    await send()
    await site.app.request(`/api/${bearer}`, { headers })
    expect(lines.length).toBeGreaterThan(20)
    const written = lines.join('\n')
    for (const secret of [...secrets, 'private search', 'private+search'])
      expect([
        secret,
        written.slice(Math.max(0, written.indexOf(secret) - 300), written.indexOf(secret) + 300),
      ]).toEqual([secret, written.includes(secret) ? 'nothing' : expect.anything()])
    // And one line is one line, whatever an address says.
    lines.length = 0
    await without('comments', async () => site.app.request('/papers/2601.00001%0A%7B"level":60%7D'))
    for (const line of lines) expect(line.trimEnd()).not.toContain('\n')
  })

  it('of addresses are told from faults of ours', async () => {
    const { app } = openSite(db(), { log })
    lines.length = 0
    for (const path of [
      '/nothing',
      '/papers/%00',
      '/comments/x',
      '/papers/date/2026-02-30',
      '/papers?q=%FF',
      '/papers/new?after=x',
    ])
      expect([path, (await app.request(path)).status]).toEqual([path, expect.toBeOneOf([200, 400, 404])])
    expect(lines).toEqual([])
  })
})

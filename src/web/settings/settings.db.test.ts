import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import { verifyHeat } from '../../ranking/verify-heat.ts'

describeWithDatabase('settings', (db) => {
  const settings = async (app: ReturnType<typeof openSite>['app'], cookie: string) =>
    (await app.request('/settings', { headers: { cookie } })).text()

  it('are for who is signed in, and nobody’s to keep', async () => {
    const { app } = openSite(db())
    const answer = await app.request('/settings')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?to=/settings'])
    const { cookie } = await signIn(db())
    const own = await app.request('/settings', { headers: { cookie } })
    expect(own.headers.get('cache-control')).toMatch(/private|no-store/)
  })

  it('keep a name, an ORCID and wishes, and say what cannot be', async () => {
    const { app } = openSite(db())
    const { reader, cookie } = await signIn(db())
    const save = (fields: Record<string, string>) => post(app, '/settings/profile', fields, { cookie })
    const profile = () =>
      db()
        .selectFrom('readers')
        .select(['name', 'orcid', 'orcid_verified', 'public', 'mail_replies'])
        .where('id', '=', reader.id)
        .executeTakeFirstOrThrow()
    expect(await profile()).toMatchObject({ name: '', public: false, mail_replies: false })
    const good = { name: '  Ada   Lovelace ', orcid: 'https://orcid.org/0000-0002-1825-0097', public: 'on' }
    expect((await save(good)).headers.get('location')).toBe('/settings?saved')
    expect(await profile()).toEqual({
      name: 'Ada Lovelace',
      orcid: '0000-0002-1825-0097',
      orcid_verified: false,
      public: true,
      mail_replies: false,
    })
    for (const [fields, words] of [
      [{ name: 'x'.repeat(81), orcid: '' }, 'up to 80 characters'],
      [{ name: 'A\u202Eda', orcid: '' }, 'cannot contain invisible characters'],
      [{ name: 'Ada', orcid: '0000-0002-1825-0098' }, 'That is not an ORCID'],
    ] as const) {
      const answer = await save(fields)
      expect(answer.status).toBe(422)
      const page = await answer.text()
      expect(wordsOf(page)).toContain(words)
      expect(page).toContain(fields.orcid)
    }
    expect(await profile()).toMatchObject({ name: 'Ada Lovelace' })
    await save({ name: '<script>alert(1)</script>', orcid: '' })
    expect(await settings(app, cookie)).not.toContain('<script>alert')
  })

  it('keep an ORCID that was proved', async () => {
    const { app } = openSite(db())
    const { reader, cookie } = await signIn(db(), { orcid: '0000-0002-1825-0097' })
    await post(app, '/settings/profile', { name: 'Ada', orcid: '' }, { cookie })
    const row = await db()
      .selectFrom('readers')
      .select('orcid')
      .where('id', '=', reader.id)
      .executeTakeFirst()
    expect(row?.orcid).toBe('0000-0002-1825-0097')
  })

  it('name the browsers one is signed in with, and end one', async () => {
    const { app } = openSite(db())
    const { reader, cookie } = await signIn(db())
    const row = await db()
      .insertInto('sessions')
      .values({
        token: 'another-token-of-theirs',
        reader_id: reader.id,
        expires_at: new Date('2026-03-01T00:00:00Z'),
        ip_address: null,
        user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    expect(wordsOf(await settings(app, cookie))).toContain('Firefox on Linux, last used')
    await post(app, '/settings/sessions/end', { id: row.id }, { cookie })
    expect(wordsOf(await settings(app, cookie))).not.toContain('Firefox on Linux')
  })

  it('take away only one’s own passkeys', async () => {
    const { app } = openSite(db())
    const [ada, eve] = [await signIn(db()), await signIn(db())]
    const id = randomUUID()
    await sql`insert into passkeys (id, name, public_key, reader_id, credential_id, counter, device_type, backed_up)
      values (${id}, 'Key', 'x', ${ada.reader.id}, 'y', 0, 'singleDevice', false)`.execute(db())
    await post(app, '/settings/passkeys/remove', { id }, { cookie: eve.cookie })
    expect(await db().selectFrom('passkeys').select('id').execute()).toEqual([{ id }])
    await post(app, '/settings/passkeys/remove', { id }, { cookie: ada.cookie })
    expect(await db().selectFrom('passkeys').select('id').execute()).toEqual([])
  })

  /** A reader with something of everything. */
  async function busyReader() {
    const { app, record } = openSite(db())
    await record([stated('2601.00001'), stated('2601.00002')])
    const ada = await signIn(db(), { email: 'ada@example.org', name: 'Ada', curator: true })
    const bob = await signIn(db(), { email: 'bob@example.org', name: 'Bob' })
    for (const { cookie } of [ada, bob])
      for (const address of ['2601.00001', '2601.00002'])
        await post(app, `/papers/${address}/vote`, { vote: '1' }, { cookie })
    await post(app, '/papers/2601.00001/pick', { pick: '1', note: 'Ada picked it' }, { cookie: ada.cookie })
    await post(app, '/papers/2601.00001/save', { save: '1' }, { cookie: ada.cookie })
    await post(app, '/papers/2601.00002/not-for-me', { 'not-for-me': '1' }, { cookie: ada.cookie })
    await post(app, '/papers/2601.00001/comments', { body: 'Answered words of Ada' }, { cookie: ada.cookie })
    await post(app, '/papers/2601.00002/comments', { body: 'Lonely words of Ada' }, { cookie: ada.cookie })
    const comment = await db()
      .selectFrom('comments')
      .select('id')
      .where('body', 'like', 'Answered%')
      .executeTakeFirstOrThrow()
    await post(app, `/comments/${comment.id}/reply`, { body: 'Words of Bob' }, { cookie: bob.cookie })
    await post(
      app,
      `/comments/${comment.id}/react`,
      { reaction: 'thanks', react: '1' },
      { cookie: bob.cookie },
    )
    await post(app, '/collections', { title: 'Tides of Ada', public: 'on' }, { cookie: ada.cookie })
    await post(app, '/sign-in', { email: 'ada@example.org' })
    return { app, ada, bob }
  }

  it('hand out everything that is kept about a reader, and nothing of others', async () => {
    const { app, ada, bob } = await busyReader()
    const answer = await app.request('/settings/export', { headers: { cookie: ada.cookie } })
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="account.json"')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const account = (await answer.json()) as Record<string, unknown[]>
    expect(account['account']).toMatchObject([{ email: 'ada@example.org', name: 'Ada' }])
    expect(account['votes']).toHaveLength(2)
    expect(account['picks']).toMatchObject([{ paper: '2601.00001', note: 'Ada picked it' }])
    expect(account['reading_list']).toMatchObject([{ paper: '2601.00001' }])
    expect(account['not_for_me']).toMatchObject([{ paper: '2601.00002' }])
    expect(account['comments']).toHaveLength(2)
    expect(account['collections']).toMatchObject([{ title: 'Tides of Ada', public: true }])
    expect(JSON.stringify(account)).not.toMatch(/bob@example|Words of Bob|token(?!s":)|hash/)
    expect((await app.request('/settings/export')).status).toBe(303)
    void bob
  })

  it('delete an account for good, once the word is typed', async () => {
    const { app, ada } = await busyReader()
    const refused = await post(app, '/settings/delete', { confirm: 'yes' }, { cookie: ada.cookie })
    expect(refused.status).toBe(422)
    const gone = await post(app, '/settings/delete', { confirm: ' Delete ' }, { cookie: ada.cookie })
    expect([gone.status, gone.headers.get('location')]).toEqual([303, '/'])
    expect((await app.request('/settings', { headers: { cookie: ada.cookie } })).status).toBe(303)

    // Nothing in any table tells of her.
    const { rows: tables } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(
      db(),
    )
    for (const { name } of tables) {
      const { rows } = await sql`select to_jsonb(t) as row from ${sql.id(name)} t`.execute(db())
      expect(JSON.stringify(rows), name).not.toMatch(/ada@example|Ada picked|of Ada|"Ada"/)
      expect(JSON.stringify(rows), name).not.toContain(ada.reader.id)
    }
    const check = await verifyHeat(db())
    expect(check.differences).toEqual([])
    const papers = await db()
      .selectFrom('papers')
      .select(['address', 'votes', 'pick_count', 'comment_count'])
      .orderBy('address')
      .execute()
    expect(papers).toEqual([
      { address: '2601.00001', votes: 1, pick_count: 0, comment_count: 1 },
      { address: '2601.00002', votes: 1, pick_count: 0, comment_count: 0 },
    ])
    const page = wordsOf(await (await app.request('/papers/2601.00001')).text())
    expect(page).toContain('Words of Bob')
    void NOON
  })

  it('delete an account only for who has just signed in', async () => {
    const { reader, cookie } = await signIn(db())
    const at = (minutes: number) => openSite(db(), { now: new Date(NOON.getTime() + minutes * 60_000) }).app
    const late = await post(at(31), '/settings/delete', { confirm: 'delete' }, { cookie })
    expect(late.status).toBe(422)
    expect(wordsOf(await late.text())).toContain(
      'You signed in more than 30 minutes ago. Sign out, sign in again, and then delete your account.',
    )
    const left = () => db().selectFrom('readers').select('id').execute()
    expect(await left()).toEqual([{ id: reader.id }])
    // A session that was renewed since is no newer.
    await sql`update sessions set updated_at = ${new Date(NOON.getTime() + 31 * 60_000)}`.execute(db())
    expect((await post(at(31), '/settings/delete', { confirm: 'delete' }, { cookie })).status).toBe(422)
    expect((await post(at(29), '/settings/delete', { confirm: 'delete' }, { cookie })).status).toBe(303)
    expect(await left()).toEqual([])
  })
})

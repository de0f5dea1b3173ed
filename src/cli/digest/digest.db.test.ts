import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { ensureBuilt, runProgram } from '../../../test/program.ts'
import { usualPreferences } from '../../digests/preferences.ts'
import { askToSubscribe } from '../../digests/subscriptions.ts'
import { parseEmailAddress, type EmailAddress } from '../../mail/address.ts'
import { moderationLog } from '../../moderation/moderation-log.ts'
import { recordHarvest } from '../../sources/record-harvest.ts'

const TIME_ZONE = 'America/New_York'

describeWithDatabase('broadsheet digest', (db) => {
  let folder: string
  beforeAll(() => {
    ensureBuilt()
    folder = mkdtempSync(join(tmpdir(), 'broadsheet-cli-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function runWith(env: Record<string, string>, ...argv: string[]) {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const server = inject('server')
    const address = new URL(`postgresql:///${rows[0]?.name}`)
    for (const name of ['host', 'port', 'user'] as const)
      address.searchParams.set(name, String(server?.[name]))
    return runProgram(['digest', ...argv], {
      env: {
        BROADSHEET_DATA: join(folder, 'data'),
        DATABASE_URL: address.href,
        EMBEDDINGS_MODEL: 'none',
        PUBLIC_URL: 'https://tides.example',
        ...env,
      },
    })
  }
  const run = (...argv: string[]) => runWith({}, ...argv)
  const outbox = () => readdirSync(join(folder, 'data', 'outbox'))
  const clear = () => rmSync(join(folder, 'data', 'outbox'), { recursive: true, force: true })

  const record = (count: number) =>
    recordHarvest(
      db(),
      Array.from({ length: count }, (_, i) =>
        stated(`2601.13${String(i).padStart(3, '0')}`, {
          title: `Tide ${i + 1} turns`,
          abstract: 'We show that tides turn early.',
          published: { value: '2026-01-13T15:00:00Z', precision: 'time' },
          categories: ['physics.ao-ph'],
          primaryCategory: 'physics.ao-ph',
        }),
      ),
      { now: new Date('2026-01-13T20:00:00Z'), timeZone: TIME_ZONE },
    )
  async function subscribe(email: string, list = '/'): Promise<number> {
    const asked = await askToSubscribe(db(), {
      email: parseEmailAddress(email) as EmailAddress,
      list,
      preferences: usualPreferences('day', { timeZone: TIME_ZONE }),
      proven: true,
      secret: 'a secret that is only for tests, long enough',
      now: new Date(),
    })
    if (asked.kind !== 'confirmed') throw new Error(`it was ${asked.kind}`)
    return asked.subscriptionId
  }
  const issues = async () =>
    (await sql<{ n: number }>`select count(*)::int as n from digest_issues`.execute(db())).rows[0]?.n

  it('previews a list in every format, and records nothing', async () => {
    expect(await run('preview')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'broadsheet: There is nothing to send yet: the list has no papers.\n',
    })
    await record(8)
    const text = await run('preview', '--length', '5')
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toContain('Tide')
    expect((await run('preview', '/papers?q=tide', '--format', 'html')).stdout).toMatch(/^<!doctype html>/i)
    const json = JSON.parse(
      (await run('preview', '/topics/physics.ao-ph', '--every', 'week', '--format', 'json')).stdout,
    )
    expect(json).toMatchObject({ every: 'week', list: { url: 'https://tides.example/topics/physics.ao-ph' } })
    expect(json.papers).toHaveLength(8)
    const eml = join(folder, 'preview.eml')
    expect(await run('preview', '--format', 'eml', '--to', eml)).toEqual({
      code: 0,
      stdout: `The preview is in ${eml}.\n`,
      stderr: '',
    })
    expect(readFileSync(eml, 'utf8')).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m)
    for (const [argv, reason] of [
      [['--format', 'eml', '--to', eml], /exists already/],
      [['/nowhere'], /Enter the address of a list/],
      [['--every', 'year'], /Choose how often/],
      [['--length', '99'], /from 5 to 25/],
      [['/', '--due', join(folder, 'x')], /--due is about all that is due/],
    ] as const) {
      const finished = await run('preview', ...argv)
      expect([finished.code, finished.stdout]).toEqual([1, ''])
      expect(finished.stderr).toMatch(reason)
    }
    expect(await issues()).toBe(0)
  })

  it('previews all that is due, by number and without an address', async () => {
    const target = join(folder, 'due')
    expect((await run('preview', '--due', target)).stdout).toBe('No digest is due now.\n')
    await record(3)
    const id = await subscribe('ada@readers.example')
    await subscribe('bob@readers.example', '/topics/math.CO')
    expect(await run('preview', '--due', target)).toMatchObject({
      code: 0,
      stdout: `1 email is in ${target}; 1 subscription has no news.\n`,
    })
    expect(readdirSync(target)).toEqual([`${id}.eml`])
    expect(readFileSync(join(target, `${id}.eml`), 'utf8')).not.toContain('readers.example')
    expect((await run('preview', '--due', target)).stderr).toContain('is not empty. Name a new folder.')
    expect(await issues()).toBe(0)
  })

  it('sends what is due, once, and says so', async () => {
    clear()
    await record(3)
    expect((await run('send')).code).toBe(0)
    await subscribe('ada@readers.example')
    await subscribe('bob@readers.example', '/papers?q=tide')
    await subscribe('eve@readers.example', '/topics/math.CO')
    const sent = await run('send')
    expect(sent.code).toBe(0)
    expect(sent.stdout).toContain('2 digests were sent.\nNo mail server is set, so they are files in ')
    expect(sent.stdout).toContain('1 digest was skipped: nothing was new for them.')
    expect(outbox()).toHaveLength(2)
    expect(await run('send')).toMatchObject({ code: 0, stdout: 'Nothing is due.\n' })
    expect(outbox()).toHaveLength(2)
    const table = await run('runs')
    expect(table.stdout).toMatch(/^run +digest +state +due +sent +waiting/)
    expect(table.stdout).toMatch(/First issues of .*, daily +finished +2 +2 +0/)
    expect(JSON.parse((await run('runs', '--json', '--limit', '1')).stdout)).toMatchObject({
      late: null,
      runs: [{ every: expect.any(String) }],
    })
  })

  it('waits for a paused run until it is named, and for a server that is away', async () => {
    clear()
    await record(3)
    await subscribe('ada@readers.example')
    // Nobody listens there.
    const away = await runWith({ SMTP_URL: 'smtp://127.0.0.1:1' }, 'send')
    expect(away.code).toBe(1)
    expect(away.stdout).toContain('0 digests were sent.')
    expect(away.stderr).toContain('The mail server did not take 1. Its last answer: ')
    await sql`update digest_issues set due_again_at = now(), attempts = 0 where state = 'waiting'`.execute(
      db(),
    )
    await sql`update digest_runs set paused_at = now()`.execute(db())
    const paused = await run('send')
    expect([paused.code, paused.stderr]).toEqual([
      1,
      'broadsheet: 1 wait in runs that are paused; go on with --run.\n',
    ])
    const { rows } = await sql<{ id: number }>`
      select run_id as id from digest_issues where state = 'waiting'`.execute(db())
    expect(await run('send', '--run', String(rows[0]?.id))).toMatchObject({ code: 0 })
    expect(outbox()).toHaveLength(1)
    expect(await run('send', '--run', '999')).toMatchObject({ code: 1 })
  })

  it('sends again what is in doubt only when it is asked to', async () => {
    clear()
    await record(3)
    await subscribe('ada@readers.example')
    await run('send')
    await sql`update digest_issues set state = 'in doubt' where state = 'sent'`.execute(db())
    expect(await run('send')).toMatchObject({ code: 0, stdout: 'Nothing is due.\n' })
    expect(await run('send', '--in-doubt')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 digest in doubt is sent again\.\n1 digest was sent\.\n/),
    })
  })

  it('tells addresses to an administrator, and everyone that it did', async () => {
    await record(3)
    await subscribe('ada@readers.example')
    await subscribe('bob@readers.example')
    await run('send')
    await sql`update digest_issues set state = 'bounced', failure = E'no such\nmailbox'
      where subscription_id = (select s.id from subscriptions s join subscribers b on b.id = s.subscriber_id
        where b.email = 'bob@readers.example')`.execute(db())
    const { rows } = await sql<{ id: number }>`
      select run_id as id from digest_issues where state = 'bounced'`.execute(db())
    const id = String(rows[0]?.id)
    expect(await run('addresses', id, '--state', 'bounced')).toEqual({
      code: 0,
      stdout: 'bob@readers.example\tbounced\tno such mailbox\n',
      stderr: '',
    })
    expect((await run('addresses', id)).stdout).toBe(
      'ada@readers.example\tsent\t\nbob@readers.example\tbounced\tno such mailbox\n',
    )
    expect(await run('addresses', id, '--state', 'in doubt')).toMatchObject({ code: 0, stdout: '' })
    const { entries } = await moderationLog(db(), { before: null, limit: 9 })
    expect(entries.map(({ by, words, subject }) => `${by} ${words} ${subject}`)).toEqual([
      expect.stringMatching(/^An administrator looked at 2 addresses of the run first \d{4}-\d\d-\d\d$/),
      expect.stringMatching(/^An administrator looked at 1 address of the run first \d{4}-\d\d-\d\d$/),
    ])
    for (const argv of [['999'], ['x'], [id, '--state', 'lost']])
      expect(await run('addresses', ...argv)).toMatchObject({ code: 1, stdout: '' })
  })
})

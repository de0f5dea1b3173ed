import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { ensureBuilt, runProgram } from '../../test/program.ts'
import { isSigned, openChatServer } from '../webhooks/testing/chat-server.ts'

describeWithDatabase('broadsheet webhooks', (db) => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-cli-'))
  beforeAll(ensureBuilt)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  async function run(...argv: string[]) {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const server = inject('server')
    const address = new URL(`postgresql:///${rows[0]?.name}`)
    for (const name of ['host', 'port', 'user'] as const)
      address.searchParams.set(name, String(server?.[name]))
    const env = {
      BROADSHEET_DATA: join(folder, 'data'),
      DATABASE_URL: address.href,
      EMBEDDINGS_MODEL: 'none',
    }
    return runProgram(['webhooks', ...argv], { env })
  }

  it('adds, tests, lists, pauses, resumes and removes them, on private networks too', async () => {
    const server = await openChatServer()
    try {
      const added = await run(
        'add',
        '/papers/trending',
        server.target('telegram'),
        '--shape',
        'telegram',
        '--chat',
        '-1001',
        '--at',
        '9',
        '--most',
        '5',
        '--least-heat',
        '2.5',
      )
      const [, id = '', secret = ''] = /^Webhook (\d+) was added.*\n(whsec_\S+)\n/.exec(added.stdout) ?? []
      expect([added.code, added.stderr]).toEqual([0, ''])
      expect(await db().selectFrom('webhooks').selectAll().executeTakeFirst()).toMatchObject({
        list: '/papers/trending',
        shape: 'telegram',
        chat: '-1001',
        at_hour: 9,
        most: 5,
        least_heat: 2.5,
        trusted: true,
      })
      expect(await run('test', id)).toEqual({ code: 0, stdout: 'The test was taken.\n', stderr: '' })
      const [posted] = server.posted
      expect(posted?.path).toMatch(/\/bot[^/]+\/sendMessage$/)
      expect(posted && isSigned(posted, secret)).toBe(true)
      expect((await run('list')).stdout).toMatch(
        new RegExp(
          `^${id}: /papers/trending to telegram \\(http://127.0.0.1:\\d+/…cret\\): working; nothing told yet\n$`,
        ),
      )
      const json = (await run('list', '--json')).stdout
      expect(JSON.parse(json)).toMatchObject([{ id: Number(id), list: '/papers/trending' }])
      expect(json).not.toContain('secretsecret')
      expect((await run('pause', id)).stdout).toBe(`Webhook ${id} is paused.\n`)
      expect((await run('list')).stdout).toContain(': paused;')
      expect((await run('resume', id)).stdout).toBe(`Webhook ${id} tells again.\n`)
      expect((await run('rotate', id)).stdout).toMatch(/whsec_/)
      expect((await run('remove', id)).stdout).toBe(`Webhook ${id} was removed.\n`)
      expect(await run('remove', id)).toMatchObject({
        code: 1,
        stderr: `broadsheet: There is no webhook ${id}. See: broadsheet webhooks list\n`,
      })
    } finally {
      await server.close()
    }
  })

  it('takes searches, and says what is wrong in one sentence', async () => {
    expect(await run('add', '/papers?q=tides', 'https://chat.example/hook')).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(await db().selectFrom('webhooks').select(['list', 'shape']).execute()).toEqual([
      { list: '/papers?q=tides', shape: 'json' },
    ])
    for (const [argv, reason] of [
      [['add', '/nowhere', 'https://chat.example/hook'], /Enter the address of a list/],
      [['add', '/', 'chat.example'], /Enter the full address/],
      [['add', '/', 'https://chat.example/hook', '--at', 'noon'], /--at must be a number/],
      [['test', 'x'], /is not the number of a webhook/],
      [['test', '999'], /There is no webhook 999/],
    ] as const) {
      const finished = await run(...argv)
      expect([finished.code, finished.stdout]).toEqual([1, ''])
      expect(finished.stderr).toMatch(reason)
      expect(finished.stderr.trimEnd().split('\n')).toHaveLength(1)
    }
  })

  it('fails a test that was not taken', async () => {
    const server = await openChatServer({ answer: () => ({ status: 403 }) })
    await run('add', '/', server.target('slack'), '--shape', 'slack')
    const id = String((await db().selectFrom('webhooks').select('id').executeTakeFirstOrThrow()).id)
    expect(await run('test', id)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^broadsheet: The test was not taken: 127.0.0.1:\d+ answered with status 403/,
      ),
    })
    await server.close()
  })
})

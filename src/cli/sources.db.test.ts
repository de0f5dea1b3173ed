import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { ensureBuilt, runProgram } from '../../test/program.ts'

const HOUR_AGO = new Date(Date.now() - 3_600_000)

describeWithDatabase('broadsheet sources and harvest', (db) => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-cli-'))
  const servers: Server[] = []
  beforeAll(ensureBuilt)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  async function environment(more: Record<string, string> = {}) {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const address = new URL(`postgresql:///${rows[0]?.name}`)
    for (const name of ['host', 'port', 'user'] as const)
      address.searchParams.set(name, String(inject('server')?.[name]))
    return {
      BROADSHEET_DATA: join(folder, 'data'),
      DATABASE_URL: address.href,
      EMBEDDINGS_MODEL: 'none',
      ...more,
    }
  }
  const run = async (argv: string[], options: { env?: Record<string, string>; input?: string } = {}) =>
    runProgram(argv, { ...options, env: await environment(options.env) })
  /** A folder with two papers, of which one cannot be read. */
  function exports(name: string): string {
    const path = join(folder, name)
    mkdirSync(path)
    writeFileSync(join(path, 'a.jsonl'), '{"id": "2601.00001", "title": "Tides"}\n{"id": "2601.00002"}\n')
    utimesSync(join(path, 'a.jsonl'), HOUR_AGO, HOUR_AGO)
    return path
  }

  it('adds sources, lists, pauses, resumes and removes them', async () => {
    expect((await run(['sources', 'list'])).stdout).toContain('There are no sources yet.')
    expect(
      await run(['sources', 'add', 'arxiv', '--categories', 'cs.CL,cs.LG', '--words', 'tides,deep sea']),
    ).toEqual({ code: 0, stdout: 'arxiv (arXiv: cs.CL, cs.LG) was added.\n', stderr: '' })
    await run(['sources', 'add', 'crossref', '--name', 'facts'])
    expect((await run(['sources', 'list'])).stdout).toMatch(
      /^arxiv \(arXiv: cs\.CL, cs\.LG\): about to be asked; never whole yet, next \S+ \S+ UTC\nfacts \(Crossref\): .*; asked about 0 of 5,000 papers in the last day\n$/,
    )
    const json = async () => JSON.parse((await run(['sources', 'list', '--json'])).stdout) as unknown
    expect(await json()).toMatchObject([
      {
        name: 'arxiv',
        kind: 'arxiv',
        settings: { categories: ['cs.CL', 'cs.LG'] },
        mustHave: ['tides', 'deep sea'],
        trusted: true,
        state: 'new',
      },
      { name: 'facts', budget: { used: 0, perDay: 5000 } },
    ])
    expect((await run(['sources', 'pause', 'arxiv'])).stdout).toBe('arxiv is paused.\n')
    expect(await json()).toMatchObject([{ state: 'paused' }, { state: 'new' }])
    expect((await run(['sources', 'resume', 'arxiv'])).stdout).toBe('arxiv is asked again.\n')
    expect((await run(['sources', 'remove', 'facts'])).code).toBe(0)
    expect(await json()).toMatchObject([{ name: 'arxiv', state: 'new' }])
  }, 60_000)

  it.each([
    ['a kind there is not', ['add', 'gopher'], 'There is no kind of source called gopher.'],
    ['no categories', ['add', 'arxiv'], 'Categories: name at least one category'],
    ['no category of arXiv', ['add', 'arxiv', '--categories', 'Tides!'], 'is no category of arXiv'],
    [
      'an option of another kind',
      ['add', 'huggingface', '--url', 'https://a.example'],
      'has no option --url',
    ],
    ['a name that is none', ['add', 'huggingface', '--name', 'A b'], 'small letters'],
    ['a source there is not', ['pause', 'gopher'], 'There is no source called gopher.'],
    ['a field there is not', ['add-field', 'alchemy'], 'There is no field called alchemy.'],
    ['a file there is not', ['apply', '/nowhere.json'], 'cannot be read'],
  ])('refuses %s in one sentence', async (_what, argv, reason) => {
    const done = await run(['sources', ...argv])
    expect([done.code, done.stdout, done.stderr]).toEqual([1, '', expect.stringContaining(reason)])
    expect(await db().selectFrom('sources').selectAll().execute()).toEqual([])
  })

  it('writes its sources down and makes them again from that', async () => {
    await run(['sources', 'add-field', 'language'])
    const { stdout } = await run(['sources', 'export'])
    await db().deleteFrom('sources').execute()
    const applied = await run(['sources', 'apply', '-'], { input: stdout })
    expect(applied.stdout).toBe('3 added, 0 changed, 0 removed, 0 unchanged\n')
    expect((await run(['sources', 'export'])).stdout).toBe(stdout)
    const pruned = await run(['sources', 'apply', '-', '--prune'], { input: '{"sources": []}' })
    expect(pruned.stdout).toBe('0 added, 0 changed, 3 removed, 0 unchanged\n')
    expect((await run(['sources', 'apply', '-'], { input: '{' })).code).toBe(1)
  }, 60_000)

  it('harvests what is due; a dry run only says what that would be', async () => {
    await run(['sources', 'add', 'folder', '--folder', exports('due')])
    const dry = await run(['harvest', 'folder', '--dry-run'])
    const counts = 'folder, files: 2 records: 1 new, 0 updated, 0 unchanged, 1 quarantined'
    expect([dry.code, dry.stdout]).toEqual([0, `${counts}; nothing was stored\n`])
    expect(await db().selectFrom('papers').selectAll().execute()).toEqual([])
    const whole = await run(['harvest', 'folder'])
    expect([whole.code, whole.stdout]).toEqual([0, `${counts}\n`])
    expect(whole.stderr).toContain('quarantined')
    expect(await db().selectFrom('papers').select('title').execute()).toEqual([{ title: 'Tides' }])
    expect((await run(['harvest', 'folder'])).stdout).toContain(' 0 records: ')
  }, 60_000)

  it('fails with one sentence where a run is not whole, or not possible', async () => {
    await run(['sources', 'add', 'folder', '--folder', join(folder, 'gone')])
    const failed = await run(['harvest', 'folder'])
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringContaining(
        `folder was not harvested to the end (files): There is no folder or file ${join(folder, 'gone')}.`,
      ),
    ])
    for (const [argv, reason] of [
      [['folder', '--from', '2026-01-01'], 'cannot be asked for a range'],
      [['folder', '--task', 'tea'], 'has no task tea. There are: files.'],
      [['gopher'], 'There is no source called gopher.'],
      [['arxiv'], 'There is no source called arxiv.'],
      [['arxiv', '--set', 'cs'], 'Give the first day with --from.'],
      [['arxiv', '--set', 'cs', '--from', '2026-02-30'], '--from must be a day'],
      [['arxiv', '--set', 'cs', '--from', '2026-02-02', '--to', '2026-02-01'], 'is later than 2026-02-01'],
    ] as const) {
      const done = await run(['harvest', ...argv])
      expect([argv, done.code, done.stderr]).toEqual([argv, 1, expect.stringContaining(reason)])
    }
  }, 60_000)

  it('lets what one task cannot get hold up no other', async () => {
    const asked: string[] = []
    const url = await serve((request, response) => {
      asked.push(new URL(request.url ?? '/', 'http://arxiv.invalid').pathname)
      response.writeHead(404).end()
    })
    await run(['sources', 'add', 'arxiv', '--categories', 'cs.CL'])
    const done = await run(['harvest', 'arxiv'], {
      env: { ARXIV_RSS_URL: url, ARXIV_OAI_URL: `${url}/oai`, ARXIV_LIST_URL: url, ARXIV_URL: url },
    })
    expect(done.code).toBe(1)
    expect(done.stdout).toMatch(/^arxiv, announcements: 0 records.*\narxiv, records: 0 records/)
    expect(done.stderr).toContain('(announcements)')
    expect(done.stderr).toContain('(records)')
    expect(asked).toContain('/oai')
  }, 60_000)

  it('stops cleanly where it is interrupted', async () => {
    let heard = () => {}
    const waits = new Promise<void>((resolve) => (heard = resolve))
    // It never answers.
    const url = await serve(() => heard())
    await run(['sources', 'add', 'feed', '--url', `${url}/feed`])
    const child = spawn(
      join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'node'),
      [join(import.meta.dirname, '..', '..', 'dist', 'main.js'), 'harvest', 'feed'],
      { env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...(await environment()) } },
    )
    let stderr = ''
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    await waits
    child.kill('SIGINT')
    expect([await ended, stderr]).toEqual([1, expect.stringContaining('Interrupted.')])
    expect(await db().selectFrom('harvest_runs').select('outcome').execute()).toEqual([
      { outcome: 'stopped' },
    ])
    expect(await db().selectFrom('source_tasks').select(['holder', 'failures']).execute()).toEqual([
      { holder: null, failures: 0 },
    ])
  }, 60_000)
})

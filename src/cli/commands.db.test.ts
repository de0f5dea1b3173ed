import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { ensureBuilt, runProgram, type Finished } from '../../test/program.ts'

const line = (n: number, title = `Paper ${n}`) =>
  JSON.stringify({ id: `2601.${String(n).padStart(5, '0')}`, title, abstract: `Words ${n * 7_919} of it.` })
const LINES = `${line(1)}\n${line(2)}\n{"title": "No identifier"}\n`

describeWithDatabase('broadsheet', (db) => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-cli-'))
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  async function run(argv: string[], input?: string | Uint8Array): Promise<Finished> {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const server = inject('server')
    const address = new URL(`postgresql:///${rows[0]?.name}`)
    for (const name of ['host', 'port', 'user'] as const)
      address.searchParams.set(name, String(server?.[name]))
    const env = { BROADSHEET_DATA: join(folder, 'data'), DATABASE_URL: address.href }
    return runProgram(argv, { env, ...(input === undefined ? {} : { input }) })
  }
  const titles = async () =>
    (await db().selectFrom('papers').select('title').orderBy('address').execute()).map(({ title }) => title)
  const summary = (counts: string) =>
    expect.stringMatching(new RegExp(`^\\d+ records: ${counts}; \\d+\\.\\d s, \\d+ records/s\\n$`))

  beforeAll(ensureBuilt)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('imports a file, and finds all of it there the second time', async () => {
    const path = file('lines.jsonl', LINES)
    expect(await run(['import', path])).toEqual({
      code: 0,
      stdout: summary('2 new, 0 updated, 0 unchanged, 1 refused'),
      stderr: 'refused line 3: It has no identifier (an arXiv id or a DOI).\n',
    })
    expect(await run(['import', path])).toMatchObject({
      code: 0,
      stdout: summary('0 new, 0 updated, 2 unchanged, 1 refused'),
    })
    expect(await titles()).toEqual(['Paper 1', 'Paper 2'])
    expect(await db().selectFrom('imports').select(['name', 'format']).execute()).toEqual([
      { name: 'lines.jsonl', format: 'jsonl' },
      { name: 'lines.jsonl', format: 'jsonl' },
    ])
  })

  it('imports what is piped in, gzipped or not', async () => {
    expect(await run(['import', '-'], LINES)).toMatchObject({ code: 0, stdout: summary('2 new, .*') })
    expect(await run(['import', '-', '--format', 'jsonl'], gzipSync(LINES))).toMatchObject({
      code: 0,
      stdout: summary('0 new, 0 updated, 2 unchanged, 1 refused'),
    })
    const zipped = await run(['import', file('other.dat.gz', gzipSync(`${line(3)}\n`))])
    expect(zipped).toMatchObject({ code: 0, stdout: summary('1 new, .*'), stderr: '' })
    expect((await db().selectFrom('imports').select('name').execute()).map(({ name }) => name)).toContain(
      'standard input',
    )
  })

  it('exports all papers to a file or a pipe, in a format that it can import', async () => {
    await run(['import', '-'], LINES)
    const target = join(folder, 'papers.ris')
    expect(await run(['export', target, '--format', 'ris'])).toEqual({
      code: 0,
      stdout: `2 papers are in ${target}.\n`,
      stderr: '',
    })
    expect(await run(['import', target])).toMatchObject({
      code: 0,
      stdout: summary('0 new, 2 updated, 0 unchanged, 0 refused'),
    })
    const piped = await run(['export', '--format', 'csl'])
    expect(piped).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(piped.stdout)).toMatchObject([{ title: 'Paper 1' }, { title: 'Paper 2' }])
    expect(await run(['export', target])).toEqual({
      code: 1,
      stdout: '',
      stderr: `broadsheet: ${target} exists already. Name a new file.\n`,
    })
  })

  it('refuses to restore what is no backup, and says what to give it', async () => {
    const refused = async (argv: string[], stderr: string) =>
      expect(await run(['restore', ...argv])).toEqual({
        code: 1,
        stdout: '',
        stderr: `broadsheet: ${stderr}\n`,
      })
    await refused([join(folder, 'none.zip')], `The file ${join(folder, 'none.zip')} does not exist.`)
    await refused([folder], `${folder} is a folder. Give the name of a backup in it.`)
    await refused(['-'], 'A backup cannot be read from standard input. Save it to a file and restore that.')
  })

  it('keeps what came before a file breaks off, and says that it did', async () => {
    const whole = gzipSync(Array.from({ length: 3_000 }, (_, i) => line(i + 1)).join('\n'))
    const path = file('cut.jsonl.gz', whole.subarray(0, whole.length / 2))
    const { code, stdout, stderr } = await run(['import', path])
    expect(code).toBe(1)
    expect(stdout).toEqual(summary('\\d+ new, 0 updated, 0 unchanged, [01] refused'))
    expect(stderr).toContain(
      `broadsheet: ${path} could not be read to the end: The gzip file is damaged or ends too early. Everything before that was imported. Fix the file and import it again.\n`,
    )
    const kept = await titles()
    expect(kept.length).toBeGreaterThan(500)
    expect(kept.length).toBeLessThan(3_000)
    expect(kept[0]).toBe('Paper 1')
  })

  it('fails where nothing could be taken in', async () => {
    const none = file('none.jsonl', '{"title": "No identifier"}\n')
    expect(await run(['import', none])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`broadsheet: No record in ${none} could be imported.\n`),
    })
    const empty = file('empty.jsonl', '')
    expect(await run(['import', empty, '--format', 'jsonl'])).toMatchObject({
      code: 1,
      stderr: `broadsheet: ${empty} contains no papers in the format jsonl.\n`,
    })
  })

  it('finds papers, as text and as JSON', async () => {
    await run(['import', file('found.jsonl', `${line(1, 'Tides of lakes')}\n${line(2, 'Glaciers')}\n`)])
    expect(await run(['search', 'tides'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^No papers have been embedded yet.*\n1 paper has these words\.\n\n1\. Tides of lakes\n.*2601\.00001/,
      ),
      stderr: '',
    })
    const { stdout } = await run(['search', 'tdies', 'title:lakes', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      total: 1,
      query: 'tides title:lakes',
      corrections: [{ word: 'tdies', instead: 'tides' }],
      offers: [],
      results: [{ address: '2601.00001', title: 'Tides of lakes', byWords: true }],
    })
    expect(JSON.parse((await run(['search', 'tides', 'date:soon', '--json'])).stdout)).toMatchObject({
      total: 1,
      query: 'tides',
      unread: [{ kind: 'date', text: 'date:soon' }],
    })
    expect((await run(['search', 'tdies'])).stdout).toContain(
      'No paper has “tdies”: searched for “tides”. Put it in quotation marks to search for it as it is.\n',
    )
    expect(JSON.parse((await run(['search', '"tdies"', '--json'])).stdout)).toMatchObject({
      total: 0,
      corrections: [],
    })
    expect(JSON.parse((await run(['search', 'walrus', '--json'])).stdout)).toMatchObject({
      total: 0,
      results: [],
    })
    expect(await run(['search', 'tides', '--limit', 'many'])).toMatchObject({
      code: 1,
      stderr: 'broadsheet: --limit must be a number from 1 to 1000, not "many".\n',
    })
  })

  it('makes the search index, compares it with the database, and heals it', async () => {
    await run(['import', file('indexed.jsonl', `${line(1)}\n${line(2)}\n${line(3)}\n`)])
    expect(await run(['index'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^3 papers in the index, 0 of them by meaning; /),
    })
    expect(await run(['index', '--rebuild'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^3 papers in the index/),
    })
    expect(await run(['doctor', '--check'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('agree'),
    })
    await sql`update papers set index_seq = 0 where address = '2601.00002'`.execute(db())
    expect(await run(['doctor', '--check'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/Papers out of date in the index: 1 \(\d+\)/),
      stderr: expect.stringContaining('broadsheet: Run "broadsheet doctor"'),
    })
    expect(await run(['doctor'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Repaired') })
    expect(await run(['doctor', '--check'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('agree'),
    })
    const segment =
      readdirSync(join(folder, 'data', 'search')).find((name) => name.endsWith('.positions')) ?? ''
    writeFileSync(join(folder, 'data', 'search', segment), 'x')
    expect(await run(['doctor'])).toMatchObject({ code: 0, stdout: expect.stringContaining('agree') })
    expect(await run(['doctor', '--check'])).toMatchObject({ code: 0 })
  })

  it('brings the database to the newest schema, and refuses one of a newer program', async () => {
    expect(await run(['migrate'])).toEqual({
      code: 0,
      stdout: 'The database has the latest schema.\n',
      stderr: '',
    })
    await db().insertInto('migrations').values({ name: '9999-later.sql', sha256: 'x' }).execute()
    try {
      for (const argv of [['migrate'], ['import', file('lines.jsonl', LINES)], ['serve']]) {
        expect(await run(argv)).toEqual({
          code: 1,
          stdout: '',
          stderr:
            'broadsheet: The database was set up by a newer Broadsheet (migration 9999-later.sql): run that version.\n',
        })
      }
    } finally {
      await db().deleteFrom('migrations').where('name', '=', '9999-later.sql').execute()
    }
  })
})

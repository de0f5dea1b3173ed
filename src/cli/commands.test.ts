import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt, runProgram } from '../../test/program.ts'

const LINE = '{"id": "2601.00001", "title": "Tides"}\n'

describe('the program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-cli-'))
  // None of these may come as far as making a database here.
  const env = { BROADSHEET_DATA: join(folder, 'data') }
  const run = (argv: string[], more: Record<string, string> = {}, input?: string) =>
    runProgram(argv, { env: { ...env, ...more }, ...(input === undefined ? {} : { input }) })
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const one = (sentence: string) => ({ code: 1, stdout: '', stderr: `broadsheet: ${sentence}\n` })

  beforeAll(ensureBuilt)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('explains itself and each of its verbs', async () => {
    const verbs = [
      'serve',
      'work',
      'import',
      'export',
      'search',
      'index',
      'doctor',
      'backup',
      'restore',
      'migrate',
      'config',
    ]
    const [all, ...each] = await Promise.all([run(['--help']), ...verbs.map((verb) => run([verb, '--help']))])
    expect([all?.code, all?.stderr]).toEqual([0, ''])
    verbs.forEach((verb, i) => {
      expect(all?.stdout).toContain(verb)
      expect(each[i]).toMatchObject({ code: 0, stderr: '' })
      expect(each[i]?.stdout).toContain(`Usage: broadsheet ${verb}`)
    })
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('refuses what it does not know', async () => {
    const [verb, option, argument] = await Promise.all([
      run(['publish']),
      run(['config', '--loud']),
      run(['import']),
    ])
    expect(verb).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining("unknown command 'publish'"),
    })
    expect(option).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining("unknown option '--loud'"),
    })
    expect(argument).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("missing required argument 'file'"),
    })
  })

  it('prints the settings in force, without passwords', async () => {
    const { code, stdout, stderr } = await run(['config'], {
      DATABASE_URL: 'postgresql://user:hunter2@host/papers',
      PORT: '8080',
    })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('PORT=8080\n')
    expect(stdout).toContain('DATABASE_URL=postgresql://user:***@host/papers\n')
    expect(stdout).toContain(`BROADSHEET_DATA=${env.BROADSHEET_DATA}\n`)
    expect(stdout).not.toContain('hunter2')
  })

  it('reads settings from a file, named or in the data folder, and the environment has the last word', async () => {
    const named = file('named.env', 'SITE_NAME="Tide Lines"\nPORT=8081\n')
    for (const argv of [
      ['config', '--config', named],
      ['--config', named, 'config'],
    ]) {
      const { stdout } = await run(argv, { PORT: '8082' })
      expect(stdout).toContain('SITE_NAME=Tide Lines\n')
      expect(stdout).toContain('PORT=8082\n')
    }
    const data = join(folder, 'with-settings')
    mkdirSync(data)
    writeFileSync(join(data, 'settings.env'), 'PORT=8083\nSITE_NAM=Tides\n')
    expect(await run(['migrate'], { BROADSHEET_DATA: data })).toEqual(
      one(`${join(data, 'settings.env')}, line 2: there is no setting SITE_NAM.`),
    )
    expect(await run(['config', '--config', join(folder, 'none.env')])).toEqual(
      one(`The settings in ${join(folder, 'none.env')} cannot be read (there is no such file).`),
    )
  })

  it('says why there is no backup, and that a file is none', async () => {
    const there = file('there.zip', 'something')
    const [exists, nowhere, none] = await Promise.all([
      run(['backup', there]),
      run(['backup', join(folder, 'no', 'file.zip')]),
      run(['restore', there], { BROADSHEET_DATA: join(folder, 'restored') }),
    ])
    expect(exists).toEqual(one(`${there} exists already. Name a new file, or a folder.`))
    expect(nowhere).toEqual(one(`There is no folder ${join(folder, 'no')} to put file.zip in.`))
    expect(none).toEqual(one(`${there} is not a backup, or not all of one. Nothing was restored.`))
  })

  it('names the setting that is wrong, whatever the verb', async () => {
    const expected = one('PORT must be a number from 0 to 65535, not "99999".')
    const wrong = { PORT: '99999' }
    for (const verb of [['config'], ['serve'], ['migrate'], ['import', '-']])
      expect(await run(verb, wrong)).toEqual(expected)
  })

  it('says why a file is not imported', async () => {
    const missing = join(folder, 'none.jsonl')
    const unclear = file('unclear.bin', 'what is this?')
    const lines = file('lines.jsonl', LINE)
    const broken = file('broken.json', '[{')
    const format = 'jsonl|page|bibtex|ris|csl|huggingface|arxiv-oai|arxiv-atom|broadsheet-dump'
    const cut = file('cut.gz', gzipSync(LINE).subarray(0, 8))
    const cases: [string[], string][] = [
      [[missing], `The file ${missing} does not exist.`],
      [[folder], `${folder} is a folder. Give the name of a file.`],
      [[unclear], `The format of ${unclear} could not be guessed. Set it with --format ${format}.`],
      [['-'], `The format of - could not be guessed. Set it with --format ${format}.`],
      [[lines, '--date', '2026-02-30'], '--date must be a day such as 2026-07-08, not "2026-02-30".'],
      [
        [lines, '--date', '2026-02-03'],
        '--bibliography and --date can only be used with the format page, not with jsonl.',
      ],
      [[lines, '--bibliography', missing], `The bibliography ${missing} does not exist.`],
      [
        [lines, '--bibliography', broken],
        `The bibliography ${broken} could not be read: The bibliography is not valid JSON.`,
      ],
      [[cut], `${cut} cannot be read: The gzip file is damaged or ends too early.`],
    ]
    const results = await Promise.all(cases.map(([argv]) => run(['import', ...argv], {}, '')))
    results.forEach((result, i) => expect(result).toEqual(one(cases[i]?.[1] ?? '')))
    expect(await run(['import', lines, '--format', 'word'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("'word' is invalid"),
    })
  })

  it('says that a database cannot be reached, not with which password', async () => {
    for (const host of ['127.0.0.1:1', 'localhost:1']) {
      const { code, stdout, stderr } = await run(['migrate'], {
        DATABASE_URL: `postgresql://user:hunter2@${host}/papers`,
      })
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(
        /^broadsheet: The database cannot be used \(.*ECONNREFUSED.*\): check DATABASE_URL.*\n$/,
      )
      expect(stderr).not.toContain('hunter2')
    }
  })
})

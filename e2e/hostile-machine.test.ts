import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DIFFICULT_PAPERS } from './difficult-papers.ts'
import { smallDisk } from '../test/small-disk.ts'
import { dataFolder, environment, openDatabase, processesIn, PROGRAM, runVerb, startSite } from './site.ts'
import { sampleFolder } from './use-site.ts'

const READER = '6f0b7a3c-3f0a-4d9b-9d53-2f1c4a8f6e01'
const TOKEN = 'a-session-that-only-this-test-knows'

describe('On a machine that lets it down, the program', () => {
  it('says that the disk is full, goes on reading, and is well again once there is room', async ({
    skip,
  }) => {
    const folder = await smallDisk('400m')
    if (folder === null) return skip()
    const data = join(folder, 'data')
    const site = await startSite(data)
    onTestFinished(() => site.kill())
    const database = await openDatabase(data)
    await database.query(
      `insert into readers (id, email, email_verified, name) values ('${READER}', 'ada@example.org', true, 'Ada')`,
    )
    await database.query(
      `insert into sessions (token, reader_id, expires_at) values ('${TOKEN}', '${READER}', now() + interval '1 day')`,
    )
    const { rows } = await database.query<{ address: string }>('select address from papers limit 1')
    await database.end()
    const vote = () =>
      fetch(`${site.origin}/papers/${rows[0]?.address}/vote`, {
        method: 'POST',
        headers: {
          cookie: `broadsheet.session_token=${TOKEN}.x`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'vote=1',
        redirect: 'manual',
      })
    const health = async () => {
      const answer = await fetch(`${site.origin}/healthz`)
      return [answer.status, await answer.json()]
    }
    expect(await health()).toEqual([200, { status: 'ok' }])

    const ballast = join(folder, 'ballast')
    await fill(ballast)
    const full = await vote()
    expect(full.status).toBe(503)
    expect(await full.text()).toContain('The disk is full')
    expect(await health()).toEqual([503, { status: 'the disk is full' }])
    for (const path of ['/', '/papers/new', `/papers/${rows[0]?.address}`, '/about'])
      expect([path, (await fetch(site.origin + path)).status]).toEqual([path, 200])
    const papers = join(await dataFolder(), 'papers.jsonl')
    onTestFinished(() => rm(papers))
    await writeFile(papers, DIFFICULT_PAPERS.map((paper) => JSON.stringify(paper)).join('\n'))
    await expect(runVerb(data, ['import', papers])).rejects.toThrow(
      /\nbroadsheet: The disk of the database is full: free some space\.\n$/,
    )
    expect(site.log()).toContain('The disk of the database is full: free some space.')
    expect(site.log()).not.toContain('    at ')

    await rm(ballast)
    expect(await health()).toEqual([200, { status: 'ok' }])
    expect((await vote()).status).toBe(303)
    expect(await runVerb(data, ['import', papers])).toContain(' 0 refused')
    expect(await site.stop()).toBe(0)
    expect(await processesIn(data)).toEqual([])
  })

  it('says so in one sentence when it cannot write where it should, and leaves nothing behind', async ({
    skip,
  }) => {
    const outside = await dataFolder()
    onTestFinished(() => rm(outside, { recursive: true }))
    const file = join(outside, 'file')
    await writeFile(file, '')
    expect(await failing(file)).toBe(`${file} runs through a file: set BROADSHEET_DATA to a folder.`)
    expect(await failing(join(file, 'data'))).toMatch(
      / runs through a file: set BROADSHEET_DATA to a folder\.$/,
    )
    expect(await failing('/sys/broadsheet')).toMatch(/^Broadsheet may not use \/sys\/broadsheet: /)
    expect(await failing('/proc/broadsheet')).toBe(
      '/proc/broadsheet cannot be made: set BROADSHEET_DATA to another folder.',
    )
    const taken = join(outside, 'data')
    await mkdir(join(taken, 'secret'), { recursive: true })
    expect(await failing(taken)).toBe(
      `${join(taken, 'secret')} is a folder where a file is needed: move it away.`,
    )
    expect(await processesIn(taken)).toEqual([])

    const folder = await smallDisk('30m')
    if (folder === null) return skip()
    const small = join(folder, 'data')
    expect(await failing(small)).toBe(`The disk of ${small} is full: free 100 MB, then start again.`)
    expect(await readdir(small)).toEqual([])
    spawnSync('mount', ['-o', 'remount,ro', folder])
    expect(await failing(join(folder, 'other'))).toMatch(
      /other is on a read-only disk: set BROADSHEET_DATA to a folder/,
    )
  })

  it('serves on when its log cannot be written', async () => {
    const data = await sampleFolder()
    const child = spawn(process.execPath, [PROGRAM, 'serve'], {
      env: { ...environment(data), LOG_LEVEL: 'trace' },
      stdio: ['ignore', 'pipe', openSync('/dev/full', 'w')],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = once(child, 'exit')
    const line = await Promise.race([once(createInterface(child.stdout ?? process.stdin), 'line'), ended])
    const origin = /http:\/\/[\d.:]+/.exec(String(line[0]))?.[0]
    expect((await fetch(`${origin}/papers/new`)).status).toBe(200)
    child.kill('SIGTERM')
    await ended
    expect(await processesIn(data)).toEqual([])
    await rm(data, { recursive: true })
  })
})

async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for (const size of [1_000_000, 4_096]) {
      const piece = Buffer.alloc(size)
      await (async () => {
        for (;;) await handle.write(piece)
      })().catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error
      })
    }
  } finally {
    await handle.close()
  }
}

/** The one sentence with which `serve` fails. */
async function failing(data: string): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: environment(data),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code] = (await once(child, 'close')) as [number | null]
  expect([code, said]).toEqual([1, expect.stringMatching(/^broadsheet: .*\n$/)])
  return said.slice('broadsheet: '.length).trimEnd()
}

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serversAndMailers } from '../src/mail/mail-server.fixture.ts'
import { DIFFICULT_PAPERS } from './difficult-papers.ts'
import { dataFolder, environment, openDatabase, processesIn, PROGRAM, runVerb, startSite } from './site.ts'
import { sampleFolder } from './use-site.ts'

const READER = '6f0b7a3c-3f0a-4d9b-9d53-2f1c4a8f6e01'
const TOKEN = 'a-session-that-only-this-test-knows'

describe('The program stops within seconds', () => {
  const { serve: serveMail } = serversAndMailers()

  it('whatever those do who are connected to it', async () => {
    const data = await sampleFolder()
    const registry = await silentServer()
    const site = await startSite(data, { ARXIV_URL: registry.url })
    onTestFinished(() => site.kill())
    const database = await openDatabase(data)
    await database.query(
      `insert into readers (id, email, email_verified, name) values ('${READER}', 'ada@example.org', true, 'Ada')`,
    )
    await database.query(
      `insert into sessions (token, reader_id, expires_at) values ('${TOKEN}', '${READER}', now() + interval '1 day')`,
    )
    await database.end()

    const agent = new Agent({ keepAlive: true })
    const [page] = await once(get(`${site.origin}/about`, { agent }), 'response')
    await text(page)
    const { hostname, port, host } = new URL(site.origin)
    const client = async (said: string) => {
      const socket = connect(Number(port), hostname).on('error', () => {})
      onTestFinished(() => void socket.destroy())
      await once(socket, 'connect')
      socket.write(said)
      return socket
    }
    const post = (path: string, length: number) =>
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: broadsheet.session_token=${TOKEN}.x\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${length}\r\n\r\n`
    const atOnce = [await client(''), await client('GET / HTTP/1.1\r\nHost: ')]
    const upload = await client(post('/settings', 1_000_000))
    const dribble = setInterval(() => upload.write('a'), 20)
    onTestFinished(() => clearInterval(dribble))
    // More than the buffers between here and there take.
    const slowReader = await client(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(400))
    slowReader.pause()
    const form = 'paper=2601.00007'
    const asking = await client(post('/papers/submit', form.length) + form)
    await registry.heard

    const closed = Promise.all(atOnce.map((socket) => gone(socket)))
    const stop = stopping(() => site.stop())
    const quick = performance.now()
    await closed
    expect(performance.now() - quick).toBeLessThan(2_000)
    expect(await stop).toEqual({ code: 0, inTime: true })
    expect(await processesIn(data)).toEqual([])
    expect(site.log()).not.toMatch(/failed|error/i)
    asking.destroy()
    agent.destroy()
    await rm(data, { recursive: true })
  })

  for (const [name, manner] of [
    ['says nothing', () => {}],
    [
      'says little',
      (socket: Socket) => {
        const dribble = setInterval(() => socket.write('220-wait\r\n'), 20)
        socket.on('close', () => clearInterval(dribble))
      },
    ],
  ] as const) {
    it(`while it sends mail to a server that ${name}, and sends that mail at the next start`, async () => {
      const data = await sampleFolder()
      const silent = await silentServer(manner)
      const site = await startSite(data, { SMTP_URL: silent.url.replace('http', 'smtp') })
      onTestFinished(() => site.kill())
      const database = await openDatabase(data)
      const names = Array.from({ length: 9 }, (_, i) => `reader-${i}@example.org`)
      await database.query(
        `insert into outgoing_mail (key, recipient, subject, text_body, queued_at, due_at, urgent)
           select name, name, 'Good day', 'Good day.', now(), now(), name like '%8%' from unnest($1::text[]) name`,
        [names],
      )
      await database.query(`notify mail_queued`)
      await silent.heard
      await database.end()
      expect(await stopping(() => site.stop())).toEqual({ code: 0, inTime: true })

      const server = await serveMail()
      const again = await startSite(data, { SMTP_URL: server.url() })
      onTestFinished(() => again.kill())
      await expect.poll(() => server.recipients(), { timeout: 20_000 }).toEqual(names)
      const after = await openDatabase(data)
      await expect
        .poll(
          async () =>
            (await after.query('select distinct attempts from outgoing_mail where sent_at is not null')).rows,
        )
        .toEqual([{ attempts: 0 }])
      await after.end()
      expect(await again.stop()).toBe(0)
      await rm(data, { recursive: true })
    })
  }

  it('while `work` sends mail to a server that says nothing', async () => {
    const data = await sampleFolder()
    const silent = await silentServer()
    await runVerb(data, ['migrate'])
    const child = program(['work'], {
      data,
      settings: { SMTP_URL: silent.url.replace('http', 'smtp'), LOG_LEVEL: 'info' },
    })
    const log = createInterface(child.stderr ?? process.stdin)
    for await (const line of log) if (line.includes('"working"')) break
    const database = await openDatabase(data)
    await database.query(
      `insert into outgoing_mail (key, recipient, subject, text_body, queued_at, due_at)
         values ('greeting', 'ada@example.org', 'Good day', 'Good day.', now(), now())`,
    )
    await database.query(`notify mail_queued`)
    await silent.heard
    await database.end()
    child.stderr?.resume()
    expect(await stopping(() => ended(child, 'SIGTERM'))).toEqual({ code: 0, inTime: true })
    expect(await processesIn(data)).toEqual([])
    await rm(data, { recursive: true })
  })

  it('while it imports from a pipe that does not end, and keeps what came through it', async () => {
    const data = await dataFolder()
    const child = program(['import', '-', '--format', 'jsonl'], { data })
    const said = text(child.stderr ?? process.stdin)
    child.stdout?.resume()
    child.stdin?.write(DIFFICULT_PAPERS.map((paper) => `${JSON.stringify(paper)}\n`).join(''))
    // Its database is open once it says so in the folder, and it reads by then.
    const imports = async () => {
      const database = await openDatabase(data).catch(() => null)
      const found = await database?.query('select 1 from imports').catch(() => null)
      await database?.end()
      return found?.rows.length ?? 0
    }
    await expect.poll(imports, { timeout: 60_000, interval: 200 }).toBe(1)
    expect(await stopping(() => ended(child, 'SIGTERM'))).toEqual({ code: 1, inTime: true })
    expect(await said).toContain('Interrupted. The papers counted above were imported')
    // The kernel may still be clearing away one that has ended.
    await expect.poll(() => processesIn(data), { timeout: 5_000 }).toEqual([])
    await rm(data, { recursive: true })
  })

  it('when whoever started it is killed, under an older Node.js', async ({ skip }) => {
    const node = olderNode()
    if (node === null) {
      process.stderr.write('SKIPPED: the program under an older Node.js: there is none in PATH.\n')
      skip()
    }
    const data = await dataFolder()
    const wrapper = spawn(node ?? '', [PROGRAM, 'serve'], {
      env: environment(data),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    onTestFinished(() => void wrapper.kill('SIGKILL'))
    const [line] = (await once(createInterface(wrapper.stdout), 'line')) as [string]
    const origin = /http:\/\/[\d.:]+/.exec(line)?.[0] ?? ''
    expect((await fetch(`${origin}/healthz`)).status).toBe(200)
    const postmaster = Number(
      (await readFile(join(data, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0],
    )
    wrapper.kill('SIGKILL')
    const since = performance.now()
    await expect.poll(() => isAlive(postmaster), { timeout: 20_000 }).toBe(false)
    await expect
      .poll(() =>
        fetch(origin).then(
          () => 'answers',
          () => 'free',
        ),
      )
      .toBe('free')
    expect(await processesIn(data)).toEqual([])
    expect(performance.now() - since).toBeLessThan(10_000)
    await rm(data, { recursive: true })
  })

  it('with its own exit code and signal, under an older Node.js', async ({ skip }) => {
    const node = olderNode()
    if (node === null) skip()
    expect(spawnSync(node ?? '', [PROGRAM, 'import', '/nowhere'], { encoding: 'utf8' })).toMatchObject({
      status: 1,
      stderr: 'broadsheet: The file /nowhere does not exist.\n',
    })
    const child = spawn(node ?? '', [PROGRAM, 'import', '-'], { stdio: ['pipe', 'ignore', 'ignore'] })
    const pids = () => {
      const { stdout } = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
      return stdout.trim()
    }
    await expect.poll(pids, { timeout: 10_000 }).not.toBe('')
    process.kill(Number(pids()), 'SIGKILL')
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  })
})

/** A server that takes connections and answers nothing; `heard` comes with the first. */
async function silentServer(
  manner: (socket: Socket) => void = () => {},
): Promise<{ url: string; heard: Promise<unknown> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    manner(socket)
  })
  const heard = once(server, 'connection')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
}

function program(
  args: string[],
  { data, settings = {} }: { data: string; settings?: Record<string, string> },
): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...environment(data), ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal)
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

async function stopping(
  stop: () => Promise<number | null>,
): Promise<{ code: number | null; inTime: boolean }> {
  const since = performance.now()
  const code = await stop()
  const ms = performance.now() - since
  if (ms >= 9_000) process.stderr.write(`It stopped after ${Math.round(ms)} ms.\n`)
  return { code, inTime: ms < 9_000 }
}

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.resume().once('close', () => resolve())
  })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A Node.js in PATH on which the program does not run itself. */
function olderNode(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const file = join(folder, 'node')
    const { stdout } = spawnSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' })
    if (stdout && Number.parseInt(stdout, 10) < 24) return file
  }
  return null
}

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { describe, expect, it, onTestFinished } from 'vitest'
import { environment, processesIn, PROGRAM } from './site.ts'
import { sampleFolder, useSite } from './use-site.ts'

const ERAS = ['legacy', { pin: '2026-07-28' }] as const

/** A paper of the sample edition. */
const PAPER = { id: '2412.19723', words: 'GUI agent trajectory' }

async function connect(transport: Transport, mode: (typeof ERAS)[number]): Promise<Client> {
  const client = new Client({ name: 'a journey', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(transport)
  onTestFinished(() => client.close())
  return client
}

/** What a model does that looks for a paper, reads it and looks around. */
async function readAround(client: Client): Promise<void> {
  const text = async (name: string, args: Record<string, unknown>) => {
    const { content, isError } = await client.callTool({ name, arguments: args })
    const [first] = content as { text: string }[]
    expect([name, isError, first?.text]).toEqual([name, undefined, expect.any(String)])
    return first?.text ?? ''
  }
  expect(await text('search_papers', { q: PAPER.words, limit: 5 })).toContain(`id ${PAPER.id} ·`)
  expect(await text('read_paper', { id: PAPER.id })).toContain(`https://arxiv.org/abs/${PAPER.id}`)
  expect(await text('list_papers', { list: '/', limit: '3' })).toMatch(/^1\. .+\n {3}id /)
  const similar = await client.callTool({
    name: 'similar_papers',
    arguments: { id: PAPER.id, limit: 1 },
  })
  const [nearest] = (similar.structuredContent as { items: { id: string; similarity: number }[] }).items
  expect(nearest?.similarity).toBeGreaterThan(0.2)
  const explained = await client.callTool({
    name: 'explain_similarity',
    arguments: { a: PAPER.id, b: nearest?.id },
  })
  expect(explained.structuredContent).toMatchObject({ similarity: expect.any(Number) })
  const edition = await client.readResource({ uri: 'broadsheet://editions/newest' })
  expect(edition.contents[0]).toMatchObject({ text: expect.stringContaining('## 1. ') })
}

describe('A model', () => {
  const site = useSite()

  for (const mode of ERAS) {
    const era = mode === 'legacy' ? '2025' : '2026'

    it(`of ${era} reads over HTTP`, async () => {
      await readAround(
        await connect(new StreamableHTTPClientTransport(new URL(`${site().origin}/mcp`)), mode),
      )
    })

    it(`of ${era} reads through the program, beside the running site`, async () => {
      await readAround(await connect(pipe(site().data), mode))
    })

    it(`of ${era} reads another site through the program`, async () => {
      await readAround(await connect(pipe('/nowhere', '--url', site().origin), mode))
    })
  }

  for (const revision of ['2025-11-25', '2026-07-28']) {
    it(`finds the protocol of ${revision} as its conformance suite wants it`, async () => {
      const found = await runConformance(`${site().origin}/mcp`, revision)
      const failures = found.filter(({ status }) => status === 'FAILURE')
      expect(failures.filter((check) => reasonFor(check) === null)).toEqual([])
      const failed = new Set(failures.map(({ scenario }) => scenario))
      expect(found.map(({ scenario }) => scenario).filter((scenario) => !failed.has(scenario))).toEqual(
        expect.arrayContaining(HELD[revision] ?? []),
      )
      // Whatever was asked, what was answered had the form that the revision's own schema prescribes.
      expect(found.filter(({ id }) => id === 'wire-schema-valid').length).toBeGreaterThan(20)
    })
  }
})

describe('The program that models start', () => {
  it('ends when its input ends, or when it is asked to, and leaves nothing behind', async () => {
    const data = await sampleFolder()
    for (const end of ['input', 'signal']) {
      const child = spawn(process.execPath, [PROGRAM, 'mcp'], {
        env: environment(data),
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      onTestFinished(() => void child.kill('SIGKILL'))
      let said = ''
      let log = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
      const ended = once(child, 'exit')
      child.stdin.write(
        `${JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: {
            protocolVersion: '2025-06-18',
            capabilities: {},
            clientInfo: { name: 'a', version: '1' },
          },
        })}\nthis is no message\n`,
      )
      while (!said.includes('\n') && child.exitCode === null) await delay(20)
      expect(JSON.parse(said)).toMatchObject({ id: 1, result: { protocolVersion: '2025-06-18' } })
      if (end === 'input') child.stdin.end()
      else child.kill('SIGTERM')
      expect([end, ...(await ended)]).toEqual([end, 0, null])
      expect(log).toBe('')
      expect(await processesIn(data)).toEqual([])
    }
    await rm(data, { recursive: true })
  })

  it('says why it cannot begin, on standard error alone', async () => {
    const data = await sampleFolder()
    for (const [args, says] of [
      [['--token', 'bs_nonsense'], 'This token is not known here'],
      [['--url', 'tides'], 'is not the address of a site'],
    ] as const) {
      const failure = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
        execFile(
          process.execPath,
          [PROGRAM, 'mcp', ...args],
          { env: environment(data) },
          (error, stdout, stderr) => resolve({ code: error?.code, stdout, stderr }),
        )
      })
      expect(failure).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(says) })
    }
    await rm(data, { recursive: true })
  })
})

function pipe(data: string, ...options: string[]): StdioClientTransport {
  const env = Object.fromEntries(
    Object.entries(environment(data)).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
  return new StdioClientTransport({ command: process.execPath, args: [PROGRAM, 'mcp', ...options], env })
}

type Check = { scenario: string; id: string; status: string; errorMessage?: string }

/** Runs what a revision of the protocol requires of servers; answers every check that was made. */
async function runConformance(url: string, revision: string): Promise<Check[]> {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-conformance-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const suite = join(import.meta.dirname, '../node_modules/@modelcontextprotocol/conformance/dist/index.js')
  const args = [suite, 'server', '--url', url, '--requirements', revision, '-o', folder]
  // It fails where anything does; what did is read below.
  await new Promise<void>((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 16 * 1024 * 1024 }, () => resolve())
  })
  const found: Check[] = []
  for (const name of await readdir(folder)) {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT[\dA-Z-]+$/.exec(name)?.[1] ?? name
    const checks = JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8')) as Check[]
    found.push(...checks.map((check) => ({ ...check, scenario })))
  }
  return found
}

/** What must hold whole: what it asks for, a site has. */
const HELD: Record<string, string[]> = {
  '2025-11-25': [
    'server-initialize',
    'ping',
    'tools-list',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
    'server-sse-multiple-streams',
  ],
  '2026-07-28': [
    'tools-list',
    'resources-list',
    'prompts-list',
    'sep-2164-resource-not-found',
    'dns-rebinding-protection',
    'caching',
    'http-header-validation',
    'server-sse-multiple-streams',
    'input-required-result-unsupported-methods',
  ],
}

/**
 * Why a check may fail; null where it may not. The suite is made for a server of its own that has a tool for each part of the
 * protocol: a site has none that only tests need, and is tested by their names to refuse them.
 */
function reasonFor({ scenario, id, errorMessage = '' }: Check): string | null {
  if (
    /There is no (?:tool|prompt) “(?:test_|json_schema_2020_12_tool)|Resource not found: test:|Not testable: server (?:does not list the diagnostic tool|exposes no tool)|Tool 'json_schema_2020_12_tool' not found/.test(
      errorMessage,
    )
  )
    return 'asks for a tool, a prompt or a resource that only the server of the suite has'
  if (scenario.startsWith('tasks-')) return 'an extension that is not offered: nothing here takes long'
  return REASONS[id] ?? null
}

const REASONS: Record<string, string> = {
  'completion-complete': 'asks to complete an argument of a prompt that only the server of the suite has',
  'logging-set-level': 'not offered, and out of the protocol since 2026: the log is for operators',
  'tools-call-with-logging': 'not offered, and out of the protocol since 2026: the log is for operators',
  'resources-subscribe': 'not offered: there is no session in which to tell of changes',
  'resources-unsubscribe': 'not offered: there is no session in which to tell of changes',
  'sep-2322-multi-round-r1': 'goes on with a tool that only the server of the suite has',
  'sep-2322-reject-tampered-state': 'goes on with a tool that only the server of the suite has',
}

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
/** npm unpacks half a gigabyte. */
const INSTALL_MS = 300_000
const START_MS = 90_000
const STOP_MS = 30_000
/** What npm says where it does not reach its registry. */
const OFFLINE = /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH)\b/

/** As on a machine that knows nothing of this checkout: no programs of its own, and none of npm's settings for it. */
function elsewhere(): NodeJS.ProcessEnv {
  const { PATH = '', HOME, TMPDIR } = process.env
  const folders = PATH.split(delimiter).filter((folder) => !folder.includes(`node_modules${sep}.bin`))
  return { PATH: folders.join(delimiter), HOME, TMPDIR, PORT: '0', LOG_LEVEL: 'warn' }
}

describe('A reader without git', () => {
  it(
    'runs the packed program in an empty folder',
    { timeout: INSTALL_MS + 2 * START_MS },
    async (context) => {
      const folder = await mkdtemp(join(tmpdir(), 'broadsheet-packed-'))
      const run = promisify(execFile)
      const env = elsewhere()
      try {
        // It was built for all journeys, some of which run it right now.
        const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
        await run('npm', pack, { cwd: ROOT, env, maxBuffer: 1 << 26 })
        const [tarball = ''] = await readdir(folder)
        const { stdout: listed } = await run('tar', ['-tzf', join(folder, tarball)])
        const files = listed.trim().split('\n')
        expect(files).toEqual(
          expect.arrayContaining(['package/dist/main.js', 'package/bin/broadsheet', 'package/LICENSE']),
        )
        expect(files.filter((file) => /\/(?:src|test|e2e|bench|data)\/|\.map$/.test(file))).toEqual([])

        const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]
        const failed = await run('npm', install, { cwd: folder, env, timeout: INSTALL_MS }).then(
          () => null,
          ({ stderr }: { stderr: string }) => stderr,
        )
        if (failed !== null && OFFLINE.test(failed) && failed.includes('registry')) {
          console.warn('npm does not reach its registry here: the packed program is not tried.')
          context.skip()
        }
        expect(failed).toBeNull()

        // A group of its own, so that it can be stopped as a terminal stops it.
        const child = spawn('npx', ['broadsheet'], {
          cwd: folder,
          env,
          stdio: ['ignore', 'pipe', 'pipe'],
          detached: true,
        })
        const signalAll = (signal: NodeJS.Signals) =>
          child.pid !== undefined && process.kill(-child.pid, signal)
        const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
        const late = setTimeout(() => signalAll('SIGKILL'), START_MS)
        let log = ''
        child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
        try {
          const said: string[] = []
          for await (const line of createInterface(child.stdout)) if (said.push(line) === 2) break
          expect(said[0], log).toMatch(/^Starting the site\. .* --help/)
          const origin = /^Broadsheet is at (http:\/\/127\.0\.0\.1:\d+)\/$/.exec(said[1] ?? '')?.[1]
          expect(origin, log).toBeDefined()
          const page = await fetch(`${origin}/`)
          expect(page.status).toBe(200)
          const html = await page.text()
          expect(html).toContain('Tuesday, 8 July 2025')
          for (const [, asset] of html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g))
            expect([asset, (await fetch(`${origin}${asset}`)).status]).toEqual([asset, 200])
          expect((await fetch(`${origin}/papers?q=language+models`)).status).toBe(200)
          expect(await readdir(folder)).toContain('data')
        } finally {
          clearTimeout(late)
          const stuck = setTimeout(() => signalAll('SIGKILL'), STOP_MS)
          if (child.exitCode === null && child.signalCode === null) signalAll('SIGINT')
          const [code, signal] = await ended
          clearTimeout(stuck)
          expect(code ?? signal, log).toBeOneOf([0, 130, 'SIGINT'])
        }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  )
})

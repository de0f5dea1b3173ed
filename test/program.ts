import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const PROGRAM = join(ROOT, 'dist', 'main.js')

/** Builds the program where it was not built yet. */
export function ensureBuilt(): void {
  if (existsSync(PROGRAM)) return
  const { status, stderr } = spawnSync('npm', ['run', 'build'], { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the build failed: ${stderr}`)
}

export type Finished = { code: number | null; stdout: string; stderr: string }

/** Runs the built program to its end, with no settings but those given. */
export async function runProgram(
  argv: string[],
  { env = {}, input }: { env?: Record<string, string>; input?: string | Uint8Array } = {},
): Promise<Finished> {
  const child = spawn(join(ROOT, 'node_modules', '.bin', 'node'), [PROGRAM, ...argv], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // It may end without reading what it is given.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stdout, stderr }
}

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How long pip may take, in milliseconds. */
const PATIENCE_MS = 180_000

/**
 * The Python of a virtual environment that has `requirements` (`sickle==0.7.0`), made once and kept in the system's temporary
 * folder; null, after a warning, where Python or pip can't make one. Tests that need it at once share one.
 */
export async function pythonWith(requirements: readonly string[]): Promise<string | null> {
  const name = createHash('sha256').update(requirements.toSorted().join('\n')).digest('hex').slice(0, 16)
  const kept = join(tmpdir(), `broadsheet-python-${name}`)
  const python = join(kept, 'bin', 'python')
  if (await isThere(python)) return python
  const making = await mkdtemp(join(tmpdir(), 'broadsheet-python-'))
  try {
    await run('python3', ['-m', 'venv', making], { timeout: PATIENCE_MS })
    const made = join(making, 'bin', 'python')
    const options = ['--quiet', '--disable-pip-version-check', '--no-input']
    await run(made, ['-m', 'pip', 'install', ...options, ...requirements], { timeout: PATIENCE_MS })
    // Only a whole one ever has that name; whoever comes second uses the one that is there.
    await rename(making, kept).catch(() => rm(making, { recursive: true, force: true }))
    return (await isThere(python)) ? python : null
  } catch (error) {
    console.warn(`No Python with ${requirements.join(', ')}: ${String(error).split('\n', 1)[0]}`)
    await rm(making, { recursive: true, force: true })
    return null
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

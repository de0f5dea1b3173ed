import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A disk of its own in memory, unmounted after the test; null, said aloud, where this user can mount none. */
export async function smallDisk(size: string): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-disk-'))
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder], {
    encoding: 'utf8',
  })
  onTestFinished(async () => {
    if (status === 0) spawnSync('umount', ['-l', folder])
    await rm(folder, { recursive: true, force: true })
  })
  if (status === 0) return folder
  process.stderr.write(`SKIPPED: a full disk: none can be mounted here (${stderr?.trim()}).\n`)
  return null
}

/** Gives such a disk more room. */
export function enlarge(folder: string, size: string): void {
  spawnSync('mount', ['-o', `remount,size=${size}`, folder])
}

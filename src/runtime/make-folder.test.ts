import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { makeFolder } from './make-folder.ts'

it('makes a folder and those above it, once', async () => {
  const root = await mkdtemp(join(tmpdir(), 'broadsheet-test-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const folder = join(root, 'a', 'b', 'c')
  await Promise.all([makeFolder(folder, { mode: 0o700 }), makeFolder(folder, { mode: 0o700 })])
  await makeFolder(folder)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  await symlink(folder, join(root, 'link'))
  await makeFolder(join(root, 'link'))
  await writeFile(join(root, 'file'), '')
  await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(root, 'file', 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

it.skipIf(process.platform !== 'linux')('does not try for ever where none can be made', async () => {
  await expect(makeFolder('/proc/broadsheet/a')).rejects.toMatchObject({ code: 'ENOENT' })
})

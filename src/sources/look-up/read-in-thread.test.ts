import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import type { PaperIdentifier } from '../../papers/identifiers.ts'
import { openReadInThread } from './read-in-thread.ts'

const folder = mkdtempSync(join(tmpdir(), 'broadsheet-reading-'))
afterAll(() => rmSync(folder, { recursive: true }))

const DOI: PaperIdentifier = { scheme: 'doi', value: '10.5555/a' }
const { signal } = new AbortController()
const titled = (title: string) => ({ status: 200, text: JSON.stringify({ title }), identifier: DOI })

/** A thread that reads in its own ways, by what the answer says. */
const ODD = join(folder, 'odd.mjs')
writeFileSync(
  ODD,
  `import { answerCalls } from ${JSON.stringify(new URL('../../runtime/worker-thread.ts', import.meta.url).href)}
   let read = 0
   answerCalls({
     read({ text }) {
       read += 1
       if (text === 'for ever') for (;;);
       if (text === 'memory') for (const all = []; ; ) all.push(new Array(1_000_000).fill(read))
       if (text === 'dies') process.exit()
       if (text === 'fails') throw new Error('a fault of ours')
       return { kind: 'found', paper: { title: String(read) } }
     },
   })`,
)

it('reads what registries and arXiv answer', async () => {
  const read = openReadInThread()
  expect(await read(titled('Tides'), { signal })).toMatchObject({ kind: 'found', paper: { title: 'Tides' } })
  expect(await read({ ...titled(''), status: 404 }, { signal })).toEqual({ kind: 'unknown' })
  expect(
    await read(
      { status: 200, text: '<html/>', identifier: { scheme: 'arxiv', value: '2601.00001' } },
      { signal },
    ),
  ).toEqual({ kind: 'unreadable' })
})

it('stops what takes too long, or too much memory, without a moment of ours', async () => {
  const read = openReadInThread({ limitMs: 200, file: pathToFileURL(ODD) })
  const asked = (text: string) => read({ status: 200, text, identifier: DOI }, { signal })
  const titleOf = async (text: string) => ((await asked(text)) as { paper?: { title: string } }).paper?.title
  expect(await titleOf('x')).toBe('1')
  // The thread is kept.
  expect(await titleOf('x')).toBe('2')
  const busyBefore = performance.eventLoopUtilization()
  expect(await asked('for ever')).toEqual({ kind: 'costly' })
  expect(performance.eventLoopUtilization(busyBefore).utilization).toBeLessThan(0.8)
  // Another one reads on.
  expect(await titleOf('x')).toBe('1')
  // What others ask meanwhile does not wait for it.
  expect(await Promise.all([asked('for ever'), asked('y')])).toMatchObject([
    { kind: 'costly' },
    { kind: 'found' },
  ])
  expect(await asked('dies')).toEqual({ kind: 'costly' })
  await expect(asked('fails')).rejects.toThrow('a fault of ours')
  const patient = openReadInThread({ limitMs: 60_000, file: pathToFileURL(ODD) })
  expect(await patient({ status: 200, text: 'memory', identifier: DOI }, { signal })).toEqual({
    kind: 'costly',
  })
})

it('stops when nobody waits for the answer any more', async () => {
  const read = openReadInThread({ limitMs: 60_000, file: pathToFileURL(ODD) })
  const leaving = new AbortController()
  const reading = read({ status: 200, text: 'for ever', identifier: DOI }, { signal: leaving.signal })
  leaving.abort(new Error('gone'))
  await expect(reading).rejects.toThrow('gone')
})

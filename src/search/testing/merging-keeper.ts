import { parentPort, workerData } from 'node:worker_threads'
import { keepIn, closeIndex, openIndexFolder, removeSegments } from '../index/index-folder.ts'
import { replaceManifest, type FoundManifest } from '../index/manifest.ts'
import { addPapers, mergeHeld, newWordIndex, type WordIndex } from '../index/word-index.ts'
import { indexed } from './invented-papers.ts'

/** What the thread is started with. */
export type MergingKeeper = {
  folder: string
  database: string
  /** How many there come to be: later ones take the place of earlier ones. */ papers: number
}

/**
 * A thread that keeps an index as fast as it can: each time it makes the next change, merges all into one segment, and
 * removes the others. Told anything, it stops and says how often it succeeded.
 */
const { folder, database, papers } = workerData as MergingKeeper
const stop = new AbortController()
parentPort?.once('message', () => stop.abort())
let opened = open()
let written = 0
while (!stop.signal.aborted) {
  if (changeOne()) written++
  else {
    closeIndex(opened.index)
    opened = open()
  }
  // Leaves the machine to the others for a moment.
  await new Promise((resolve) => setTimeout(resolve, 1))
}
parentPort?.postMessage(written, [])

function open(): { index: WordIndex; found: FoundManifest } {
  const there = openIndexFolder(folder, { database })
  if (!there.ok && there.reason !== null) throw new Error(there.reason)
  return there.ok ? there : { index: newWordIndex(), found: there.found }
}

function changeOne(): boolean {
  const { index, found } = opened
  const through = (found.ok ? found.manifest.through : 0) + 1
  const old = index.segments.flatMap(({ file }) => file ?? [])
  addPapers(index, [indexed(through % papers, { seq: through, title: `tide ${through}` })], through)
  for (const _ of mergeHeld(index, [...index.segments], keepIn(folder))) {
    // Turns.
  }
  const segments = index.segments.map(({ file }) => ({ name: file ?? '', through }))
  const replaced = replaceManifest(folder, found, { database, through, segments, gone: [], vectors: null })
  removeSegments(folder, replaced ? old : segments.map(({ name }) => name))
  if (replaced) opened = { index, found: replaced }
  return replaced !== null
}

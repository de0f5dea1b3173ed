import { runNextImport, type Libraries } from '../libraries/run-imports.ts'
import { saveNext, type Saves } from '../libraries/zotero/saves.ts'
import type { Job } from './job.ts'

const LOOK_EVERY_MS = 30_000

/** Brings readers' libraries from elsewhere into their collections. */
export function importLibraries(libraries: Omit<Libraries, 'signal'>): Job {
  return {
    name: 'library imports',
    everyMs: LOOK_EVERY_MS,
    work: async (signal) => ((await runNextImport({ ...libraries, signal })) ? 'again' : undefined),
  }
}

/** Saves papers to readers' libraries elsewhere. */
export function saveToLibraries(saves: Omit<Saves, 'signal'>): Job {
  return {
    name: 'saving to libraries',
    everyMs: LOOK_EVERY_MS,
    work: async (signal) => ((await saveNext({ ...saves, signal })) ? 'again' : undefined),
  }
}

import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import { addPapers, newWordIndex, removePapers, type WordIndex } from './index/word-index.ts'
import { readChanges } from './read-changes.ts'
import { toIndexedPaper } from './to-indexed-paper.ts'

/** The words of all papers as they were after a change of the database. */
export type FollowedWords = {
  index: WordIndex
  /** That change. */
  through: number
  /** Papers that may be in files that were written before they went or were hidden. */
  gone: number[]
}

/** Papers read at once: their words are found in about 20 ms, for which searches wait. */
const BATCH = 250

export function newWords(): FollowedWords {
  return { index: newWordIndex(), through: 0, gone: [] }
}

/** Takes in the next changes: the papers that went with them, and whether there may be more. */
export async function takeInPapers(
  db: Kysely<Database>,
  words: FollowedWords,
): Promise<{ removed: number[]; more: boolean }> {
  const changes = await readChanges(db, { after: words.through, limit: BATCH })
  const more = changes.through > words.through
  if (more) {
    const papers = await mapInTurns(changes.papers, toIndexedPaper)
    addPapers(words.index, papers, changes.through)
    removePapers(words.index, changes.removed)
    words.through = changes.through
  }
  return { removed: changes.removed, more }
}

import type { TitleKeys } from '../text/title-keys.ts'
import type { Word } from '../text/words.ts'

/** A paper as the index takes it in. */
export type IndexedPaper = {
  /** The paper's number in the database: small and dense, so that arrays are addressed by it. */
  id: number
  /** The change of the database (`papers.index_seq`) that this is the state after. */
  seq: number
  title: Word[]
  /** By which the title is found as a whole (see `title-keys.ts`); empty where there is none. */
  titleKeys: TitleKeys
  /** Of the abstract, and of the synopsis where there is one. */
  body: Word[]
  /** Each word of both as it is written: folded, of letters a–z alone, once (see `vocabularyOf`). */
  vocabulary: string[]
  /** For each author, the words of the name. */
  authors: string[][]
  categories: string[]
  /** Epoch milliseconds: the instant it is sorted by in "new"; of a paper dated by its day (see `FLAGS`), midnight in UTC. */
  datedAt: number
  /** A sum of `FLAGS`. */
  flags: number
}

/** `day`: it is known by the calendar day it came out on, wherever that is, not by an instant. */
export const FLAGS = { code: 1, data: 2, model: 4, day: 8 } as const

/** Terms that are not words of a text start with a character that no word has. */
export function authorTerm(word: string): string {
  return `@${word}`
}

export function categoryTerm(category: string): string {
  return `#${category}`
}

/** Of papers whose whole title has a key. */
export function titleTerm(key: string): string {
  return `=${key}`
}

/** Of papers whose title has a key, and something that a query would leave out. */
export function excludingTitleTerm(key: string): string {
  return `!${key}`
}

/** Of papers whose title has a key before its colon. */
export function titleNameTerm(key: string): string {
  return `:${key}`
}

/** Words of a paper beyond which its length no longer counts against it; also what a column of 16 bits can hold. */
export const LONGEST = 2_047

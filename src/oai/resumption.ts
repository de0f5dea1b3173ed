import { z } from 'zod'
import { formatCursor, PAPER_NUMBER, readCursor } from '../db/cursor.ts'

/** Whole microseconds, seconds or counts. */
const WHOLE = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** Lists of records: everything that the next page is made of, so that nothing needs to be kept for it. */
const RECORDS = z.tuple([
  z.enum(['ListIdentifiers', 'ListRecords']),
  z.string().max(40),
  z.string().max(20),
  z.string().max(20),
  z.string().max(1_100),
  WHOLE,
  PAPER_NUMBER,
  WHOLE,
  WHOLE,
])

/** A later page of a list of records: what was asked at first, the last record given, how many were given, and of how many. */
export type RecordsToken = {
  verb: 'ListIdentifiers' | 'ListRecords'
  metadataPrefix: string
  from: string | null
  until: string | null
  set: string | null
  stamp: number
  paperId: number
  given: number
  total: number
}

/** The longest token: what is asked may be as long as the name of a set. */
const LONGEST = 2_000

export function formatRecordsToken(token: RecordsToken): string {
  const { verb, metadataPrefix, from, until, set, stamp, paperId, given, total } = token
  return formatCursor([
    verb,
    metadataPrefix,
    from ?? '',
    until ?? '',
    set ?? '',
    stamp,
    paperId,
    given,
    total,
  ])
}

export function readRecordsToken(text: string): RecordsToken | null {
  const key = readCursor(RECORDS, text, { longest: LONGEST })
  if (key === null) return null
  const [verb, metadataPrefix, from, until, set, stamp, paperId, given, total] = key
  const orNull = (part: string) => (part === '' ? null : part)
  return {
    verb,
    metadataPrefix,
    from: orNull(from),
    until: orNull(until),
    set: orNull(set),
    stamp,
    paperId,
    given,
    total,
  }
}

const SETS = z.union([
  z.tuple([z.literal('topic'), z.string().max(200), WHOLE]),
  z.tuple([z.literal('edition'), z.iso.date().regex(/^(?!0000)/), WHOLE]),
])

/** A later page of the list of sets: after which topic or edition it begins, and how many sets came before. */
export type SetsToken = { kind: 'topic' | 'edition'; after: string; given: number }

export function formatSetsToken({ kind, after, given }: SetsToken): string {
  return formatCursor([kind, after, given])
}

export function readSetsToken(text: string): SetsToken | null {
  const key = readCursor(SETS, text, { longest: LONGEST })
  return key && { kind: key[0], after: key[1], given: key[2] }
}

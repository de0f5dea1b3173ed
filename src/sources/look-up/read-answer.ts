import type { PaperIdentifier } from '../../papers/identifiers.ts'
import { readArxivAnswer } from './arxiv.ts'
import { readDoiAnswer } from './doi.ts'
import type { Reading } from './reading.ts'

/** What a source answered, and what it was asked about. */
export type AnswerToRead = { status: number; text: string; identifier: PaperIdentifier }

export async function readAnswer({ identifier, ...answer }: AnswerToRead): Promise<Reading> {
  return identifier.scheme === 'arxiv'
    ? readArxivAnswer(answer, identifier)
    : readDoiAnswer(answer, identifier)
}

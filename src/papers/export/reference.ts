import type { Paper } from '../paper.ts'
import { plainText } from '../plain-text.ts'
import { placeOf, referenceText, type Publication, type WorkType } from '../publication.ts'
import { dateParts } from './dates.ts'

/**
 * Where a paper came out, for the fields of a bibliography. `type` is null for a preprint. `verbatim` is its journal
 * reference where whoever reads those fields would put together another one.
 */
export type Reference = Omit<Publication, 'type'> & { type: WorkType | null; verbatim: string | null }

export function referenceOf(paper: Paper): Reference {
  // What says nothing in plain text is written in no format.
  const said = (text: string | null | undefined) => (text && plainText(text) !== '' ? text : undefined)
  const journalReference = said(paper.journalReference) ?? null
  const publication = placeOf(paper.publication)
  if (publication === null && journalReference === null) return { type: null, verbatim: null }
  const type = publication?.type ?? 'article'
  const container = said(publication?.container) ?? journalReference
  const fields = placeOf({ type, ...publication, ...(container === null ? {} : { container }) })
  // Nobody who reads that takes it for a journal.
  if (fields === null)
    return { type, ...(container === null ? {} : { container }), verbatim: journalReference }
  const told = referenceText(fields, dateParts(paper.published).year)
  const isTold = journalReference === null || plainText(journalReference) === plainText(told)
  return { ...fields, verbatim: isTold ? null : journalReference }
}

/** Whether it was withdrawn, and its comments, as one note; `readNotes` takes them apart. */
export function notesOf({ withdrawn, comments }: Pick<Paper, 'withdrawn' | 'comments'>): string {
  return [withdrawn ? WITHDRAWN : '', comments ?? ''].filter((note) => note !== '').join('. ')
}

export function readNotes(note: string): { withdrawn: boolean; comments: string } {
  const [, rest] = /^Withdrawn(?:\.\s+(.+))?$/s.exec(note.trim()) ?? []
  const withdrawn = note.trim() === WITHDRAWN || rest !== undefined
  return { withdrawn, comments: withdrawn ? (rest ?? '') : note }
}

const WITHDRAWN = 'Withdrawn'

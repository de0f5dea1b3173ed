import type { Paper } from '../paper.ts'
import { NOTICE_LABELS, warningsOf } from '../notices.ts'
import { plainText } from '../plain-text.ts'
import { placeOf, referenceText, type Publication, type WorkType } from '../publication.ts'
import { dateParts } from './dates.ts'

/**
 * Where a paper came out, for the fields of a bibliography. `type` is null for a preprint. `verbatim` is its journal
 * reference where whoever reads those fields would put together another one.
 */
export type Reference = Omit<Publication, 'type'> & { type: WorkType | null; verbatim: string | null }

export function referenceOf(paper: Paper): Reference {
  const journalReference = says(paper.journalReference) ? paper.journalReference : null
  const publication = placeOf(paper.publication && withoutSilence(paper.publication))
  if (publication === null && journalReference === null) return { type: null, verbatim: null }
  const type = publication?.type ?? 'article'
  const container = publication?.container ?? journalReference
  const fields = placeOf({ type, ...publication, ...(container === null ? {} : { container }) })
  // Nobody who reads that takes it for a journal.
  if (fields === null)
    return { type, ...(container === null ? {} : { container }), verbatim: journalReference }
  const told = referenceText(fields, dateParts(paper.published).year)
  const isTold = journalReference === null || plainText(journalReference) === plainText(told)
  return { ...fields, verbatim: isTold ? null : journalReference }
}

/** Whether there is something of a text in plain text; what there is nothing of is written in no format. */
function says(text: string | null): boolean {
  return text !== null && plainText(text) !== ''
}

function withoutSilence(publication: Publication): Publication {
  const parts = Object.entries(publication).filter(([, text]) => says(text))
  return Object.fromEntries(parts) as Publication
}

/** What readers must know of it (`Retracted`, `Withdrawn`), and its comments, as one note; `readNotes` takes them apart. */
export function notesOf({ comments, ...paper }: Pick<Paper, 'withdrawn' | 'notices' | 'comments'>): string {
  return [...warningsOf(paper), comments ?? ''].filter((note) => note !== '').join('. ')
}

export function readNotes(note: string): { withdrawn: boolean; comments: string } {
  let rest = note.trim()
  let withdrawn = false
  let isRead = false
  for (const [kind, label] of Object.entries(NOTICE_LABELS)) {
    if (rest !== label && !rest.startsWith(`${label}. `)) continue
    rest = rest.slice(label.length + 2).trim()
    isRead = true
    if (kind === 'withdrawal') withdrawn = true
  }
  return { withdrawn, comments: isRead ? rest : note }
}

import type { z } from 'zod'
import type { HarvestOutcome } from '../papers/harvested-paper.ts'
import { MAX_RECORD_LENGTH } from './lines.ts'
import { validatePaper, type PaperDraft } from './validate-paper.ts'

export const RECORD_TOO_LONG = `The record is longer than ${MAX_RECORD_LENGTH.toLocaleString('en-GB')} characters.`

/** The outcome of the record at `position`: the validated draft, or the reason why there is none. */
export function outcomeOf(position: string, draft: PaperDraft | { refused: string }): HarvestOutcome {
  if ('refused' in draft) return { ok: false, position, reason: draft.refused }
  const validated = validatePaper(draft)
  return validated.ok
    ? { ok: true, position, paper: validated.paper }
    : { ok: false, position, reason: validated.reason }
}

/** What zod found wrong first, as one sentence that names the field. */
export function sentenceOf(error: z.ZodError): string {
  const issue = error.issues[0]
  const message = (issue?.message ?? '').replace(/^Invalid input(?:: )?/, '').replace(/\.$/, '')
  const field = issue?.path.map(String).join('.') ?? ''
  if (field === '') return `The record is not in the expected form${message === '' ? '' : ` (${message})`}.`
  return `The field “${field.slice(0, 100)}” is not in the expected form${message === '' ? '' : ` (${message})`}.`
}

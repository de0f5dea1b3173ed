import type { z } from 'zod'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { MAX_RECORD_LENGTH } from './lines.ts'
import { validatePaper, type PaperDraft } from './validate-paper.ts'

export const RECORD_TOO_LONG = `The record is longer than ${MAX_RECORD_LENGTH.toLocaleString('en-GB')} characters.`

/** The outcome of the record at `position`: the validated draft, or the reason why there is none, with the record as it came. */
export function outcomeOf(
  position: string,
  draft: PaperDraft | { refused: string },
  record?: string,
): HarvestOutcome {
  const validated = 'refused' in draft ? { ok: false as const, reason: draft.refused } : validatePaper(draft)
  if (validated.ok) return { ok: true, position, paper: validated.paper }
  return refusalOf({ position, reason: validated.reason }, record)
}

/** A refusal with the record as it came, where there is one. */
export function refusalOf(refusal: { position: string; reason: string }, record = ''): HarvestOutcome {
  return { ok: false, position: refusal.position, reason: refusal.reason, ...(record !== '' && { record }) }
}

/** What zod found wrong first, as one sentence that names the field. */
export function sentenceOf(error: z.ZodError): string {
  const issue = error.issues[0]
  const message = (issue?.message ?? '').replace(/^Invalid input(?:: )?/, '').replace(/\.$/, '')
  const field = issue?.path.map(String).join('.') ?? ''
  if (field === '') return `The record is not in the expected form${message === '' ? '' : ` (${message})`}.`
  return `The field “${field.slice(0, 100)}” is not in the expected form${message === '' ? '' : ` (${message})`}.`
}

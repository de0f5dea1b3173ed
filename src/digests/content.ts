import { z } from 'zod'
import { PAPER_NUMBER } from '../db/cursor.ts'

/**
 * What an issue says, as it is kept: numbers of papers, so that an issue is made of what is known of them when it is sent or
 * read. What was hidden meanwhile is left out then.
 */
const CONTENT = z.object({
  papers: z.array(z.object({ id: PAPER_NUMBER, reason: z.string() })),
  total: z.number().int(),
  /** The day on which it was composed, where its reader is. */
  on: z.string(),
  /** The editions that it looked at: those after the day `from`, up to the day `to`. */
  from: z.string(),
  to: z.string(),
  notes: z.array(z.string()),
  /** Papers of earlier issues of which something grave was said since, and the day on which they were sent. */
  warned: z.array(z.object({ id: PAPER_NUMBER, sentOn: z.string() })),
})
export type Content = z.infer<typeof CONTENT>

/** Reads what was kept of an issue; null where it was forgotten. */
export function readContent(kept: unknown): Content | null {
  return kept === null || kept === undefined ? null : CONTENT.parse(kept)
}

import type { Paper } from '../../papers/paper.ts'
import { excerpt, typeset } from '../../papers/typeset.ts'

/** Source characters of an abstract that stand in a list. */
const EXCERPT_LENGTH = 420
/** Milliseconds of typesetting after which other requests get their turn. */
const TURN_MS = 8

/** The title of a paper as HTML, for use inside a link. */
export function titleHtml(paper: Paper): string {
  return typeset(paper.title, { links: false })
}

/** What a list shows of a paper's content, as HTML: its synopsis, else the beginning of its abstract, else nothing. */
export function ledeHtml(paper: Paper): string | null {
  if (paper.synopsis !== null) return typeset(paper.synopsis, { links: false })
  return paper.abstract === null ? null : typeset(excerpt(paper.abstract, EXCERPT_LENGTH), { links: false })
}

/**
 * Typesets what a list shows before its page is made, in turns: a hundred abstracts full of formulas take longer than
 * the event loop may stand still. `typeset` remembers the results, so the page finds them ready.
 */
export async function typesetAhead(papers: Paper[]): Promise<void> {
  let started = performance.now()
  for (const paper of papers) {
    titleHtml(paper)
    ledeHtml(paper)
    if (performance.now() - started > TURN_MS) {
      await new Promise(setImmediate)
      started = performance.now()
    }
  }
}

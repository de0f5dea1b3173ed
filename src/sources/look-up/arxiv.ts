import type { PaperIdentifier } from '../../papers/identifiers.ts'
import { readArxivAtom } from '../formats/arxiv-atom.ts'
import type { Reading } from './reading.ts'
import { inOnePiece } from '../formats/lines.ts'

/** Where arXiv's API (https://info.arxiv.org/help/api/user-manual.html) describes one paper. */
export function arxivRequest(base: string, arxivId: string): URL {
  const url = new URL(`${base.replace(/\/+$/, '')}/api/query`)
  url.search = new URLSearchParams({ id_list: arxivId, max_results: '1' }).toString()
  return url
}

/**
 * What arXiv answered: a feed with the paper. Of one that it does not know it gives no entry, one without a title, or one
 * that reports an error, the last with status 400.
 */
export async function readArxivAnswer(
  { status, text }: { status: number; text: string },
  identifier: PaperIdentifier,
): Promise<Reading> {
  if (status !== 200 && status !== 400) return { kind: 'unreadable' }
  const isWhole = /<feed[\s>]/.test(text.slice(0, 4096)) && /<\/feed>\s*$/.test(text.slice(-200))
  if (!isWhole) return { kind: 'unreadable' }
  for await (const outcome of readArxivAtom(inOnePiece(text))) {
    if (!outcome.ok) {
      const saysUnknown = /^(?:arXiv answered with an error|It has no title|It has no identifier)\b/.test(
        outcome.reason,
      )
      return { kind: saysUnknown ? 'unknown' : 'unreadable' }
    }
    const isIt = outcome.paper.identifiers.some(
      ({ scheme, value }) => scheme === identifier.scheme && value === identifier.value,
    )
    return isIt ? { kind: 'found', paper: outcome.paper } : { kind: 'unreadable' }
  }
  return { kind: status === 200 ? 'unknown' : 'unreadable' }
}

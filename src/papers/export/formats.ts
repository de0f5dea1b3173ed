import { addressPath } from '../identifiers.ts'
import type { Paper } from '../paper.ts'
import { toBibtex, withDistinctKeys } from './bibtex.ts'
import { toCsl } from './csl.ts'
import { toJsonRecord } from './json.ts'
import { toRis } from './ris.ts'

/** The formats in which many papers are written as one text. */
export const EXPORT_FORMATS = ['bibtex', 'ris', 'json', 'csl'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/**
 * Writes many papers as one text, one after another: `first`, what `next` answers for each paper, and `last`. The same
 * papers in the same order are the same text. `origin` is the site's, before the addresses of its papers.
 */
export function exportWriter(
  format: ExportFormat,
  { origin, siteName }: { origin: string; siteName: string },
): { first: string; next: (paper: Paper) => string; last: string } {
  const optionsFor = (paper: Paper) => ({ url: origin + addressPath(paper.address), siteName })
  let count = 0
  switch (format) {
    case 'bibtex': {
      const withKey = withDistinctKeys()
      const next = (paper: Paper) => (count++ === 0 ? '' : '\n') + withKey(toBibtex(paper, optionsFor(paper)))
      return { first: '', next, last: '' }
    }
    case 'ris':
      return { first: '', next: (paper) => toRis(paper, optionsFor(paper)), last: '' }
    case 'json':
      return {
        first: '',
        next: (paper) => `${JSON.stringify(toJsonRecord(paper, optionsFor(paper)))}\n`,
        last: '',
      }
    case 'csl': {
      const next = (paper: Paper) =>
        (count++ === 0 ? '\n' : ',\n') + JSON.stringify(toCsl(paper, optionsFor(paper)))
      return { first: '[', next, last: '\n]\n' }
    }
  }
}

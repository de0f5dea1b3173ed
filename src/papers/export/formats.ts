import { mapInTurns } from '../../runtime/in-turns.ts'
import { oneAhead } from '../../runtime/one-ahead.ts'
import { addressPath } from '../identifiers.ts'
import type { Paper } from '../paper.ts'
import { toBibtex, withDistinctKeys } from './bibtex.ts'
import { toCsl } from './csl.ts'
import { toJson, toJsonRecord } from './json.ts'
import { toRis } from './ris.ts'

/** The formats in which many papers are written as one text. */
export const EXPORT_FORMATS = ['bibtex', 'ris', 'json', 'csl'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** What a list of papers can be written as; `jsonl`: all that is shown of each, votes and heat too, one a line. */
export type ListFormat = ExportFormat | 'jsonl'

export type ExportWriter = { first: string; next: (paper: Paper) => string; last: string }

/**
 * Writes many papers as one text, one after another: `first`, what `next` answers for each paper, and `last`. The same
 * papers in the same order are the same text. `origin` is the site's, before the addresses of its papers.
 */
export function exportWriter(
  format: ListFormat,
  { origin, siteName }: { origin: string; siteName: string },
): ExportWriter {
  const optionsFor = (paper: Paper) => ({ url: origin + addressPath(paper.address), siteName })
  let count = 0
  switch (format) {
    case 'bibtex': {
      const withKey = withDistinctKeys()
      const next = (paper: Paper) =>
        (count++ === 0 ? '' : '\n') + withKey(toBibtex(paper, optionsFor(paper)), paper)
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
    case 'jsonl':
      return { first: '', next: (paper) => `${JSON.stringify(toJson(paper, optionsFor(paper)))}\n`, last: '' }
    case 'csl': {
      const next = (paper: Paper) =>
        (count++ === 0 ? '\n' : ',\n') + JSON.stringify(toCsl(paper, optionsFor(paper)))
      return { first: '[', next, last: '\n]\n' }
    }
  }
}

/** Characters after which a piece goes out: papers of thousands of authors must not pile up. */
const PIECE = 128 * 1_024

/**
 * Writes papers as they come, in pieces of about 128 thousand characters: while one piece is sent, the next page is
 * read, and nothing else is held. Whoever stops reading stops it.
 */
export async function* exportPieces(
  pages: AsyncIterable<Paper[]>,
  { first, next, last }: ExportWriter,
): AsyncGenerator<string> {
  let piece = first
  for await (const page of oneAhead(pages))
    for (let at = 0; at < page.length; at += WRITTEN_AT_ONCE) {
      const texts = await mapInTurns(page.slice(at, at + WRITTEN_AT_ONCE), next)
      piece += texts.join('')
      if (piece.length < PIECE) continue
      yield piece
      piece = ''
    }
  piece += last
  if (piece !== '') yield piece
}

/** Papers between two looks at the length of a piece. */
const WRITTEN_AT_ONCE = 25

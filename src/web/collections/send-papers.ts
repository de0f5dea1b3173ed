import type { Context } from 'hono'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { exportWriter } from '../../papers/export/formats.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'

/** Bibliographies of a list of papers, by the suffix of the list's address. */
export const BIBLIOGRAPHIES = [
  { suffix: '.bib', name: 'BibTeX', type: 'application/x-bibtex', format: 'bibtex' },
  { suffix: '.ris', name: 'RIS', type: 'application/x-research-info-systems', format: 'ris' },
  {
    suffix: '.csl.json',
    name: 'CSL-JSON',
    type: 'application/vnd.citationstyles.csl+json',
    format: 'csl',
  },
] as const

export type BibliographySuffix = (typeof BIBLIOGRAPHIES)[number]['suffix']

/** Answers with papers as a file for reference managers; `name` is the file's, without suffix. */
export async function sendPapers(
  site: Site,
  c: Context,
  { papers, suffix, name }: { papers: Paper[]; suffix: BibliographySuffix; name: string },
): Promise<Response> {
  const bibliography = BIBLIOGRAPHIES.find((one) => one.suffix === suffix) ?? BIBLIOGRAPHIES[0]
  const { first, next, last } = exportWriter(bibliography.format, {
    origin: site.origin,
    siteName: site.name,
  })
  const records = await mapInTurns(papers, next)
  return c.body(first + records.join('') + last, 200, {
    'content-type': `${bibliography.type}; charset=utf-8`,
    'content-disposition': `attachment; filename="${name}${suffix}"`,
  })
}

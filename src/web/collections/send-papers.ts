import type { Context } from 'hono'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { toBibtex } from '../../papers/export/bibtex.ts'
import { toRis } from '../../papers/export/ris.ts'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'

/** Bibliographies of a list of papers, by the suffix of the list's address. */
export const BIBLIOGRAPHIES = [
  { suffix: '.bib', name: 'BibTeX', type: 'application/x-bibtex' },
  { suffix: '.ris', name: 'RIS', type: 'application/x-research-info-systems' },
] as const

export type BibliographySuffix = (typeof BIBLIOGRAPHIES)[number]['suffix']

/** Answers with papers as a file for reference managers; `name` is the file's, without suffix. */
export async function sendPapers(
  site: Site,
  c: Context,
  { papers, suffix, name }: { papers: Paper[]; suffix: BibliographySuffix; name: string },
): Promise<Response> {
  const write = suffix === '.bib' ? toBibtex : toRis
  const records = await mapInTurns(papers, (paper) =>
    write(paper, { url: site.origin + addressPath(paper.address), siteName: site.name }),
  )
  const type = BIBLIOGRAPHIES.find((format) => format.suffix === suffix)?.type
  return c.body(
    (suffix === '.bib' ? withDistinctKeys(records) : records).join(suffix === '.bib' ? '\n' : ''),
    200,
    {
      'content-type': `${type}; charset=utf-8`,
      'content-disposition': `attachment; filename="${name}${suffix}"`,
    },
  )
}

/** BibTeX entries under one key each: what would have another's gets the next letter (`b`, `c`, … `z`, `bb`, …) after it. */
function withDistinctKeys(entries: string[]): string[] {
  const used = new Set<string>()
  const numbers = new Map<string, number>()
  return entries.map((entry) => {
    const key = /^@\w+\{([^,]*),/.exec(entry)?.[1] ?? ''
    let own = key
    // BibTeX does not tell capitals from small letters in keys.
    while (used.has(own.toLowerCase())) {
      const number = (numbers.get(key.toLowerCase()) ?? 0) + 1
      numbers.set(key.toLowerCase(), number)
      own = key + letters(number)
    }
    used.add(own.toLowerCase())
    return own === key ? entry : entry.replace(`{${key},`, () => `{${own},`)
  })
}

function letters(number: number): string {
  const inTurn = 'bcdefghijklmnopqrstuvwxyz'
  const last = inTurn[(number - 1) % inTurn.length] ?? ''
  const rest = Math.floor((number - 1) / inTurn.length)
  return rest === 0 ? last : letters(rest) + last
}

import { z } from 'zod'
import { parseDay } from '../../papers/calendar.ts'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { outcomeOf, refusalOf, sentenceOf } from './refusal.ts'

const text = z.string().nullish()
const rowSchema = z.object({
  doi: z.string(),
  title: text,
  authors: text,
  date: text,
  version: z.union([z.string(), z.number()]).nullish(),
  type: text,
  license: text,
  category: text,
  abstract: text,
  published: text,
})
export type BiorxivRow = Partial<z.infer<typeof rowSchema>>

const LICENSES: Readonly<Record<string, string>> = {
  cc_by: 'https://creativecommons.org/licenses/by/4.0/',
  cc_by_nc: 'https://creativecommons.org/licenses/by-nc/4.0/',
  cc_by_nd: 'https://creativecommons.org/licenses/by-nd/4.0/',
  cc_by_nc_nd: 'https://creativecommons.org/licenses/by-nc-nd/4.0/',
  cc_by_sa: 'https://creativecommons.org/licenses/by-sa/4.0/',
  cc0: 'https://creativecommons.org/publicdomain/zero/1.0/',
  cc0_ng: 'https://creativecommons.org/publicdomain/zero/1.0/',
}

/**
 * Rows of the API of bioRxiv and medRxiv (https://api.biorxiv.org), each a version of a preprint. The first was posted on
 * its day; the DOI of what was published of it in a journal leads to it as well, because bioRxiv itself matches them.
 */
export function* readBiorxiv(
  rows: readonly unknown[],
  { position }: { position: (index: number) => string },
): Generator<HarvestOutcome> {
  for (const [i, row] of rows.entries()) {
    const raw = JSON.stringify(row)
    const parsed = rowSchema.safeParse(row)
    if (!parsed.success) {
      yield refusalOf({ position: position(i), reason: sentenceOf(parsed.error) }, raw)
      continue
    }
    const { doi, authors, date, version, type, license, category, published, title, abstract } = parsed.data
    const number = Number(version ?? 1)
    const day = parseDay(date?.trim() ?? '')
    const journalDoi = published?.trim().startsWith('10.') ? published : null
    const outcome = outcomeOf(
      position(i),
      {
        source: 'biorxiv',
        title,
        abstract,
        identifiers: [doi],
        dois: [journalDoi],
        asOf: day === null ? undefined : `${day}T00:00:00Z`,
        authors: authorsIn(authors ?? ''),
        published: number === 1 ? date : undefined,
        versions: day === null ? [] : [{ number, date: `${day}T00:00:00Z` }],
        categories: [category],
        license: LICENSES[license?.trim().toLowerCase() ?? ''],
        withdrawn: /withdraw/i.test(type ?? ''),
      },
      raw,
    )
    if (outcome.ok && number === 1 && day !== null)
      yield { ...outcome, paper: { ...outcome.paper, announced: day } }
    else yield outcome
  }
}

/** `Lee, A.; van Gogh, V.; Tides Consortium` */
function authorsIn(line: string) {
  return line
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const comma = name.indexOf(',')
      return comma === -1
        ? { name }
        : { family: name.slice(0, comma).trim(), given: name.slice(comma + 1).trim() }
    })
}

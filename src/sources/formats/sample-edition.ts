import { z } from 'zod'
import { parseDay } from '../../papers/calendar.ts'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { parseJson } from './jsonl.ts'
import { readWhole } from './lines.ts'
import { outcomeOf, sentenceOf } from './refusal.ts'

const MAX_EDITION = 5 * 1024 * 1024

const editionSchema = z.object({
  date: z.string().refine((date) => parseDay(date) !== null, 'expected a day, YYYY-MM-DD'),
  papers: z.array(
    z.object({
      rank: z.number().int().positive(),
      arxivId: z.string().nullish(),
      doi: z.string().nullish(),
      title: z.string(),
      synopsis: z.string().nullish(),
      authors: z.array(z.string()),
      authorsTruncated: z.boolean().optional(),
      published: z.string().nullish(),
      primaryCategory: z.string().nullish(),
      categories: z.array(z.string()),
      links: z.array(z.object({ kind: z.string().nullish(), url: z.string() })),
    }),
  ),
})

/** The papers of the sample edition that a new site opens with (JSON, at most 5 MiB). Positions are `paper 3`. */
export async function* readSampleEdition(chunks: AsyncIterable<string>): AsyncGenerator<HarvestOutcome> {
  const json = await readWhole(chunks, { limit: MAX_EDITION })
  const value = json === null ? undefined : parseJson(json)
  if (value === undefined) {
    yield {
      ok: false,
      position: 'the edition',
      reason: 'The sample edition is not valid JSON of at most 5 MiB.',
    }
    return
  }
  const parsed = editionSchema.safeParse(value)
  if (!parsed.success) {
    yield { ok: false, position: 'the edition', reason: sentenceOf(parsed.error) }
    return
  }
  const { date, papers } = parsed.data
  for (const { rank, arxivId, doi, authors, authorsTruncated, synopsis, ...paper } of papers) {
    yield outcomeOf(`paper ${rank}`, {
      ...paper,
      source: 'sample',
      identifiers: [arxivId, doi],
      synopsis,
      authors: authors.map((name) => ({ name })),
      others: authorsTruncated ? {} : undefined,
      listing: { date, rank, of: papers.length },
    })
  }
}

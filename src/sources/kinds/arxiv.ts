import { z } from 'zod'
import { readArxivAtom } from '../formats/arxiv-atom.ts'
import { readArxivOai } from '../formats/arxiv-oai.ts'
import { ARXIV_TIME_ZONE } from '../../papers/calendar.ts'
import type { SourceKind } from '../source-kind.ts'
import { harvestAnnouncements } from './arxiv/announcements.ts'
import { harvestRecords } from './arxiv/records.ts'
import { categoryOfSet } from './arxiv/sets.ts'
import { inOnePiece } from '../formats/lines.ts'

const MOST_CATEGORIES = 60

const settings = z.object({
  categories: z
    .array(
      z.string().regex(/^[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[A-Za-z]+)*)?$/, {
        error: ({ input }) => `“${String(input)}” is no category of arXiv such as cs.CL or astro-ph`,
      }),
      { error: 'name at least one category, such as cs.CL' },
    )
    .min(1, 'name at least one category, such as cs.CL')
    .max(MOST_CATEGORIES, `at most ${MOST_CATEGORIES} categories; an archive such as cs has all of its own`)
    .transform((categories) => [...new Set(categories)]),
})
export type ArxivSettings = z.infer<typeof settings>

/**
 * arXiv: what it announces each evening, at once; every night the whole records of what was announced or changed, by which
 * missed days are made up for; and days of long ago when asked.
 */
export const arxiv: SourceKind<ArxivSettings> = {
  kind: 'arxiv',
  title: 'arXiv',
  about: 'New papers in the categories you choose, the evening they are announced.',
  settings,
  options: [
    {
      name: 'categories',
      label: 'Categories',
      hint: 'Such as cs.CL, cs.LG or a whole archive such as econ',
      list: true,
      required: true,
    },
  ],
  describe: ({ categories }) => categories.join(', '),
  tasks: [
    {
      name: 'announcements',
      // A few minutes after 20:00, when the lists change, and after midnight, when the feed follows.
      schedule: { pattern: '5 20 * * 0-4', timeZone: ARXIV_TIME_ZONE, spreadMs: 10 * 60_000 },
      // From Thursday evening to Sunday evening there is nothing; a holiday may add a day.
      silentAfterHours: 4 * 24,
      harvest: harvestAnnouncements,
    },
    {
      name: 'records',
      schedule: { pattern: '30 23 * * *', timeZone: ARXIV_TIME_ZONE, spreadMs: 90 * 60_000 },
      silentAfterHours: 3 * 24,
      takesRange: true,
      harvest: harvestRecords,
    },
  ],
  settingsOfSet: (set) => ({ categories: [categoryOfSet(set)] }),
  reread: (record) =>
    (/<(?:\w+:)?(?:arXivRaw|arXiv)[\s>]|<(?:\w+:)?record[\s>]/.test(record) ? readArxivOai : readArxivAtom)(
      inOnePiece(record),
    ),
}

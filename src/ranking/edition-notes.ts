import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Period } from '../papers/calendar.ts'
import { toPaper } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'
import { listPapers } from './lists.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** What is shown beside the papers of a period. */
export type EditionNotes = {
  /** Its papers that curators picked, most picks first. */
  picked: Paper[]
  /** Its papers that readers discuss, most comments first. */
  discussed: Paper[]
  /** The first papers of the period before it; null before the first. */
  before: { period: Period; papers: Paper[] } | null
}

/** At most `limit` papers of each kind. */
export async function editionNotes(
  db: Kysely<Database>,
  { period, previous, limit }: { period: Period; previous: Period | null; limit: number },
): Promise<EditionNotes> {
  const noted = async (count: RawBuilder<number>) => {
    const { rows } = await sql<Selectable<Database['papers']>>`
      select p.* from papers p
      where (p.comment_count > 0 or p.pick_count > 0) and ${IS_LISTED} and ${count} > 0
        and p.edition between ${period.from}::date and ${period.to}::date
      order by ${count} desc, p.heat desc, p.id desc limit ${limit}`.execute(db)
    return rows.map(toPaper)
  }
  const [picked, discussed, before] = await Promise.all([
    noted(sql`p.pick_count`),
    noted(sql`p.comment_count`),
    previous && listPapers(db, { list: { kind: 'editions', from: previous.from, to: previous.to }, limit }),
  ])
  return { picked, discussed, before: previous && before && { period: previous, papers: before.papers } }
}

import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** A name as most papers on lists print it, or null when none has it: by the key of the name, or by the ORCID of the person. */
export async function printedName(
  db: Kysely<Database>,
  author: { kind: 'name'; nameKey: string } | { kind: 'orcid'; orcid: string },
): Promise<string | null> {
  const row = await db
    .selectFrom('paper_authors')
    .select(['name', (eb) => eb.fn.countAll().as('papers')])
    .$call((query) =>
      author.kind === 'name'
        ? query.where('name_key', '=', author.nameKey)
        : query.where('orcid', '=', author.orcid),
    )
    // Few papers are hidden: they are taken out of the index, instead of looking at every paper of the author.
    .where('paper_id', 'not in', (eb) => eb.selectFrom('papers').select('id').where('hidden', '=', true))
    .groupBy('name')
    .orderBy('papers', 'desc')
    .orderBy('name')
    .limit(1)
    .executeTakeFirst()
  return row?.name ?? null
}

import { sql, type Kysely } from 'kysely'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { papersToEmbed } from './embed-papers.ts'
import type { Engine } from './engine.ts'
import { damageIn } from './index/index-folder.ts'

/** How an index differs from its database, by ids of papers. */
export type Differences = {
  /** In the database. */
  papers: number
  /** What is wrong with the files. */
  damage: string[]
  missing: number[]
  outdated: number[]
  /** In the index only. */
  ghosts: number[]
  /** Whose vector in the index is not the one in the database. */
  vectors: number[]
  /** That have no vector yet, of the model in use. */
  toEmbed: number
  model: string | null
}

const PAGE = 50_000

/** Compares every paper and vector of an index that is level with the database, and reads all its files. */
export async function findDifferences(
  db: Kysely<Database>,
  engine: Engine,
  { folder }: { folder: string },
): Promise<Differences> {
  const indexed = new Map<number, number>()
  engine.forEachPaper((id, seq) => indexed.set(id, seq))
  const missing: number[] = []
  const outdated: number[] = []
  let papers = 0
  for await (const { id, seq } of pages(
    db,
    (after) => sql`
    select id, index_seq as seq from papers where id > ${after} and not hidden order by id limit ${PAGE}`,
  )) {
    papers++
    const known = indexed.get(id)
    indexed.delete(id)
    if (known === undefined) missing.push(id)
    else if (known !== seq) outdated.push(id)
  }

  const inIndex = new Map<number, number>()
  engine.forEachVector((id, seq) => inIndex.set(id, seq))
  const vectors: number[] = []
  const { model } = engine.status()
  if (model !== null) {
    for await (const { id, seq } of pages(
      db,
      (after) => sql`
      select paper_id as id, seq from paper_embeddings
      where model = ${model} and paper_id > ${after}
        and not exists (select from papers p where p.id = paper_id and p.hidden) order by paper_id limit ${PAGE}`,
    )) {
      const known = inIndex.get(id)
      inIndex.delete(id)
      if (known !== seq % 2 ** 32) vectors.push(id)
    }
    vectors.push(...inIndex.keys())
  }
  return {
    papers,
    damage: damageIn(folder),
    missing,
    outdated,
    ghosts: [...indexed.keys()],
    vectors,
    toEmbed: model === null ? 0 : await papersToEmbed(db, model),
    model,
  }
}

/** Has every index take the papers in anew: they are numbered as just changed. Damage of files is not healed so. */
export async function healDifferences(
  db: Kysely<Database>,
  { missing, outdated, ghosts, vectors }: Differences,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    // The locks of those who number changes.
    await lockUntilCommit(trx, 'recording')
    await lockUntilCommit(trx, 'vectors')
    await sql`update papers set index_seq = nextval('papers_index_seq')
      where id = any(${[...missing, ...outdated]}::bigint[])`.execute(trx)
    await sql`insert into paper_removals (paper_id) select unnest(${ghosts}::bigint[])
      on conflict (paper_id) do update set index_seq = nextval('papers_index_seq')`.execute(trx)
    await sql`update paper_embeddings set seq = nextval('paper_embeddings_seq')
      where paper_id = any(${vectors}::bigint[])`.execute(trx)
  })
}

async function* pages(
  db: Kysely<Database>,
  query: (after: number) => ReturnType<typeof sql>,
): AsyncGenerator<{ id: number; seq: number }> {
  for (let after = 0; ;) {
    const { rows } = await (query(after) as ReturnType<typeof sql<{ id: number; seq: number }>>).execute(db)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    after = last.id
  }
}

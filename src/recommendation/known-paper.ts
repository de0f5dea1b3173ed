import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Features } from './learning/features.ts'

/** A paper as tastes are learned from it. */
export type KnownPaper = {
  id: number
  features: Features
  /** Its meaning as the model gives it, of length 1; null where it has no vector. */
  vector: Float32Array | null
  topics: string[]
  /** Votes and picks: what the community thinks of it. */
  attention: number
}

/** What that is made of. */
export type PaperRow = {
  id: number
  title: string
  abstract: string | null
  synopsis: string | null
  categories: string[]
  attention: number
  vector: Buffer | null
}

/** Papers that may be recommended, of those for which `where` holds. */
export async function readPaperRows(
  db: Kysely<Database>,
  where: ReturnType<typeof sql>,
): Promise<PaperRow[]> {
  const { rows } = await sql<PaperRow>`
    select p.id, p.title, p.abstract, p.synopsis, p.categories, p.votes + p.pick_count as attention, e.vector
    from papers p left join paper_embeddings e on e.paper_id = p.id
      and e.model = (select model from embedding_models where in_use)
    where not p.hidden and ${where}`.execute(db)
  return rows
}

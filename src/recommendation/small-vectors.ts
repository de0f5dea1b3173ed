import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { decodeVector } from '../search/embeddings/quantize.ts'
import { toFewBits } from './few-bits.ts'

/** What papers are about, small enough to be part of a page. */
export type SmallVectors = {
  /** Vectors of another kind cannot be compared with these. */
  kind: string
  /** `toFewBits` in base64, by the number of the paper. */
  vectors: Map<number, string>
}

/** Small vectors of papers, as far as they have any; null while no model is in use. */
export async function smallVectors(
  db: Kysely<Database>,
  { paperIds }: { paperIds: number[] },
): Promise<SmallVectors | null> {
  const inUse = await db
    .selectFrom('embedding_models')
    .select(['model', 'dimensions'])
    .where('in_use', '=', true)
    .executeTakeFirst()
  if (!inUse) return null
  const rows =
    paperIds.length === 0
      ? []
      : await db
          .selectFrom('paper_embeddings')
          .select(['paper_id', 'vector'])
          .where('model', '=', inUse.model)
          .where('paper_id', 'in', paperIds)
          .execute()
  return {
    kind: createHash('sha256').update(`${inUse.model} ${inUse.dimensions}`).digest('hex').slice(0, 12),
    vectors: new Map(
      rows.map(({ paper_id, vector }) => [
        paper_id,
        Buffer.from(toFewBits(decodeVector(vector).bytes)).toString('base64'),
      ]),
    ),
  }
}

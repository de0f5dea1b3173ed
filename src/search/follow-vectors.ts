import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { decodeVector } from './embeddings/quantize.ts'
import type { Manifest } from './index/index-folder.ts'
import { openVectorStore, type VectorStore } from './vectors/vector-store.ts'

/** The vectors of the model in use, as far as they are in. */
export type FollowedVectors = {
  model: string
  store: VectorStore
  /** What a manifest says of them. */
  kept: NonNullable<Manifest['vectors']>
  /** How many came in since a manifest was written. */
  unkept: number
}

const VECTORS_AT_ONCE = 500

/**
 * Follows the vectors in the database, of whichever model is in use. `keep`: they are kept in files of the folder; others
 * have files of their own, since who does not keep the index must not write into one of who does.
 */
export function followVectors(db: Kysely<Database>, { folder, keep }: { folder: string; keep: boolean }) {
  let current: FollowedVectors | null = null

  async function modelInUse(): Promise<{ model: string; dimensions: number } | null> {
    const row = await db
      .selectFrom('embedding_models')
      .select(['model', 'dimensions'])
      .where('in_use', '=', true)
      .executeTakeFirst()
    return row?.dimensions ? { model: row.model, dimensions: row.dimensions } : null
  }

  function open(model: string, dimensions: number, known: Manifest['vectors']): FollowedVectors {
    const before = keep && known?.model === model && known.dimensions === dimensions ? known : null
    const file = before?.file ?? `${randomUUID()}.vectors`
    const store = openVectorStore({ path: keep ? join(folder, file) : null, dimensions })
    return { model, store, kept: { file, model, dimensions, through: before?.through ?? 0 }, unkept: 0 }
  }

  return {
    /** null while no model is in use. */
    current: () => current,
    /** Takes in the next vectors; whether there may be more. `known`: what is kept already; `gone`: papers that are not there. */
    async takeIn({ known, gone }: { known: Manifest['vectors']; gone: number[] }): Promise<boolean> {
      const inUse = await modelInUse()
      if (current && current.model !== inUse?.model) {
        current.store.close()
        current = null
      }
      if (!inUse) return false
      if (!current) {
        current = open(inUse.model, inUse.dimensions, known)
        for (const id of gone) current.store.remove(id)
      }
      const rows = await db
        .selectFrom('paper_embeddings')
        .select(['paper_id', 'seq', 'vector'])
        .where('model', '=', inUse.model)
        .where('seq', '>', current.kept.through)
        .orderBy('seq')
        .limit(VECTORS_AT_ONCE)
        .execute()
      for (const { paper_id, seq, vector } of rows) {
        const { scale, bytes } = decodeVector(vector)
        current.store.set(paper_id, { scale, numbers: bytes }, seq)
        current.kept.through = seq
        current.unkept++
      }
      return rows.length > 0
    },
    remove(ids: number[]) {
      for (const id of ids) current?.store.remove(id)
    },
    close() {
      current?.store.close()
      current = null
    },
  }
}

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { decodeVector } from './embeddings/quantize.ts'
import type { Manifest } from './index/manifest.ts'
import { newVectorStore, openVectorStore, type VectorStore } from './vectors/vector-store.ts'

/** The vectors of the model in use, as far as they are in. */
export type FollowedVectors = {
  model: string
  store: VectorStore
  /** What a manifest says of them. */
  kept: NonNullable<Manifest['vectors']>
  /** How many came in since a manifest was written. */
  unkept: number
}

export type VectorFollower = {
  /** null while no model is in use. */
  current(): FollowedVectors | null
  /**
   * Takes in the next vectors; whether there may be more. `known`: what the manifest in force says of them; `gone`: papers
   * whose vectors may still be in that file.
   */
  takeIn(from: { known: () => FollowedVectors['kept'] | null; gone: number[] }): Promise<boolean>
  /** Goes on with the file of a manifest that was taken over, if it is of the same model. */
  goOnWith(kept: FollowedVectors['kept'], options: { gone: number[] }): void
  /** Has all vectors taken in again when somebody removed their file; whether that is so. */
  forgetMissingFile(): boolean
  remove(ids: number[]): void
  close(): void
}

const VECTORS_AT_ONCE = 500

/**
 * Follows the vectors in the database, of whichever model is in use. `keep`: they are kept in files of the folder; others
 * have files of their own, since who does not keep the index must not write into one of who does.
 */
export function followVectors(
  db: Kysely<Database>,
  { folder, keep }: { folder: string; keep: boolean },
): VectorFollower {
  let current: FollowedVectors | null = null

  async function modelInUse(): Promise<{ model: string; dimensions: number } | null> {
    const row = await db
      .selectFrom('embedding_models')
      .select(['model', 'dimensions'])
      .where('in_use', '=', true)
      .executeTakeFirst()
    return row?.dimensions ? { model: row.model, dimensions: row.dimensions } : null
  }

  function open(
    model: string,
    dimensions: number,
    known: () => FollowedVectors['kept'] | null,
  ): FollowedVectors {
    if (!keep) return startNew(model, dimensions)
    let missing: string | null = null
    for (;;) {
      const kept = known()
      if (kept?.model !== model || kept.dimensions !== dimensions || kept.file === missing)
        return startNew(model, dimensions)
      const opened = openKept(kept)
      if (opened) return opened
      // Another process may have removed it after it wrote a new manifest: only a file that is still named is lost.
      missing = kept.file
    }
  }

  function startNew(model: string, dimensions: number): FollowedVectors {
    const file = `${randomUUID()}.vectors`
    const store = newVectorStore({ path: keep ? join(folder, file) : null, dimensions })
    return { model, store, kept: { file, model, dimensions, through: 0 }, unkept: 0 }
  }

  /** null when the file is missing. */
  function openKept(kept: FollowedVectors['kept']): FollowedVectors | null {
    const { file, model, dimensions } = kept
    try {
      const store = openVectorStore({ path: join(folder, file), dimensions })
      return { model, store, kept: { ...kept }, unkept: 0 }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  function follow(opened: FollowedVectors, gone: number[]): FollowedVectors {
    current?.store.close()
    current = opened
    for (const id of gone) opened.store.remove(id)
    return opened
  }

  return {
    current: () => current,
    async takeIn({ known, gone }) {
      const inUse = await modelInUse()
      if (current && current.model !== inUse?.model) {
        current.store.close()
        current = null
      }
      if (!inUse) return false
      const into = current ?? follow(open(inUse.model, inUse.dimensions, known), gone)
      const rows = await db
        .selectFrom('paper_embeddings')
        .select(['paper_id', 'seq', 'vector'])
        .where('model', '=', inUse.model)
        .where('seq', '>', into.kept.through)
        // Those of a hidden paper are numbered anew when it is shown.
        .where((where) =>
          where.not(
            where.exists(
              where
                .selectFrom('papers')
                .select('id')
                .whereRef('papers.id', '=', 'paper_embeddings.paper_id')
                .where('hidden', '=', true),
            ),
          ),
        )
        .orderBy('seq')
        .limit(VECTORS_AT_ONCE)
        .execute()
      for (const { paper_id, seq, vector } of rows) {
        const { scale, bytes } = decodeVector(vector)
        into.store.set(paper_id, { scale, numbers: bytes }, seq)
        into.kept.through = seq
        into.unkept++
      }
      return rows.length > 0
    },
    goOnWith(kept, { gone }) {
      if (current?.model !== kept.model || current.kept.file === kept.file) return
      const opened = openKept(kept)
      if (opened) follow(opened, gone)
    },
    forgetMissingFile() {
      if (!keep || !current || existsSync(join(folder, current.kept.file))) return false
      current.store.close()
      current = null
      return true
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

import { createHash } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import { notify } from '../db/channels.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { plainText } from '../papers/typeset.ts'
import type { Embedder } from './embeddings/embedder.ts'
import { encodeVector } from './embeddings/quantize.ts'
import { bodyText } from './read-changes.ts'

/** Papers embedded in one transaction: as many as may be done again after a kill. */
const BATCH = 32
/** Changes of papers that are queued at once. */
const QUEUED_AT_ONCE = 20_000

/** What one step did: vectors made and texts found to be unchanged; `done` when nothing was left to do. */
export type EmbeddingStep = { embedded: number; unchanged: number; done: boolean }

/**
 * Embeds the next papers that have no vector of the embedder's model, or one of an older text; the newest papers first.
 * When none is left, searches use the model from then on, and the vectors of others are removed. (The first model ever
 * is used at once.) Any number of processes may do so together. Throws `EmbeddingUnavailable`, with nothing lost.
 */
export async function embedNextPapers(db: Kysely<Database>, embedder: Embedder): Promise<EmbeddingStep> {
  const { model } = embedder
  await queueChanges(db, model)
  const batch = await embedBatch(db, embedder)
  if (batch === null) {
    await useModel(db, model)
    return { embedded: 0, unchanged: 0, done: true }
  }
  await inTransaction(db, async (trx) => {
    // No text changes, nor does a paper go, until the vectors are written.
    await lockUntilCommit(trx, 'recording')
    await lockUntilCommit(trx, 'vectors')
    const current = new Map((await textsOf(trx, batch.ids, model)).map(({ id, digest }) => [id, digest]))
    // What changed meanwhile stays in the queue; what went is not in it any more.
    const same = batch.texts.filter(({ id, digest }) => current.get(id)?.equals(digest))
    await writeVectors(
      trx,
      model,
      same.flatMap(({ id, digest, vector }) => (vector ? [{ id, digest, vector }] : [])),
    )
    if (same.length > 0)
      await trx
        .deleteFrom('embedding_queue')
        .where('model', '=', model)
        .where(
          'paper_id',
          'in',
          same.map(({ id }) => id),
        )
        .execute()
  })
  const embedded = batch.texts.filter(({ vector }) => vector !== null).length
  return { embedded, unchanged: batch.texts.length - embedded, done: false }
}

/**
 * The next papers in the queue with their vectors (null where the one held is of the same text); null when there are none.
 * Other processes pass by what this one is at. Its transaction ends before vectors are written: whoever merges two papers
 * holds them and then wants their places in the queue, and must not be waited for with these in hand.
 */
async function embedBatch(db: Kysely<Database>, embedder: Embedder) {
  return inTransaction(db, async (trx) => {
    const queued = await trx
      .selectFrom('embedding_queue')
      .select('paper_id')
      .where('model', '=', embedder.model)
      .orderBy('paper_id', 'desc')
      .limit(BATCH)
      .forUpdate()
      .skipLocked()
      .execute()
    const ids = queued.map(({ paper_id }) => paper_id)
    if (ids.length === 0) return null
    const texts = await textsOf(trx, ids, embedder.model)
    const fresh = texts.filter(({ digest, held }) => !held?.equals(digest))
    const vectors = await embedder.embedTexts(fresh.map(({ text }) => text))
    const vectorOf = new Map(fresh.map(({ id }, i) => [id, vectors[i] ?? null]))
    return {
      ids,
      texts: texts.map(({ id, digest }) => ({ id, digest, vector: vectorOf.get(id) ?? null })),
    }
  })
}

/** How many papers a model is still to embed. */
export async function papersToEmbed(db: Kysely<Database>, model: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from embedding_queue where model = ${model})
      + (select count(*) from papers where index_seq > coalesce((select through from embedding_models where model = ${model}), 0)) as n
  `.execute(db)
  return rows[0]?.n ?? 0
}

/** What a paper's vector is of. */
export function embeddedText(paper: {
  title: string
  abstract: string | null
  synopsis: string | null
}): string {
  return `${plainText(paper.title)}. ${bodyText(paper)}`
}

async function queueChanges(db: Kysely<Database>, model: string): Promise<void> {
  await db
    .insertInto('embedding_models')
    .values({ model, dimensions: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  for (;;) {
    const { rows: news } = await sql<{ some: boolean }>`select exists (select from papers
      where index_seq > (select through from embedding_models where model = ${model})) as some`.execute(db)
    if (!news[0]?.some) return
    await inTransaction(db, async (trx) => {
      // No paper goes while it is queued.
      await lockUntilCommit(trx, 'recording')
      await sql`
        with model as (select through from embedding_models where model = ${model} for update),
          changed as (select id, index_seq from papers where index_seq > (select through from model)
            order by index_seq limit ${QUEUED_AT_ONCE}),
          queued as (insert into embedding_queue (model, paper_id) select ${model}, id from changed on conflict do nothing)
        update embedding_models set through = (select max(index_seq) from changed)
        where model = ${model} and exists (select from changed)`.execute(trx)
    })
  }
}

async function textsOf(trx: Transaction<Database>, ids: number[], model: string) {
  const rows = await trx
    .selectFrom('papers')
    .leftJoin('paper_embeddings as e', (join) =>
      join.onRef('e.paper_id', '=', 'papers.id').on('e.model', '=', model),
    )
    .select(['papers.id', 'title', 'abstract', 'synopsis', 'e.digest as held'])
    .where('papers.id', 'in', ids)
    .orderBy('papers.id', 'desc')
    .execute()
  return rows.map((row) => {
    const text = embeddedText(row)
    return { id: row.id, held: row.held, text, digest: createHash('sha256').update(text).digest() }
  })
}

/** The caller holds the lock of vectors. */
async function writeVectors(
  trx: Transaction<Database>,
  model: string,
  vectors: { id: number; digest: Buffer; vector: Float32Array }[],
): Promise<void> {
  const [first] = vectors
  if (!first) return
  await sql`
    update embedding_models m set dimensions = ${first.vector.length},
      in_use = in_use or not exists (select from embedding_models where in_use)
    where model = ${model} and (dimensions is null or not in_use)`.execute(trx)
  await trx
    .insertInto('paper_embeddings')
    .values(
      vectors.map(({ id, digest, vector }) => ({
        model,
        paper_id: id,
        digest,
        vector: encodeVector(vector),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['model', 'paper_id']).doUpdateSet({
        digest: (eb) => eb.ref('excluded.digest'),
        vector: (eb) => eb.ref('excluded.vector'),
        seq: sql<number>`nextval('paper_embeddings_seq')`,
      }),
    )
    .execute()
  await notify(trx, 'vectors')
}

/** Has searches use a model whose vectors are complete, and removes those of others. */
async function useModel(db: Kysely<Database>, model: string): Promise<void> {
  const others = await db.selectFrom('embedding_models').select('model').where('model', '<>', model).execute()
  if (others.length === 0) return
  await inTransaction(db, async (trx) => {
    // Another process may be at the last of them.
    const { rows } = await sql<{ left: boolean }>`
      select exists (select from embedding_queue where model = ${model}) as left`.execute(trx)
    if (rows[0]?.left) return
    await trx.updateTable('embedding_models').set({ in_use: false }).where('in_use', '=', true).execute()
    await sql`update embedding_models set in_use = true where model = ${model} and dimensions is not null`.execute(
      trx,
    )
    await trx.deleteFrom('paper_embeddings').where('model', '<>', model).execute()
    await trx.deleteFrom('embedding_models').where('model', '<>', model).execute()
    await notify(trx, 'vectors')
  })
}

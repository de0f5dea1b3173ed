import { createHash } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import { notify } from '../db/channels.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { plainText } from '../papers/plain-text.ts'
import { bodyText } from './body-text.ts'
import { EmbeddingUnavailable, type Embedder } from './embeddings/embedder.ts'
import { encodeVector } from './embeddings/quantize.ts'

/** Papers that are claimed, embedded and written at once. */
const BATCH = 32
/** Changes of papers that are queued at once. */
const QUEUED_AT_ONCE = 20_000
/** Papers that were claimed are another's to claim after so long: whoever claimed them has died. No batch takes longer. */
const LEASE_MS = 5 * 60_000
/** The clocks of machines that share a database may differ by so much. */
const CLOCK_SKEW_MS = 60_000
/** Vectors of a model no longer used that are removed at once. */
const REMOVED_AT_ONCE = 10_000

/** What one step did: vectors made and texts found to be unchanged; `done` when nothing was left to do. */
export type EmbeddingStep = { embedded: number; unchanged: number; done: boolean }

/**
 * Embeds the next papers that have no vector of the embedder's model, or one of an older text; the newest papers first.
 * When none is left, searches use the model from then on, and the vectors of others are removed. (The first model ever
 * is used at once.) Any number of processes may do so together: each paper is claimed by one, for a time, and no
 * transaction is open while the model is at work. A process killed in between leaves papers that are embedded when their
 * time is over.
 *
 * Throws `EmbeddingUnavailable`, with nothing lost. Rejects with the reason of `signal` once that is aborted: the batch
 * under way is given up for others to take.
 */
export async function embedNextPapers(
  db: Kysely<Database>,
  embedder: Embedder,
  { now, signal, leaseMs = LEASE_MS }: { now: () => Date; signal?: AbortSignal; leaseMs?: number },
): Promise<EmbeddingStep> {
  const { model } = embedder
  await queueChanges(db, model, { signal })
  const batch = await claim(db, { model, now: now(), leaseMs })
  if (batch.ids.length === 0) {
    await useModel(db, model, { signal })
    return { embedded: 0, unchanged: 0, done: true }
  }
  try {
    const texts = await textsOf(db, batch.ids, model)
    const fresh = texts.filter(({ isNew }) => isNew)
    const vectors = await embedInTime(embedder, { texts: fresh.map(({ text }) => text), leaseMs, signal })
    const vectorOf = new Map(fresh.map(({ id }, i) => [id, vectors[i]]))
    const made = texts.map(({ id, digest }) => ({ id, digest, vector: vectorOf.get(id) ?? null }))
    return { ...(await settle(db, batch, made)), done: false }
  } catch (error) {
    // Where even that fails, the lease ends by itself.
    await release(db, batch).catch(() => undefined)
    throw error
  }
}

/** The papers that a process has claimed; by the end of the claim it is known as its own. */
type Batch = { model: string; ids: number[]; until: Date }

async function claim(
  db: Kysely<Database>,
  { model, now, leaseMs }: { model: string; now: Date; leaseMs: number },
): Promise<Batch> {
  const until = new Date(now.getTime() + leaseMs)
  // No lease lies further ahead than its own length, unless the clock was set back: it has ended, too.
  const latest = new Date(until.getTime() + CLOCK_SKEW_MS)
  const { rows } = await sql<{ id: number }>`
    with free as materialized (
      select paper_id from embedding_queue
      where model = ${model} and (leased_until is null or leased_until <= ${now} or leased_until > ${latest})
      order by paper_id desc limit ${BATCH}
      for update skip locked
    )
    update embedding_queue q set leased_until = ${until} from free
    where q.model = ${model} and q.paper_id = free.paper_id
    returning q.paper_id as id
  `.execute(db)
  return { model, ids: rows.map(({ id }) => id), until }
}

async function embedInTime(
  embedder: Embedder,
  { texts, leaseMs, signal }: { texts: string[]; leaseMs: number; signal: AbortSignal | undefined },
): Promise<Float32Array[]> {
  if (texts.length === 0) return []
  const leaseEnd = AbortSignal.timeout(leaseMs)
  try {
    return await embedder.embedTexts(texts, {
      signal: signal ? AbortSignal.any([signal, leaseEnd]) : leaseEnd,
    })
  } catch (error) {
    if (leaseEnd.aborted && error === leaseEnd.reason)
      throw new EmbeddingUnavailable(
        `The model takes longer than ${leaseMs / 1_000} seconds over a batch of papers.`,
      )
    throw error
  }
}

/** `vector` is null where the text's vector was there already. */
type Made = { id: number; digest: Buffer; vector: Float32Array | null }

/**
 * Writes the vectors of a batch and takes its papers from the queue, but for those that another process has claimed
 * since, and those whose text has changed: they stay there.
 */
async function settle(
  db: Kysely<Database>,
  batch: Batch,
  made: Made[],
): Promise<{ embedded: number; unchanged: number }> {
  const { model, ids, until } = batch
  return inTransaction(db, async (trx) => {
    // No paper is merged or removed, which waits for these locks the other way round.
    await lockUntilCommit(trx, 'recording')
    await lockUntilCommit(trx, 'vectors')
    // Whoever queues changes locks it, too: no paper can change and be found in the queue before it is taken from there.
    await sql`select from embedding_models where model = ${model} for no key update`.execute(trx)
    const ours = await trx
      .selectFrom('embedding_queue')
      .select('paper_id')
      .where('model', '=', model)
      .where('paper_id', 'in', ids)
      .where('leased_until', '=', until)
      .forUpdate()
      .execute()
    const texts = await textsOf(
      trx,
      ours.map(({ paper_id }) => paper_id),
      model,
    )
    const textOf = new Map(texts.map((text) => [text.id, text]))
    const valid = made.filter(({ id, digest, vector }) => {
      const text = textOf.get(id)
      return text?.digest.equals(digest) && (vector !== null || !text.isNew)
    })
    const written = valid.flatMap(({ vector, ...paper }) => (vector ? [{ ...paper, vector }] : []))
    await writeVectors(trx, model, written)
    if (valid.length > 0)
      await trx
        .deleteFrom('embedding_queue')
        .where('model', '=', model)
        .where(
          'paper_id',
          'in',
          valid.map(({ id }) => id),
        )
        .execute()
    await release(trx, batch)
    return { embedded: written.length, unchanged: valid.length - written.length }
  })
}

/** Lets others take a batch, or what is left of it. */
async function release(db: Kysely<Database>, { model, ids, until }: Batch): Promise<void> {
  await db
    .updateTable('embedding_queue')
    .set({ leased_until: null })
    .where('model', '=', model)
    .where('paper_id', 'in', ids)
    .where('leased_until', '=', until)
    .execute()
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

async function queueChanges(
  db: Kysely<Database>,
  model: string,
  { signal }: { signal: AbortSignal | undefined },
): Promise<void> {
  await db
    .insertInto('embedding_models')
    .values({ model, dimensions: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  for (;;) {
    signal?.throwIfAborted()
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

/** `isNew`: the paper has no vector of the text. */
type PaperText = { id: number; text: string; digest: Buffer; isNew: boolean }

async function textsOf(db: Kysely<Database>, ids: number[], model: string): Promise<PaperText[]> {
  if (ids.length === 0) return []
  const rows = await db
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
    const digest = createHash('sha256').update(text).digest()
    return { id: row.id, text, digest, isNew: !row.held?.equals(digest) }
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

/** Has searches use a model whose vectors are complete, and removes those of others, a part at a time. */
async function useModel(
  db: Kysely<Database>,
  model: string,
  { signal }: { signal: AbortSignal | undefined },
): Promise<void> {
  const others = await db.selectFrom('embedding_models').select('model').where('model', '<>', model).execute()
  if (others.length === 0) return
  const inUse = await inTransaction(db, async (trx) => {
    // Another process may be at the last of them.
    const { rows } = await sql<{ left: boolean }>`
      select exists (select from embedding_queue where model = ${model}) as left`.execute(trx)
    if (rows[0]?.left) return false
    await trx.updateTable('embedding_models').set({ in_use: false }).where('in_use', '=', true).execute()
    await sql`update embedding_models set in_use = true where model = ${model} and dimensions is not null`.execute(
      trx,
    )
    await notify(trx, 'vectors')
    return true
  })
  if (!inUse) return
  for (const { model: other } of others) await removeVectors(db, other, { signal })
  await inTransaction(db, async (trx) => {
    await lockUntilCommit(trx, 'vectors')
    // What a process that still uses another model has written since.
    await trx.deleteFrom('paper_embeddings').where('model', '<>', model).execute()
    await trx.deleteFrom('embedding_models').where('model', '<>', model).execute()
  })
}

async function removeVectors(
  db: Kysely<Database>,
  model: string,
  { signal }: { signal: AbortSignal | undefined },
): Promise<void> {
  for (let after: number | null = 0; after !== null;) {
    signal?.throwIfAborted()
    const { rows } = await sql<{ last: number | null }>`
      with part as (select paper_id from paper_embeddings where model = ${model} and paper_id > ${after}
          order by paper_id limit ${REMOVED_AT_ONCE}),
        removed as (delete from paper_embeddings e using part
          where e.model = ${model} and e.paper_id = part.paper_id)
      select max(paper_id) as last from part`.execute(db)
    after = rows[0]?.last ?? null
  }
}

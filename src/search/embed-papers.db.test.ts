import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { countWaiting, otherConnections } from '../../test/waiting.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { castVote } from '../ranking/votes.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { embedNextPapers, papersToEmbed } from './embed-papers.ts'
import { EmbeddingUnavailable, type Embedder } from './embeddings/embedder.ts'
import { wordCounter } from './testing/embedders.ts'

const MINUTE = 60_000
const later = (ms: number) => new Date(NOON.getTime() + ms)

describeWithDatabase('embedding papers', (db) => {
  const record = (...papers: HarvestedPaper[]) =>
    recordHarvest(db(), papers, { now: NOON, timeZone: TIME_ZONE })
  const lake = (n: number, title = `Tides of lake ${n}`) =>
    stated(`2601.${String(n).padStart(5, '0')}`, { title })
  const lakes = (count: number) => Array.from({ length: count }, (_, i) => lake(i + 1))
  const paperId = async (title: string) =>
    (await db().selectFrom('papers').select('id').where('title', '=', title).executeTakeFirstOrThrow()).id
  const next = (embedder: Embedder, at = NOON, signal?: AbortSignal) =>
    embedNextPapers(db(), embedder, { now: () => at, ...(signal ? { signal } : {}) })
  const vectors = async () => (await db().selectFrom('paper_embeddings').select('paper_id').execute()).length
  async function embedAll(embedder: Embedder) {
    while (!(await next(embedder)).done);
  }

  /** A model that takes as long as the test says: it is at work once `asked`, and ends with `answer`. */
  function slow() {
    const counter = wordCounter('counter/1')
    const asked = Promise.withResolvers<string[]>()
    const answer = Promise.withResolvers<void>()
    const embedder: Embedder = {
      ...counter,
      async embedTexts(texts, { signal } = {}) {
        asked.resolve(texts)
        signal?.addEventListener('abort', () => answer.reject(signal.reason), { once: true })
        await answer.promise
        return counter.embedTexts(texts)
      },
    }
    return { embedder, asked: asked.promise, answer: () => answer.resolve() }
  }

  it('has no transaction open while the model is at work, and stands in nobody’s way', async () => {
    await record(lake(1), lake(2), lake(3))
    const { embedder, asked, answer } = slow()
    const step = next(embedder)
    expect(await asked).toHaveLength(3)

    expect((await otherConnections(db())).filter(({ state }) => state !== 'idle')).toEqual([])
    const { reader } = await signIn(db())
    const voter = { id: reader.id, trusted: true }
    const vote = await castVote(db(), { paperId: await paperId('Tides of lake 1'), voter, now: NOON })
    expect(vote).toMatchObject({ ok: true, votes: 1 })
    expect(await record(lake(2, 'Rivers instead'))).toMatchObject([{ outcome: 'updated' }])
    await db()
      .deleteFrom('papers')
      .where('id', '=', await paperId('Tides of lake 3'))
      .execute()

    answer()
    // The text that the model was given is not the second paper's any more, and the third is gone.
    expect(await step).toEqual({ embedded: 1, unchanged: 0, done: false })
    expect(await papersToEmbed(db(), 'counter/1')).toBe(2)
    const counter = wordCounter('counter/1')
    await embedAll(counter)
    expect(counter.embedded).toEqual([expect.stringContaining('Rivers instead')])
    expect(await vectors()).toBe(2)
  })

  it('shares the papers out among any number of processes', async () => {
    await record(...lakes(300))
    const counter = wordCounter('counter/1')
    await Promise.all(Array.from({ length: 6 }, () => embedAll(counter)))
    expect(counter.embedded).toHaveLength(300)
    expect(new Set(counter.embedded).size).toBe(300)
    expect(await vectors()).toBe(300)
    expect(await papersToEmbed(db(), 'counter/1')).toBe(0)
  })

  it('embeds a text again that changes while the vector of the one before is written', async () => {
    await record(lake(2))
    await embedAll(wordCounter('counter/1'))
    await record(lake(1))
    const waiting = () => countWaiting(db())
    const { step, changed } = await db()
      .transaction()
      .execute(async (trx) => {
        // Holds up whoever writes vectors, after the look at the text.
        await sql`lock table paper_embeddings in share mode`.execute(trx)
        const step = next(wordCounter('counter/1'))
        await expect.poll(waiting).toBe(1)
        // It waits until the vector is written.
        const changed = record(lake(1, 'Rivers instead'))
        await expect.poll(waiting).toBe(2)
        return { step, changed }
      })
    await Promise.all([step, changed])
    await embedAll(wordCounter('counter/1'))
    await sql`update papers set index_seq = nextval('papers_index_seq')`.execute(db())
    expect(await next(wordCounter('counter/1'))).toEqual({ embedded: 0, unchanged: 2, done: false })
  })

  it('is taken over by another process when the lease of one that was killed has ended', async () => {
    await record(lake(1), lake(2))
    const killed = slow()
    const step = next(killed.embedder)
    await killed.asked
    expect(await next(wordCounter('counter/1'), later(4 * MINUTE))).toMatchObject({ done: true })
    expect(await papersToEmbed(db(), 'counter/1')).toBe(2)
    const other = slow()
    const again = next(other.embedder, later(5 * MINUTE))
    await other.asked
    // It was not dead after all, and too late.
    killed.answer()
    expect(await step).toEqual({ embedded: 0, unchanged: 0, done: false })
    expect(await vectors()).toBe(0)
    other.answer()
    expect(await again).toEqual({ embedded: 2, unchanged: 0, done: false })
    expect(await vectors()).toBe(2)
  })

  it('does not wait for hours when the clock was set back', async () => {
    await record(lake(1))
    const killed = slow()
    const step = next(killed.embedder)
    await killed.asked
    // The clocks of two machines are never quite alike.
    expect(await next(wordCounter('counter/1'), later(-10_000))).toMatchObject({ done: true })
    expect(await next(wordCounter('counter/1'), later(-3 * 60 * MINUTE))).toMatchObject({ embedded: 1 })
    killed.answer()
    expect(await step).toMatchObject({ embedded: 0 })
  })

  it('gives a batch up at once when it is stopped, for others to take', async () => {
    await record(lake(1), lake(2))
    const { embedder, asked } = slow()
    const stopping = new AbortController()
    const step = next(embedder, NOON, stopping.signal)
    await asked
    stopping.abort(new Error('stopping'))
    await expect(step).rejects.toThrow('stopping')
    expect(await next(wordCounter('counter/1'))).toEqual({ embedded: 2, unchanged: 0, done: false })
    await expect(next(wordCounter('counter/1'), NOON, stopping.signal)).rejects.toThrow('stopping')
  })

  it('gives a batch up that takes longer than its lease', async () => {
    await record(lake(1))
    const { embedder } = slow()
    const step = embedNextPapers(db(), embedder, { now: () => NOON, leaseMs: 20 })
    await expect(step).rejects.toThrow(
      new EmbeddingUnavailable('The model takes longer than 0.02 seconds over a batch of papers.'),
    )
    expect(await next(wordCounter('counter/1'))).toMatchObject({ embedded: 1 })
  })

  it('removes what another model made, once it has embedded all itself', async () => {
    await record(...lakes(40))
    await embedAll(wordCounter('counter/1'))
    await embedAll(wordCounter('counter/2', { dimensions: 48 }))
    const models = await db().selectFrom('paper_embeddings').select('model').distinct().execute()
    expect(models).toEqual([{ model: 'counter/2' }])
    expect(await db().selectFrom('embedding_models').select(['model', 'in_use']).execute()).toEqual([
      { model: 'counter/2', in_use: true },
    ])
  })
})

import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { openSite, wordsOf } from '../../../test/site.ts'
import { fromFewBits } from '../../recommendation/few-bits.ts'
import { encodeVector } from '../../search/embeddings/quantize.ts'

const DAY = '2026-01-14'

describeWithDatabase('“For you” without an account', (db) => {
  async function open({ papers = 3, embedded = 105 } = {}) {
    const site = openSite(db())
    await site.record(
      Array.from({ length: papers }, (_, i) =>
        stated(`2601.${String(i + 1).padStart(5, '0')}`, {
          title: `Tides ${i + 1}`,
          listing: { date: DAY },
        }),
      ),
    )
    await site.record([stated('2512.00001', { title: 'Old', listing: { date: '2025-12-01' } })])
    const ids = await db()
      .selectFrom('papers')
      .select('id')
      .where('edition', '=', DAY)
      .orderBy('id')
      .execute()
    if (embedded > 0) {
      await db()
        .insertInto('embedding_models')
        .values({ model: 'm', in_use: true, dimensions: 384 })
        .execute()
      for (const [i, { id }] of ids.slice(0, embedded).entries()) await embed(id, i)
    }
    const get = async () => {
      const answer = await site.app.request('/for-you')
      return { answer, html: await answer.text() }
    }
    return { ...site, get, ids: ids.map(({ id }) => id) }
  }

  async function embed(id: number, angle: number) {
    const vector = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i * (angle + 1)))
    await db()
      .insertInto('paper_embeddings')
      .values({ model: 'm', paper_id: id, digest: Buffer.from(''), vector: encodeVector(vector) })
      .execute()
  }

  const vectorsIn = (html: string) => {
    const words = (/data-vectors="([^"]*)"/.exec(html)?.[1] ?? '').split(' ')
    return new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[Number(word), words[i + 1] ?? '']] : [])))
  }

  it('is the newest edition, the same for everyone, and works without JavaScript', async () => {
    const { get, cache } = await open()
    const { answer, html } = await get()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(cache.ready('GET', '/for-you', {})).not.toBeNull()
    const words = wordsOf(html)
    expect(words).toContain('The edition of Wednesday, 14 January 2026.')
    expect(words).toContain('To pick papers on this device, turn on JavaScript.')
    for (const title of ['Tides 1', 'Tides 2', 'Tides 3']) expect(words).toContain(title)
    expect(words).not.toContain('Old')
    expect(html).toContain('href="/sign-in?to=/for-you"')
  })

  it('brings what its papers are about, in few bytes', async () => {
    const { get, ids } = await open({ papers: 105 })
    const { html } = await get()
    const vectors = vectorsIn(html)
    expect(vectors.size).toBe(100)
    expect(ids).toEqual(expect.arrayContaining([...vectors.keys()]))
    expect(/data-vectors="([^"]*)"/.exec(html)?.[1]?.length).toBeLessThan(30_000)
    const [first] = vectors.values()
    const vector = fromFewBits(Buffer.from(first ?? '', 'base64'))
    expect(vector).toHaveLength(384)
    expect(Math.hypot(...vector)).toBeCloseTo(1)
  })

  it('knows by a name of their kind which vectors can be compared', async () => {
    const { get, cache } = await open()
    const kind = async () => /data-kind="([^"]*)"/.exec((await get()).html)?.[1]
    const before = await kind()
    await db().updateTable('embedding_models').set({ model: 'n' }).execute()
    await db().updateTable('paper_embeddings').set({ model: 'n' }).execute()
    cache.drop('everything')
    expect(before).toMatch(/^[\da-f]{12}$/)
    expect(await kind()).not.toBe(before)
  })

  it('lists papers also where nothing tells which are alike', async () => {
    const { get } = await open({ embedded: 0 })
    const { html } = await get()
    expect(wordsOf(html)).toContain('so you cannot pick any')
    expect(wordsOf(html)).toContain('Tides 1')
    expect(html).not.toContain('<device-picks')
  })

  it('leaves out hidden papers, and is there without any paper', async () => {
    const { get, ids, cache } = await open()
    await db()
      .updateTable('papers')
      .set({ hidden: true })
      .where('id', '=', ids[0] ?? 0)
      .execute()
    cache.drop('everything')
    const { html } = await get()
    expect(wordsOf(html)).not.toContain('Tides 1')
    expect([...vectorsIn(html).keys()]).toEqual(expect.not.arrayContaining([ids[0]]))
    await db().deleteFrom('papers').execute()
    cache.drop('everything')
    expect(wordsOf((await get()).html)).toContain('There are no papers yet.')
  })

  it('has one page, and takes no parameters', async () => {
    const { app } = await open()
    expect((await app.request('/for-you?pick=1')).status).toBe(400)
    expect((await app.request('/for-you?after=30')).headers.get('location')).toBe('/for-you')
  })
})

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { followVectors } from './follow-vectors.ts'
import { newVectorStore } from './vectors/vector-store.ts'

describeWithDatabase('the vectors of a model', (db) => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-follow-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const inUse = () =>
    db().insertInto('embedding_models').values({ model: 'm', dimensions: 8, in_use: true }).execute()
  const kept = (file: string) => ({ file, model: 'm', dimensions: 8, through: 70 })
  const storeOf = (file: string) => {
    const store = newVectorStore({ path: join(folder, file), dimensions: 8 })
    store.set(3, { scale: 1, numbers: new Int8Array(8).fill(1) }, 70)
    store.close()
  }

  it('are in the file of the manifest that is in force by the time it is opened', async () => {
    await inUse()
    storeOf('second.vectors')
    const vectors = followVectors(db(), { folder, keep: true })
    const manifests = [kept('removed.vectors'), kept('second.vectors')]
    await vectors.takeIn({ known: () => manifests.shift() ?? null, gone: [] })
    expect(vectors.current()).toMatchObject({ kept: kept('second.vectors'), store: { count: 1 } })
    expect(existsSync(join(folder, 'removed.vectors'))).toBe(false)
    vectors.close()
  })

  it('are taken in from the first when that manifest still names a file that is missing', async () => {
    await inUse()
    const vectors = followVectors(db(), { folder, keep: true })
    await vectors.takeIn({ known: () => kept('removed.vectors'), gone: [] })
    expect(vectors.current()?.kept).toMatchObject({ through: 0 })
    expect(vectors.current()?.kept.file).not.toBe('removed.vectors')
    vectors.close()
  })

  it('are in the file of an index that is taken over, unless that is missing or of another model', async () => {
    await inUse()
    storeOf('third.vectors')
    const vectors = followVectors(db(), { folder, keep: true })
    await vectors.takeIn({ known: () => null, gone: [] })
    const own = vectors.current()?.kept.file
    vectors.goOnWith(kept('removed.vectors'), { gone: [] })
    vectors.goOnWith({ ...kept('third.vectors'), model: 'other' }, { gone: [] })
    expect(vectors.current()?.kept.file).toBe(own)
    vectors.goOnWith(kept('third.vectors'), { gone: [] })
    expect(vectors.current()).toMatchObject({ kept: kept('third.vectors'), store: { count: 1 } })
    vectors.close()
  })
})

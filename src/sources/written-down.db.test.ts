import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { addSource, listSources, pauseSourceNamed } from './sources.ts'
import { applyWritten, writeDownSources } from './written-down.ts'

const NOW = new Date('2026-01-15T20:00:00Z')

describeWithDatabase('sources as a file says', (db) => {
  const written = () => writeDownSources(db(), { now: NOW })
  const apply = (json: unknown, { prune = false } = {}) => applyWritten(db(), json, { prune, now: NOW })
  const arxiv = (...categories: string[]) => ({ name: 'arxiv', kind: 'arxiv', settings: { categories } })

  it('are the same after they were written down and applied on another site', async () => {
    await addSource(
      db(),
      { kind: 'arxiv', settings: { categories: ['cs.CL'] }, mustHave: ['tides'], mustNotHave: ['lakes'] },
      { trusted: true, now: NOW },
    )
    await addSource(db(), { name: 'papers', kind: 'huggingface', settings: {} }, { trusted: true, now: NOW })
    await pauseSourceNamed(db(), { name: 'papers', now: NOW })
    const file = JSON.parse(JSON.stringify(await written())) as unknown
    expect(await apply(file)).toEqual({
      ok: true,
      applied: { added: [], changed: [], removed: [], unchanged: ['arxiv', 'papers'] },
    })
    await db().deleteFrom('sources').execute()
    expect(await apply(file)).toMatchObject({ applied: { added: ['arxiv', 'papers'] } })
    expect(await written()).toEqual(file)
  })

  it('are added, changed, paused and resumed, and removed only where that is asked for', async () => {
    await apply({ sources: [arxiv('cs.CL'), { name: 'old', kind: 'huggingface' }] })
    await db().updateTable('source_tasks').set({ cursor: '{"day":"2026-01-14"}' }).execute()
    const cursors = async () =>
      (
        await db()
          .selectFrom('source_tasks as t')
          .innerJoin('sources as s', 's.id', 't.source_id')
          .select('t.cursor')
          .where('s.name', '=', 'arxiv')
          .execute()
      ).map(({ cursor }) => cursor)
    // Words and pauses are no reason to begin anew; other categories are.
    const paused = { ...arxiv('cs.CL'), words: ['tides'], paused: true }
    expect(await apply({ sources: [paused] })).toMatchObject({
      applied: { changed: ['arxiv'], removed: [] },
    })
    expect(await cursors()).toEqual([{ day: '2026-01-14' }, { day: '2026-01-14' }])
    expect(await written()).toMatchObject({ sources: [{ words: ['tides'], paused: true }, { name: 'old' }] })
    expect(await apply({ sources: [arxiv('cs.CL', 'cs.LG')] }, { prune: true })).toEqual({
      ok: true,
      applied: { added: [], changed: ['arxiv'], removed: ['old'], unchanged: [] },
    })
    expect(await cursors()).toEqual([null, null])
    expect(await written()).toEqual({ sources: [{ ...arxiv('cs.CL', 'cs.LG'), paused: false }] })
  })

  it.each([
    ['no list', {}, 'sources'],
    ['a kind there is not', { sources: [{ name: 'a', kind: 'gopher' }] }, 'no kind of source called gopher'],
    ['no categories', { sources: [{ name: 'a', kind: 'arxiv' }] }, 'a: Categories'],
    ['a name twice', { sources: [arxiv('cs.CL'), arxiv('cs.LG')] }, 'names arxiv twice'],
    ['a name that is none', { sources: [{ ...arxiv('cs.CL'), name: '../a' }] }, 'small letters'],
    ['a misspelt key', { sources: [{ ...arxiv('cs.CL'), word: ['a'] }] }, 'word'],
    ['a list', [], 'The file'],
  ])('stay as they are where a file has %s', async (_what, file, reason) => {
    await apply({ sources: [arxiv('math')] })
    const first = { name: 'first', kind: 'huggingface' }
    const sources = (file as { sources?: unknown[] }).sources
    const outcome = await apply(sources ? { sources: [first, ...sources] } : file, { prune: true })
    expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining(reason) })
    expect((await listSources(db(), { now: NOW })).map(({ name }) => name)).toEqual(['arxiv'])
  })
})

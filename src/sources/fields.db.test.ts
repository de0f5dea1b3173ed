import { describe, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { categoryName, isTopic } from '../papers/categories.ts'
import { addField, fieldNamed, FIELDS } from './fields.ts'
import { addSource, listSources, parseSource } from './sources.ts'

/** Those of arXiv's archives that stand for all of their categories. */
const ARCHIVES = new Set(['astro-ph', 'cond-mat', 'econ', 'math', 'q-fin', 'stat'])
const NOW = new Date('2026-01-15T20:00:00Z')

describe('the fields to choose from', () => {
  it('each ask kinds that exist for what they take, by words of their own', () => {
    expect(new Set(FIELDS.map(({ id }) => id)).size).toBe(FIELDS.length)
    for (const { id, sources } of FIELDS)
      for (const draft of sources)
        expect([id, draft.kind, parseSource(draft)]).toMatchObject([id, draft.kind, { ok: true }])
  })

  it('each name categories that arXiv has, and none twice', () => {
    for (const { id, sources } of FIELDS)
      for (const { kind, settings } of sources) {
        if (kind !== 'arxiv') continue
        const categories = settings['categories'] as string[]
        expect(new Set(categories).size, id).toBe(categories.length)
        for (const category of categories) {
          const isKnown = isTopic(category) && categoryName(category) !== category
          expect([id, category, isKnown || ARCHIVES.has(category)]).toEqual([id, category, true])
        }
      }
  })
})

describeWithDatabase('adding a field', (db) => {
  const names = async () => (await listSources(db(), { now: NOW })).map(({ name }) => name)
  const add = (id: string) => {
    const field = fieldNamed(id)
    if (!field) throw new Error(`no field ${id}`)
    return addField(db(), field, { trusted: false, now: NOW })
  }

  it('adds what is not there yet, under names that are free', async () => {
    expect((await add('genomics')).map(({ name }) => name)).toEqual(['biorxiv', 'arxiv', 'crossref'])
    expect(await add('genomics')).toEqual([])
    // The facts of Crossref are asked for once, whatever fields there are.
    expect((await add('ecology')).map(({ name }) => name)).toEqual(['biorxiv-2', 'arxiv-2'])
    expect(await names()).toEqual(['arxiv', 'arxiv-2', 'biorxiv', 'biorxiv-2', 'crossref'])
  })

  it('keeps a source of other settings that has the name already', async () => {
    await addSource(db(), { name: 'medrxiv', kind: 'huggingface', settings: {} }, { trusted: true, now: NOW })
    expect((await add('medicine')).map(({ name }) => name)).toEqual(['biorxiv', 'crossref'])
    expect(await names()).toEqual(['biorxiv', 'crossref', 'medrxiv'])
  })

  it('adds each source once where the button is pressed several times at once', async () => {
    await Promise.all([add('statistics'), add('statistics'), add('statistics'), add('statistics')])
    expect(await names()).toEqual(['arxiv', 'crossref'])
  })
})

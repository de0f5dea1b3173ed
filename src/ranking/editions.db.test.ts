import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { dayPeriod, monthPeriod, weekPeriod, type Period } from '../papers/calendar.ts'
import type { PublishedDate } from '../papers/harvested-paper.ts'
import { recordPapers } from '../papers/record.ts'
import {
  allTopics,
  editionsBetween,
  nearest,
  neighbours,
  newestEdition,
  newestEditions,
  redateEditions,
  topicsOf,
} from './editions.ts'
import { frontPage } from './front-page.ts'

const now = new Date('2026-01-15T12:00:00Z')
const timeZone = 'America/New_York'

const period = (name: string): Period => {
  const found = dayPeriod(name) ?? weekPeriod(name) ?? monthPeriod(name)
  if (!found) throw new Error(`${name} is no period`)
  return found
}

describeWithDatabase('editions', (db) => {
  let number = 0
  async function publish(published: PublishedDate | string | undefined, categories: string[] = []) {
    const date = typeof published === 'string' ? { precision: 'day' as const, value: published } : published
    const paper = stated(`2601.${String(++number).padStart(5, '0')}`, {
      categories,
      ...(date ? { published: date } : {}),
    })
    await db()
      .transaction()
      .execute((trx) => recordPapers(trx, [paper], { now, timeZone }))
    return paper.identifiers[0].value
  }
  const editionOf = async (address: string) =>
    (
      await db()
        .selectFrom('papers')
        .select('edition')
        .where('address', '=', address)
        .executeTakeFirstOrThrow()
    ).edition
  const shown = async (asked: string | null) => {
    const page = await frontPage(db(), {
      period: asked === null ? null : period(asked),
      limit: 10,
      now,
      timeZone,
    })
    return page.kind === 'empty' ? null : page
  }

  it('have a newest one, not dated after today unless there is no other', async () => {
    const newest = () => newestEdition(db(), { now, timeZone })
    expect(await newest()).toBeNull()
    await publish('2026-03-01')
    expect(await newest()).toBe('2026-03-01')
    await publish('2026-01-12')
    await publish('2026-01-15')
    await publish('2026-01-16')
    expect(await newest()).toBe('2026-01-15')
    // It is the 16th by arXiv's lists of the evening, and in Kiritimati already.
    const evening = new Date('2026-01-16T01:00:00Z')
    expect(await newestEdition(db(), { now: evening, timeZone })).toBe('2026-01-16')
    const { editions } = await newestEditions(db(), { before: null, limit: 1, now: evening, timeZone })
    expect(editions.map(({ day }) => day)).toEqual(['2026-01-16'])
    expect(await newestEdition(db(), { now, timeZone: 'Pacific/Kiritimati' })).toBe('2026-01-16')
  })

  it('do not have papers without a date, or dated by mistake, and are not the next one before their time', async () => {
    const arrive = async (address: string, published?: PublishedDate) => {
      await db()
        .transaction()
        .execute((trx) =>
          recordPapers(trx, [stated(address, published ? { published } : {})], { now, timeZone }),
        )
    }
    await arrive('doi/10.5555/undated')
    await arrive('doi/10.5555/far', { precision: 'year', value: '2099' })
    expect(await shown(null)).toBeNull()
    await arrive('doi/10.5555/now', { precision: 'day', value: '2026-01-15' })
    await arrive('doi/10.5555/soon', { precision: 'month', value: '2026-02' })
    const today = await shown(null)
    expect(today?.papers.map(({ doi }) => doi)).toEqual(['10.5555/now'])
    expect(today).toMatchObject({ total: 1, newest: true, neighbours: { previous: null, next: null } })
    expect((await shown('2026-02-01'))?.papers.map(({ doi }) => doi)).toEqual(['10.5555/soon'])
    // A source that knows the date brings it into its edition.
    await arrive('doi/10.5555/undated', { precision: 'day', value: '2026-01-14' })
    expect((await shown(null))?.neighbours.previous?.name).toBe('2026-01-14')
    const counted = await db()
      .selectFrom('edition_counts')
      .select(['edition', 'papers'])
      .where('papers', '<>', 0)
      .orderBy('edition')
      .execute()
    expect(counted).toEqual([
      { edition: '2026-01-14', papers: 1 },
      { edition: '2026-01-15', papers: 1 },
      { edition: '2026-02-01', papers: 1 },
    ])
  })

  it('have neighbours that have papers', async () => {
    for (const day of ['2025-12-28', '2026-01-02', '2026-01-05', '2026-02-10', '2099-01-01'])
      await publish(day)
    const around = async (name: string) => {
      const { previous, next } = await neighbours(db(), period(name), { until: '2026-03-01' })
      return [previous?.name ?? null, next?.name ?? null]
    }
    expect(await around('2026-01-02')).toEqual(['2025-12-28', '2026-01-05'])
    expect(await around('2025-12-28')).toEqual([null, '2026-01-02'])
    expect(await around('2026-02-10')).toEqual(['2026-01-05', null])
    expect(await around('2026-W01')).toEqual(['2025-W52', '2026-W02'])
    expect(await around('2026-W04')).toEqual(['2026-W02', '2026-W07'])
    expect(await around('2026-01')).toEqual(['2025-12', '2026-02'])
  })

  it('give way to the nearest one, the earlier of two as near', async () => {
    for (const day of ['2026-01-02', '2026-01-06']) await publish(day)
    const instead = async (name: string) => {
      const page = await shown(name)
      return [page?.period.name, page?.asked?.name ?? null, page?.total]
    }
    expect(await instead('2026-01-03')).toEqual(['2026-01-02', '2026-01-03', 1])
    expect(await instead('2026-01-04')).toEqual(['2026-01-02', '2026-01-04', 1])
    expect(await instead('2026-01-05')).toEqual(['2026-01-06', '2026-01-05', 1])
    expect(await instead('1999-01-01')).toEqual(['2026-01-02', '1999-01-01', 1])
    expect(await instead('2026-W40')).toEqual(['2026-W02', '2026-W40', 1])
    expect(await instead('2025-06')).toEqual(['2026-01', '2025-06', 2])
    expect(await instead('2026-01-06')).toEqual(['2026-01-06', null, 1])
    expect(nearest(period('2026-01-04'), { previous: null, next: null })).toBeNull()
  })

  it('show their papers, topics and month', async () => {
    await publish('2026-01-05', ['cs.LG', 'cs.AI'])
    await publish('2026-01-05', ['cs.LG'])
    await publish('2026-01-05', ['cs.AI'])
    await publish('2026-01-31', ['cs.CL'])
    await publish('2026-02-01', ['cs.CL'])
    const edition = await shown('2026-01-05')
    expect(edition?.papers).toHaveLength(3)
    expect(edition?.topics).toEqual([
      { category: 'cs.LG', papers: 2 },
      { category: 'cs.AI', papers: 1 },
    ])
    expect(await topicsOf(db(), period('2026-01'), { limit: 2 })).toEqual([
      { category: 'cs.LG', papers: 2 },
      { category: 'cs.AI', papers: 1 },
    ])
    expect(edition?.month.period.name).toBe('2026-01')
    expect([...(edition?.month.editions ?? [])]).toEqual([
      ['2026-01-05', 3],
      ['2026-01-31', 1],
      // Of the week that January ends in.
      ['2026-02-01', 1],
    ])
    expect(await editionsBetween(db(), period('2025-12'))).toEqual(new Map())
    expect(await allTopics(db())).toEqual([
      { category: 'cs.AI', papers: 2 },
      { category: 'cs.CL', papers: 2 },
      { category: 'cs.LG', papers: 2 },
    ])
    expect(edition?.newest).toBe(true)
    expect((await shown('2026-02-01'))?.newest).toBe(false)
    expect((await shown('2026-W02'))?.newest).toBe(true)
    expect((await shown(null))?.period.name).toBe('2026-01-05')
  })

  it('are none on an empty site', async () => {
    expect(await shown(null)).toBeNull()
    expect(await shown('2026-01-05')).toBeNull()
    expect(await shown('2026-W02')).toBeNull()
  })

  it('are dated anew where the site moves to another time zone, and only then', async () => {
    const instant = await publish({ precision: 'time', value: '2026-01-05T03:00:00.000Z' })
    const day = await publish('2026-01-05')
    const arrived = stated('doi/10.5555/arrived')
    const listed = stated('2601.09999', {
      published: { precision: 'time', value: '2026-01-05T03:00:00.000Z' },
      listing: { date: '2026-01-09' },
    })
    await db()
      .transaction()
      .execute((trx) => recordPapers(trx, [listed, arrived], { now, timeZone }))
    const editions = async () =>
      Promise.all([instant, day, 'doi/10.5555/arrived', '2601.09999'].map(editionOf))

    expect(await editions()).toEqual(['2026-01-04', '2026-01-05', null, '2026-01-09'])
    expect(await redateEditions(db(), { timeZone })).toBe(0)
    expect(await redateEditions(db(), { timeZone: 'Pacific/Kiritimati' })).toBe(1)
    expect(await editions()).toEqual(['2026-01-05', '2026-01-05', null, '2026-01-09'])
    expect(await redateEditions(db(), { timeZone: 'Pacific/Kiritimati' })).toBe(0)
    expect(await redateEditions(db(), { timeZone })).toBe(1)
    expect(await editions()).toEqual(['2026-01-04', '2026-01-05', null, '2026-01-09'])
  })

  it('come out the same dated anew as recorded anew', async () => {
    const address = await publish({ precision: 'time', value: '2026-03-08T04:30:00.000Z' })
    for (const zone of [
      'Asia/Kolkata',
      'America/St_Johns',
      'Asia/Kathmandu',
      'utc',
      'Etc/GMT+5',
      'Pacific/Apia',
    ]) {
      await redateEditions(db(), { timeZone: zone })
      const redated = await editionOf(address)
      const said = stated(address, {
        title: `In ${zone}`,
        published: { precision: 'time', value: '2026-03-08T04:30:00.000Z' },
      })
      await db()
        .transaction()
        .execute((trx) => recordPapers(trx, [said], { now, timeZone: zone }))
      expect([zone, await editionOf(address)]).toEqual([zone, redated])
    }
  })
})

import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { TIME_ZONE } from '../../../test/site.ts'
import { openRegistries, sends, type Registries } from '../look-up/registries.fixture.ts'
import { recordHarvest } from '../record-harvest.ts'
import { editionsByTitle, harvestFrom } from '../testing/harvest.ts'

const NOW = new Date('2026-01-15T20:00:00Z')

describeWithDatabase('Hugging Face’s daily papers', (db) => {
  let server: Registries
  beforeEach(async () => {
    server = await openRegistries()
    for (let day = 8; day <= 16; day++) answers(`2026-01-${String(day).padStart(2, '0')}`, [])
  })
  afterEach(() => server.close())

  const entry = (id: string, more: Record<string, unknown> = {}) => ({
    paper: {
      id,
      title: `Tides ${id}`,
      authors: [{ _id: 'x', name: 'Änne Müller', hidden: false }],
      summary: 'We look at tides.',
      upvotes: 5,
      publishedAt: '2026-01-12T18:00:00.000Z',
      submittedOnDailyAt: '2026-01-14T02:11:00.000Z',
      submittedOnDailyBy: { fullname: 'Bo', user: 'bo' },
      githubRepo: 'https://github.com/tides/tides',
      githubStars: 40,
      ...more,
    },
    numComments: 2,
  })
  const answers = (day: string, entries: unknown[], page = 0) =>
    server.on(
      `/api/daily_papers?date=${day}&limit=100&p=${page}`,
      sends(JSON.stringify(entries), { type: 'application/json' }),
    )
  const signals = () =>
    db().selectFrom('signals').select(['kind', 'amount', 'weight']).orderBy('id').execute()

  it('count as attention, grow from day to day, and move no paper out of its edition', async () => {
    await recordHarvest(
      db(),
      [
        {
          source: 'arxiv-daily',
          identifiers: [{ scheme: 'arxiv', value: '2601.00001' }],
          title: 'Tides 2601.00001',
          announced: '2026-01-13',
        },
      ],
      { now: NOW, timeZone: TIME_ZONE },
    )
    answers('2026-01-14', [entry('2601.00001'), entry('2601.00002')])
    const run = await harvestFrom(db(), server.url, { kind: 'huggingface', now: NOW })
    expect(run).toMatchObject({ outcome: 'whole', counts: { new: 1, updated: 1, quarantined: 0 } })
    expect(await editionsByTitle(db())).toEqual([
      ['Tides 2601.00001', '2026-01-13'],
      ['Tides 2601.00002', '2026-01-14'],
    ])
    expect((await signals()).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['listing', 1],
      ['upvote', 5],
      ['comment', 2],
      ['star', 40],
      ['listing', 1],
      ['upvote', 5],
      ['comment', 2],
      ['star', 40],
    ])
    answers('2026-01-14', [{ ...entry('2601.00001', { upvotes: 12, githubStars: 43 }), numComments: 6 }])
    await harvestFrom(db(), server.url, { kind: 'huggingface', now: new Date('2026-01-16T08:00:00Z') })
    const grown = (await signals()).slice(8)
    expect(grown.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['upvote', 7],
      ['comment', 4],
      ['star', 3],
    ])
  })

  it('come by the hundred, and a bad entry is kept as it came', async () => {
    answers(
      '2026-01-15',
      Array.from({ length: 100 }, (_, i) => entry(`2601.${String(i + 100).padStart(5, '0')}`)),
    )
    answers('2026-01-15', [entry('2601.00500'), { paper: { id: 'no id' } }], 1)
    const run = await harvestFrom(db(), server.url, { kind: 'huggingface', now: NOW })
    expect(run).toMatchObject({ outcome: 'whole', counts: { new: 101, quarantined: 1 } })
    const [held] = await db().selectFrom('quarantined_records').selectAll().execute()
    expect(held).toMatchObject({ record: '{"paper":{"id":"no id"}}', position: '2026-01-15, entry 102' })
  })

  it('are asked for again where they were when the service failed', async () => {
    answers('2026-01-09', [entry('2601.00001')])
    server.on('/api/daily_papers?date=2026-01-10&limit=100&p=0', sends('busy', { status: 503 }))
    const run = await harvestFrom(db(), server.url, { kind: 'huggingface', now: NOW })
    expect(run).toMatchObject({ outcome: 'failed', counts: { new: 1 } })
    answers('2026-01-10', [])
    const before = server.asked.length
    const later = new Date('2026-01-15T21:30:00Z')
    expect(await harvestFrom(db(), server.url, { kind: 'huggingface', now: later })).toMatchObject({
      outcome: 'whole',
    })
    expect(server.asked[before]?.path).toContain('date=2026-01-10')
  })

  it('end where a list begins anew', async () => {
    const whole = Array.from({ length: 100 }, (_, i) => entry(`2601.${String(i + 100).padStart(5, '0')}`))
    for (let page = 0; page < 3; page++) answers('2026-01-15', whole, page)
    expect(await harvestFrom(db(), server.url, { kind: 'huggingface', now: NOW })).toMatchObject({
      outcome: 'whole',
      counts: { new: 100, unchanged: 0 },
    })
  })
})

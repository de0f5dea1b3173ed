import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { identifier, stated } from '../../test/papers.ts'
import { storedPapers } from '../../test/stored.ts'
import type { HarvestOutcome } from '../papers/harvested-paper.ts'
import { findPaper } from '../papers/find.ts'
import { frontPage } from '../ranking/front-page.ts'
import { readArxivAtom } from './formats/arxiv-atom.ts'
import { dailyAtom } from './formats/arxiv-daily.fixture.ts'
import { readArxivOai } from './formats/arxiv-oai.ts'
import { readBibtex } from './formats/bibtex.ts'
import { feed } from './feed.fixture.ts'
import { readHuggingFace } from './formats/huggingface.ts'
import { importPapers, type ImportCounts } from './import.ts'
import { readJsonLines } from './formats/jsonl.ts'
import { layOutSample, SAMPLE_EDITION } from './lay-out-sample.ts'
import { recordHarvest } from './record-harvest.ts'
import { parseBibliography, readTrendingPage } from './formats/trending-page.ts'

const now = new Date('2026-01-15T12:00:00Z')
const later = new Date('2026-01-16T12:00:00Z')
const timeZone = 'America/New_York'

const OAI = `<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>
<record><header><identifier>oai:arXiv.org:2601.00001</identifier><datestamp>2026-01-05</datestamp></header>
<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2601.00001</id><created>2026-01-02</created>
<authors><author><keyname>Lee</keyname><forenames>Ann</forenames></author></authors><title>On tides</title>
<categories>cs.LG math.AP</categories><doi>10.5555/a</doi><abstract>We look at tides.</abstract></arXiv></metadata></record>
<record><header><identifier>oai:arXiv.org:nonsense</identifier><datestamp>2026-01-05</datestamp></header>
<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>nonsense</id><title>None</title></arXiv></metadata></record>
<record><header><identifier>oai:arXiv.org:2601.00002</identifier><datestamp>2026-01-05</datestamp></header>
<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2601.00002</id><title>On lakes</title>
<abstract>We look at lakes.</abstract></arXiv></metadata></record>
</ListRecords></OAI-PMH>`

const ATOM = `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2601.00001v2</id>
<updated>2026-01-04T10:00:00Z</updated><published>2026-01-02T09:00:00Z</published><title>On tides</title>
<summary>We look at tides.</summary><author><name>Ann Lee</name></author><category term="cs.LG"/></entry></feed>`

const DAILY = JSON.stringify([
  {
    paper: {
      id: '2601.00001',
      title: 'On tides',
      upvotes: 17,
      submittedOnDailyAt: '2026-01-03T00:30:00.000Z',
      publishedAt: '2026-01-02T03:04:05.000Z',
      authors: [{ name: 'Ann Lee' }],
    },
  },
  { paper: { id: '2601.00003', title: 'On rivers', upvotes: 'many' } },
])

const BIBTEX = `@article{lee, title={On tides}, author={Lee, Ann}, year=2026, doi={10.5555/a}}
@article{none, author={Ek, Bo}}`

const LINES = [
  { id: '2601.00001', title: 'On tides', abstract: 'We look at tides.' },
  { title: 'No identifier' },
  { id: '2601.00004', title: 'On \u0000\ud800 seas “of” \u202etext', authors: ['Ann\u0007 Lee', '—'] },
]
  .map((line) => JSON.stringify(line))
  .join('\n')

const PAGE = `Get trending papers in your email inbox once a day!

Subscribe

New

By Ann and the research community

Jan 5

On tides

We look at tides.

On lakes

We look at lakes.
`

describeWithDatabase('an import', (db) => {
  const bring = (outcomes: AsyncIterable<HarvestOutcome>, at = now) =>
    importPapers(db(), outcomes, { name: 'papers', format: 'some', timeZone, now: () => at })
  const addresses = async () =>
    (await db().selectFrom('papers').select('address').orderBy('address').execute()).map((row) => row.address)
  const refusals = () =>
    db()
      .selectFrom('import_refusals')
      .select(['import_id', 'number', 'position', 'reason'])
      .orderBy('import_id')
      .orderBy('number')
      .execute()

  const SOURCES: [string, (at: Date) => AsyncIterable<HarvestOutcome>, ImportCounts][] = [
    ['arXiv’s OAI-PMH', () => readArxivOai(feed(OAI)), { new: 2, updated: 0, unchanged: 0, refused: 1 }],
    ['arXiv’s Atom', () => readArxivAtom(feed(ATOM)), { new: 1, updated: 0, unchanged: 0, refused: 0 }],
    [
      'Hugging Face',
      (at) => readHuggingFace(feed(DAILY), { now: at }),
      { new: 1, updated: 0, unchanged: 0, refused: 1 },
    ],
    ['BibTeX', () => readBibtex(feed(BIBTEX)), { new: 1, updated: 0, unchanged: 0, refused: 1 }],
    [
      'JSON Lines',
      (at) => readJsonLines(feed(LINES), { now: at }),
      { new: 2, updated: 0, unchanged: 0, refused: 1 },
    ],
    [
      'a page',
      (at) => readTrendingPage(feed(PAGE), { now: at }),
      { new: 2, updated: 0, unchanged: 0, refused: 0 },
    ],
  ]

  it.each(SOURCES)('takes in %s, and the second time finds all of it there', async (_, source, expected) => {
    const counts = await bring(source(now))
    expect(counts).toEqual(expected)
    const stored = await addresses()
    expect(stored).toHaveLength(expected.new)
    const again = await bring(source(later), later)
    expect(again).toEqual({ new: 0, updated: 0, unchanged: expected.new, refused: expected.refused })
    expect(await addresses()).toEqual(stored)
    const changed = await db().selectFrom('papers').select('changed_at').execute()
    expect(changed.every(({ changed_at }) => changed_at.getTime() === now.getTime())).toBe(true)
  })

  it('makes one paper of what all of them say of it, in whatever order', async () => {
    for (const [, source] of SOURCES.slice(0, 5)) await bring(source(now))
    const one = await storedPapers(db())
    expect(await addresses()).toEqual(['2601.00001', '2601.00002', '2601.00004'])
    await db().deleteFrom('papers').execute()
    for (const [, source] of SOURCES.slice(0, 5).toReversed()) await bring(source(now))
    expect(await storedPapers(db())).toEqual(one)
  })

  it('keeps account of what came in, and why what did not', async () => {
    await bring(readArxivOai(feed(OAI)))
    const shown: string[] = []
    await importPapers(db(), readJsonLines(feed(LINES), { now }), {
      name: 'lines.jsonl',
      format: 'jsonl',
      timeZone,
      now: () => later,
      onRefusal: ({ position, reason }) => shown.push(`${position}: ${reason}`),
    })
    expect(await db().selectFrom('imports').selectAll().orderBy('id').execute()).toEqual([
      {
        id: 1,
        name: 'papers',
        format: 'some',
        started_at: now,
        finished_at: now,
        new: 2,
        updated: 0,
        unchanged: 0,
        refused: 1,
      },
      {
        id: 2,
        name: 'lines.jsonl',
        format: 'jsonl',
        started_at: later,
        finished_at: later,
        new: 1,
        updated: 1,
        unchanged: 0,
        refused: 1,
      },
    ])
    expect(await refusals()).toEqual([
      {
        import_id: 1,
        number: 1,
        position: 'record 2 (line 6)',
        reason: expect.stringContaining('“nonsense”'),
      },
      { import_id: 2, number: 1, position: 'line 2', reason: expect.stringContaining('identifier') },
    ])
    expect(shown).toEqual(['line 2: It has no identifier (an arXiv id or a DOI).'])
  })

  it('counts a record once that yields several statements', async () => {
    const parsed = parseBibliography(
      JSON.stringify([
        { title: 'On tides', arxiv_id: '2601.00001', published: '2025-12-30', authors: ['Ann Lee'] },
        { title: 'On lakes', arxiv_id: '2601.00002', published: '2025-12-30', authors: ['Bo Ek'] },
      ]),
    )
    if (!parsed.ok) throw new Error(parsed.reason)
    const page = () =>
      readTrendingPage(feed(PAGE), { now, bibliography: parsed.bibliography, date: '2026-01-05' })
    expect(await bring(page())).toEqual({ new: 2, updated: 0, unchanged: 0, refused: 0 })
    expect(await db().selectFrom('paper_records').select('source').execute()).toHaveLength(4)
    expect(await bring(page())).toEqual({ new: 0, updated: 0, unchanged: 2, refused: 0 })
  })

  it('leaves what arXiv’s API and OAI-PMH say when its daily announcements come, in either order', async () => {
    const daily = dailyAtom([{ id: '2601.00001v2', kind: 'replace', day: '2026-01-07', title: 'Less of it' }])
    const facts = async () => {
      const paper = await findPaper(db(), identifier('2601.00001'), { seenBy: 'program' })
      if (!paper) throw new Error('the paper is not there')
      const { id: _, uuid: __, revision: ___, ...told } = paper
      return told
    }
    await bring(readArxivAtom(feed(ATOM)))
    const before = await facts()
    await bring(readArxivAtom(feed(daily)))
    const after = await facts()
    for (const fact of [
      'title',
      'abstract',
      'authors',
      'published',
      'versions',
      'categories',
      'edition',
    ] as const)
      expect([fact, after[fact]]).toEqual([fact, before[fact]])
    await sql`truncate papers cascade`.execute(db())
    await bring(readArxivAtom(feed(daily)))
    expect(await facts()).toMatchObject({ title: 'Less of it', authors: [{ name: 'Ann Lee' }, {}, {}] })
    await bring(readArxivAtom(feed(ATOM)))
    expect(await facts()).toEqual(after)
  })

  it('bears the longest of everything, and leaves a DOI out that is longer', async () => {
    // Hardly repeating itself, so that the database cannot press it together.
    const long = (length: number, from: number, of: number) =>
      Array.from({ length }, (_, i) => String.fromCodePoint(from + ((i * i * 31 + i * 7) % of))).join('')
    const id = '2601.00001'
    const records = [
      { doi: `10.1000/${long(2_030, 0x61, 26)}`, title: 'Long' },
      { doi: `10.1000/${long(670, 0x4e00, 20_000)}`, title: 'Long' },
      { doi: `10.1000/${long(1_900, 0x4e00, 20_000)}`, title: 'Its DOI is too long' },
      { id, title: long(2_000, 0x4e00, 20_000), abstract: long(60_000, 0x4e00, 20_000) },
      { id, title: 'Tides', authors: [long(490, 0xac00, 11_000), long(490, 0xfdf0, 12)] },
      { id, title: 'Tides', categories: [`a${long(79, 0x4e00, 20_000)}`] },
      { id, title: 'Tides', links: [{ url: `https://tides.example/${long(2_000, 0x61, 26)}` }] },
    ]
    const counts = await bring(
      readJsonLines(feed(records.map((one) => JSON.stringify(one)).join('\n')), { now }),
    )
    expect(counts).toEqual({ new: 4, updated: 3, unchanged: 0, refused: 0 })
  })

  it('goes in by batches, and counts across them', async () => {
    async function* many(): AsyncGenerator<HarvestOutcome> {
      for (let i = 1; i <= 1_203; i++) {
        if (i % 10 === 0) yield { ok: false, position: `line ${i}`, reason: 'No.' }
        else
          yield {
            ok: true,
            position: `line ${i}`,
            paper: stated(`2601.${String((i % 700) + 1).padStart(5, '0')}`),
          }
      }
    }
    const seen: ImportCounts[] = []
    const counts = await importPapers(db(), many(), {
      name: 'many',
      format: 'some',
      timeZone,
      now: () => now,
      onProgress: (counts) => seen.push({ ...counts }),
    })
    expect(counts.refused).toBe(120)
    expect(counts.new + counts.updated + counts.unchanged).toBe(1_203 - 120)
    expect(counts).toMatchObject({ new: 630, updated: 0, unchanged: 453 })
    expect(await addresses()).toHaveLength(630)
    expect((await refusals()).map(({ number }) => number)).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 1),
    )
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.at(-1)).toEqual(counts)
  })

  it('remembers a thousand refusals, and counts them all', async () => {
    async function* refused(): AsyncGenerator<HarvestOutcome> {
      for (let i = 1; i <= 2_300; i++) yield { ok: false, position: `line ${i}`, reason: 'No.' }
    }
    expect(await bring(refused())).toEqual({ new: 0, updated: 0, unchanged: 0, refused: 2_300 })
    const kept = await refusals()
    expect(kept).toHaveLength(1_000)
    expect(kept.at(-1)).toMatchObject({ number: 1_000, position: 'line 1000' })
  })

  it('ends where it would have when it was broken off and run again', async () => {
    async function* broken(): AsyncGenerator<HarvestOutcome> {
      for (let i = 1; i <= 1_400; i++) {
        if (i === 1_200) throw new Error('broken off')
        yield { ok: true, position: `line ${i}`, paper: stated(`2601.${String(i).padStart(5, '0')}`) }
      }
    }
    await expect(bring(broken())).rejects.toThrow('broken off')
    const whole = async function* (): AsyncGenerator<HarvestOutcome> {
      for (let i = 1; i <= 1_400; i++)
        yield { ok: true, position: `line ${i}`, paper: stated(`2601.${String(i).padStart(5, '0')}`) }
    }
    const { new: added, unchanged } = await bring(whole())
    expect(added + unchanged).toBe(1_400)
    expect(unchanged).toBeGreaterThanOrEqual(500)
    expect(await addresses()).toHaveLength(1_400)
  })
})

describeWithDatabase('the sample edition', (db) => {
  it('is the front page, its papers in their order', async () => {
    expect(await layOutSample(db(), { now: () => now, timeZone })).toEqual({
      ok: true,
      counts: { new: 91, updated: 0, unchanged: 0, refused: 0 },
    })
    const edition = JSON.parse(readFileSync(SAMPLE_EDITION, 'utf8')) as {
      date: string
      papers: { title: string }[]
    }
    const page = await frontPage(db(), { period: null, limit: 100, now, timeZone })
    if (page.kind === 'empty') throw new Error('the front page is empty')
    expect(page.period.name).toBe(edition.date)
    expect(page.papers.map(({ title }) => title)).toEqual(edition.papers.map(({ title }) => title))
    expect(page.papers).toHaveLength(91)
    expect(page.next).toBeNull()
  })

  it('is not laid out where there are papers', async () => {
    await recordHarvest(db(), [stated('2601.00001')], { now, timeZone })
    expect(await layOutSample(db(), { now: () => now, timeZone })).toEqual({ ok: false, reason: 'not-empty' })
    expect(await db().selectFrom('papers').select('id').execute()).toHaveLength(1)
  })

  it('is not laid out a second time, also when all papers are gone', async () => {
    await layOutSample(db(), { now: () => now, timeZone })
    await db().deleteFrom('papers').execute()
    expect(await layOutSample(db(), { now: () => later, timeZone })).toEqual({
      ok: false,
      reason: 'laid-out-before',
    })
    expect(await db().selectFrom('papers').select('id').execute()).toEqual([])
  })
})

import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'
import { decodeText } from './decode-text.ts'
import { readHuggingFace } from './huggingface.ts'
import { MAX_RECORD_LENGTH } from './lines.ts'

const now = new Date('2026-01-05T12:00:00Z')
const read = (text: string, size?: number) => collect(readHuggingFace(feed(text, size), { now }))

const entry = (id: string, more: object = {}) => ({
  paper: {
    id,
    authors: [
      { _id: '1', name: 'Ann Lee', hidden: false },
      { _id: '2', user: { user: 'bo' }, name: 'Bo Ek', hidden: true, status: 'claimed_verified' },
    ],
    publishedAt: '2026-01-02T03:04:05.000Z',
    submittedOnDailyAt: '2026-01-03T00:30:00.000Z',
    title: `Title "${id}" [with] {brackets}`,
    summary: 'We do a thing.\nIt works.',
    upvotes: 17,
    discussionId: '69',
    githubRepo: 'https://github.com/lee/thing',
    githubStars: 5,
    projectPage: 'https://thing.example',
    ai_summary: 'Words of a machine.',
    ai_keywords: ['thing'],
    ...more,
  },
  publishedAt: '2026-01-02T03:04:05.000Z',
  title: 'Outer title',
  summary: 'Outer summary',
  thumbnail: 'https://cdn.example/1.png',
  numComments: 2,
  submittedBy: { name: 'bo' },
})

describe('Hugging Face’s daily papers', () => {
  it('reads an entry of the API', async () => {
    const [paper] = papersIn(await read(JSON.stringify([entry('2601.00001')], null, 2)))
    expect(paper).toEqual({
      source: 'huggingface',
      identifiers: [{ scheme: 'arxiv', value: '2601.00001' }],
      asOf: '2026-01-05T12:00:00.000Z',
      title: 'Title "2601.00001" [with] {brackets}',
      abstract: 'We do a thing. It works.',
      authors: [{ name: 'Ann Lee' }, { name: 'Bo Ek' }],
      published: { precision: 'time', value: '2026-01-02T03:04:05.000Z' },
      links: [
        { kind: 'code', url: 'https://github.com/lee/thing' },
        { kind: 'project', url: 'https://thing.example' },
      ],
      listing: { date: '2026-01-03' },
      stars: { total: 5, observedAt: '2026-01-05T12:00:00.000Z', since: '2026-01-05T12:00:00.000Z' },
      upvotes: { total: 17, observedAt: '2026-01-05T12:00:00.000Z', since: '2026-01-03T00:30:00.000Z' },
      commentCount: { total: 2, observedAt: '2026-01-05T12:00:00.000Z', since: '2026-01-03T00:30:00.000Z' },
    })
  })

  it('reads JSON lines of the flat form', async () => {
    const flat = {
      id: '2601.00002',
      daily_date: '2026-01-04',
      title: 'Flat',
      abstract: 'A.',
      published_at: '2026-01-02T03:04:05.000Z',
      submitted_on_daily_at: '2026-01-03T23:00:00.000Z',
      upvotes: 3,
      num_comments: 4,
      authors: ['Ann Lee'],
      ai_keywords: ['x'],
      observed_at: '2026-01-04T10:00:00Z',
    }
    const outcomes = await read(`\ufeff\n${JSON.stringify(flat)}\n{"id": "2601\n`)
    expect(papersIn(outcomes)[0]).toMatchObject({
      asOf: '2026-01-04T10:00:00.000Z',
      listing: { date: '2026-01-04' },
      upvotes: { total: 3, observedAt: '2026-01-04T10:00:00.000Z', since: '2026-01-03T23:00:00.000Z' },
      commentCount: { total: 4, observedAt: '2026-01-04T10:00:00.000Z', since: '2026-01-03T23:00:00.000Z' },
    })
    expect(refusalsIn(outcomes)).toEqual(['line 3: The record is not valid JSON.'])
  })

  it('refuses what makes no sense, naming it, and takes all others', async () => {
    const outcomes = await read(
      JSON.stringify(
        [
          entry('2601.00001'),
          entry('2601.00002', { upvotes: -1 }),
          entry('2601.00003', { submittedOnDailyAt: 'soon' }),
          7,
          null,
          entry('nonsense'),
          entry('2601.00004', { upvotes: undefined, githubRepo: null, projectPage: 'none' }),
        ],
        null,
        1,
      ),
    )
    const papers = papersIn(outcomes)
    expect(papers.map(({ identifiers }) => identifiers[0].value)).toEqual([
      '2601.00001',
      '2601.00003',
      '2601.00004',
    ])
    expect(papers[1]).not.toHaveProperty('listing')
    expect(papers[2]).not.toHaveProperty('upvotes')
    expect(papers[2]).not.toHaveProperty('links')
    expect(refusalsIn(outcomes)).toEqual([
      expect.stringMatching(/^record 2 \(line \d+\): The field “paper.upvotes”/),
      expect.stringMatching(/^record 4 /),
      expect.stringMatching(/^record 5 /),
      expect.stringMatching(/^record 6 .*“nonsense”/),
    ])
  })

  it('takes the records before a break, and refuses once', async () => {
    const whole = JSON.stringify([entry('2601.00001'), entry('2601.00002'), entry('2601.00003')])
    const cut = await read(whole.slice(0, -40))
    expect(papersIn(cut)).toHaveLength(2)
    expect(refusalsIn(cut)).toEqual(['record 3 (line 1): The file ends in the middle of this record.'])
    const open = await read(whole.slice(0, -1))
    expect(papersIn(open)).toHaveLength(3)
    expect(refusalsIn(open)).toEqual(['record 4 (line 1): The file ends before the list is closed.'])
  })

  it('loses only the record that is broken', async () => {
    const lines = [entry('2601.00001'), entry('2601.00002'), entry('2601.00003')].map((one) =>
      JSON.stringify(one, null, 1),
    )
    const unquoted = lines[1]?.replace('Ann Lee"', 'Ann Lee') ?? ''
    const outcomes = await read(`[${[lines[0], unquoted, lines[2]].join(',\n')}]`)
    expect(papersIn(outcomes).map(({ identifiers }) => identifiers[0].value)).toEqual([
      '2601.00001',
      '2601.00003',
    ])
    expect(refusalsIn(outcomes)).toHaveLength(1)
  })

  it('refuses a record that is too long without holding it', async () => {
    const long = JSON.stringify(entry('2601.00002', { summary: 'x'.repeat(MAX_RECORD_LENGTH) }))
    const outcomes = await read(
      `[${JSON.stringify(entry('2601.00001'))},${long},${JSON.stringify(entry('2601.00003'))}]`,
    )
    expect(papersIn(outcomes)).toHaveLength(2)
    expect(refusalsIn(outcomes)).toEqual([
      'record 2 (line 1): The record is longer than 4,194,304 characters.',
    ])
  })

  it('gives the same outcomes however the text is cut', async () => {
    const text = `\n ${JSON.stringify([entry('2601.00001'), 'a\\"]', { paper: [] }, entry('2601.00002')], null, 1)}\n[{}]x`
    const whole = await read(text)
    for (const size of [1, 2, 5, 64]) expect(await read(text, size)).toEqual(whole)
  })

  it('never throws', async () => {
    const shape = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.stringMatching(/^\[[[\]{}",:\\ ap\n]*$/),
    )
    await fc.assert(
      fc.asyncProperty(shape, async (text) => {
        expect(await read(text, 3)).toEqual(await read(text))
      }),
    )
  })

  const real = join(import.meta.dirname, '../../../shared/data/hf-daily.jsonl.gz')
  it.skipIf(!existsSync(real))('reads all of a real set of 854', async () => {
    const outcomes = await collect(readHuggingFace(decodeText(createReadStream(real)), { now }))
    expect(refusalsIn(outcomes)).toEqual([])
    const papers = papersIn(outcomes)
    expect(papers).toHaveLength(854)
    expect(papers.every(({ listing, upvotes, authors }) => listing && upvotes && authors)).toBe(true)
  })
})

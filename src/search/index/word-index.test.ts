import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { indexed } from '../testing/invented-papers.ts'
import { keepIn, openIndexFolder } from './index-folder.ts'
import { readManifest, replaceManifest } from './manifest.ts'
import { authorTerm, categoryTerm, type IndexedPaper } from './indexed-paper.ts'
import { forPostings } from './match-words.ts'
import { papersWithPhrase } from './match-phrase.ts'
import { checkPositions, DamagedFile, readSegment } from './segment-file.ts'
import { findTerm, termAt } from './segment.ts'
import {
  addPapers,
  dueForMerge,
  frequencyOf,
  mergeHeld,
  newWordIndex,
  removePapers,
  termsWithPrefix,
  type WordIndex,
} from './word-index.ts'

const folder = mkdtempSync(join(tmpdir(), 'broadsheet-segments-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Ids of the live papers that have a term, out of all segments. */
function papersWith(index: WordIndex, term: string): number[] {
  const found: number[] = []
  for (const { segment, serial } of index.segments) {
    const number = findTerm(segment.terms, term)
    if (number < 0) continue
    forPostings(segment, number, (id) => {
      if (index.table.owners[id] === serial) found.push(id)
    })
  }
  return found.toSorted((a, b) => a - b)
}

/** Without those that are one more reading of others. */
function ownWords(words: IndexedPaper['body']): number {
  return words.filter(({ joined }) => !joined).length
}

function mergeAll(index: WordIndex, keep: Parameters<typeof mergeHeld>[2] = null): void {
  for (const _ of mergeHeld(index, [...index.segments], keep)) {
    // Turns.
  }
}

const word = fc.constantFrom('tide', 'lake', 'graph', 'ice', 'wave', 'über')
const paper = fc.record({
  id: fc.integer({ min: 1, max: 40 }),
  title: fc.array(word, { minLength: 1, maxLength: 4 }),
  body: fc.array(word, { maxLength: 12 }),
  category: fc.constantFrom('cs.LG', 'cs.AI', 'math.AG'),
})
const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      papers: fc.uniqueArray(paper, { selector: ({ id }) => id, maxLength: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      ids: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('merge' as const), from: fc.nat(3), kept: fc.boolean() }),
  },
)

describe('the index of words', () => {
  it('is what a plain list of papers would be, whatever was added, changed, removed and merged', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), (changes) => {
        const index = newWordIndex()
        const model = new Map<number, IndexedPaper>()
        let seq = 0
        for (const step of changes) {
          if (step.kind === 'add') {
            const papers = step.papers.map(({ id, title, body, category }) =>
              indexed(id, {
                seq: ++seq,
                title: title.join(' '),
                body: body.join(' '),
                categories: [category],
                authors: [['ada', title[0] ?? '']],
              }),
            )
            addPapers(index, papers, seq)
            for (const one of papers) model.set(one.id, one)
          } else if (step.kind === 'remove') {
            removePapers(index, step.ids)
            for (const id of step.ids) model.delete(id)
          } else {
            const parts = index.segments.slice(step.from)
            if (parts.length > 0) {
              for (const _ of mergeHeld(index, parts, step.kept ? keepIn(folder) : null)) {
                // Turns.
              }
            }
          }
        }
        const idsOf = (has: (paper: IndexedPaper) => boolean) =>
          [...model.values()]
            .filter(has)
            .map(({ id }) => id)
            .toSorted((a, b) => a - b)
        for (const term of ['tide', 'lake', 'graph', 'ice', 'wave', 'uber']) {
          expect(papersWith(index, term)).toEqual(
            idsOf(({ title, body }) => [...title, ...body].some((one) => one.term === term)),
          )
          expect(papersWith(index, authorTerm(term))).toEqual(
            idsOf(({ authors }) => authors.flat().includes(term)),
          )
        }
        expect(papersWith(index, categoryTerm('cs.LG'))).toEqual(
          idsOf(({ categories }) => categories.includes('cs.LG')),
        )
        expect(papersWith(index, categoryTerm('cs'))).toEqual(
          idsOf(({ categories }) => categories[0] !== 'math.AG'),
        )
        const phrase = [
          { term: 'tide', offset: 0 },
          { term: 'lake', offset: 1 },
        ]
        const follows = ({ title, body }: IndexedPaper) =>
          [title, body].some((words) =>
            words.some(({ term }, i) => term === 'tide' && words[i + 1]?.term === 'lake'),
          )
        expect(
          [...papersWithPhrase(index, phrase, { titleOnly: false }).keys()].toSorted((a, b) => a - b),
        ).toEqual(idsOf(follows))
        expect(index.table.count).toBe(model.size)
        for (const { id, seq: at, title, body } of model.values()) {
          expect([index.table.seqs[id], index.table.titleLengths[id], index.table.bodyLengths[id]]).toEqual([
            at,
            ownWords(title),
            ownWords(body),
          ])
        }
        expect(index.table.bodyWords).toBe(
          [...model.values()].reduce((sum, { body }) => sum + ownWords(body), 0),
        )
        for (const { segment } of index.segments) segment.positions.close()
      }),
      { numRuns: 150 },
    )
  })

  it('grows by few segments, and wastes little', () => {
    const index = newWordIndex()
    for (let id = 1; id <= 3_000; id++) {
      addPapers(index, [indexed(id, { title: `word${id % 50} tide` })], id)
      for (let parts = dueForMerge(index); parts; parts = dueForMerge(index)) {
        for (const _ of mergeHeld(index, parts, null)) {
          // Turns.
        }
      }
    }
    expect(index.segments.length).toBeLessThan(30)
    expect(frequencyOf(index, 'tide')).toBe(3_000)
    expect(index.segments.map(({ through }) => through)).toEqual(
      index.segments.map(({ through }) => through).toSorted((a, b) => a - b),
    )
    removePapers(
      index,
      Array.from({ length: 2_900 }, (_, i) => i + 1),
    )
    for (let parts = dueForMerge(index); parts; parts = dueForMerge(index)) {
      for (const _ of mergeHeld(index, parts, null)) {
        // Turns.
      }
    }
    expect(frequencyOf(index, 'tide')).toBeLessThan(300)
  })

  it('takes changes that come while segments are merged', () => {
    const index = newWordIndex()
    addPapers(
      index,
      [1, 2, 3].map((id) => indexed(id, { title: 'tide' })),
      3,
    )
    addPapers(
      index,
      [4, 5].map((id) => indexed(id, { title: 'tide' })),
      5,
    )
    const work = mergeHeld(index, [...index.segments], null)
    work.next()
    removePapers(index, [4])
    addPapers(index, [indexed(1, { seq: 6, title: 'lake' })], 6)
    while (!work.next().done);
    expect(papersWith(index, 'tide')).toEqual([2, 3, 5])
    expect(papersWith(index, 'lake')).toEqual([1])
    mergeAll(index)
    expect(papersWith(index, 'tide')).toEqual([2, 3, 5])
    expect(papersWith(index, 'lake')).toEqual([1])
  })

  it('is as it was when a merged segment cannot be written', () => {
    const index = newWordIndex()
    for (const id of [1, 2, 3]) addPapers(index, [indexed(id, { title: 'tide' })], id)
    const own = mkdtempSync(join(folder, 'full-'))
    const keeping = keepIn(own)
    const write = () => {
      throw new Error('the disk is full')
    }
    expect(() => [...mergeHeld(index, [...index.segments], { ...keeping, write })]).toThrow('full')
    keeping.discard()
    expect(readdirSync(own)).toEqual([])
    mergeAll(index)
    expect(papersWith(index, 'tide')).toEqual([1, 2, 3])
  })

  it('completes words', () => {
    const index = newWordIndex()
    addPapers(index, [indexed(1, { title: 'tide tidal tick' }), indexed(2, { title: 'tidal' })], 2)
    expect(termsWithPrefix(index, 'tid', 10)).toEqual([
      { term: 'tidal', frequency: 2 },
      { term: 'tide', frequency: 1 },
    ])
    expect(termsWithPrefix(index, 'tid', 1).map(({ term }) => term)).toEqual(['tidal'])
    expect(termsWithPrefix(index, 'zz', 10)).toEqual([])
  })
})

describe('a segment on the disk', () => {
  function kept() {
    const own = mkdtempSync(join(folder, 'kept-'))
    const index = newWordIndex()
    const papers = Array.from({ length: 300 }, (_, i) =>
      indexed(i + 1, {
        title: `Tides of lake ${i}`,
        body: `Word${i} and the wave ${i % 7}`,
        categories: ['cs.LG'],
        authors: [['ada', 'quill']],
      }),
    )
    addPapers(index, papers, 300)
    mergeAll(index, keepIn(own))
    const name = index.segments[0]?.file ?? ''
    return { own, index, name }
  }

  it('is read as it was', () => {
    const { own, index, name } = kept()
    const read = readSegment(own, name)
    const written = index.segments[0]?.segment
    expect(read.papers).toEqual(written?.papers)
    expect(read.terms).toEqual(written?.terms)
    expect(read.postings).toEqual(written?.postings)
    expect(Array.from({ length: read.terms.count }, (_, n) => termAt(read.terms, n))).toContain('wave')
    expect(read.positions.read(0, 50)).toEqual(written?.positions.read(0, 50))
    checkPositions(own, name)
    const manifest = {
      database: 'd',
      through: 300,
      segments: [{ name, through: 300 }],
      gone: [],
      vectors: null,
    }
    replaceManifest(own, readManifest(own), manifest)
    const opened = openIndexFolder(own, { database: 'd' })
    expect(opened.ok && opened.index.table.count).toBe(300)
    expect(openIndexFolder(own, { database: 'other' })).toMatchObject({
      ok: false,
      reason: 'it was made from another database',
    })
  })

  it('is refused when any byte of it changed, or when some are missing', () => {
    const { own, name } = kept()
    for (const [ending, check] of [
      ['segment', () => readSegment(own, name).positions.close()],
      ['positions', () => checkPositions(own, name)],
    ] as const) {
      const path = join(own, `${name}.${ending}`)
      const whole = readFileSync(path)
      // The header says where things are; every part of the rest has a checksum (and the padding none).
      for (const at of [0, 3, 20, 200, 700, Math.floor(whole.length / 2), Math.floor(whole.length * 0.9)]) {
        const damaged = Buffer.from(whole)
        damaged[at] = (damaged[at] ?? 0) ^ 0x41
        writeFileSync(path, damaged)
        expect(check, `${ending} at ${at}`).toThrow(DamagedFile)
      }
      for (const length of [0, 5, 100, whole.length - 20]) {
        writeFileSync(path, whole.subarray(0, length))
        expect(check, `${ending} cut to ${length}`).toThrow(DamagedFile)
      }
      rmSync(path)
      expect(check).toThrow(DamagedFile)
      writeFileSync(path, whole)
      check()
    }
  })
})

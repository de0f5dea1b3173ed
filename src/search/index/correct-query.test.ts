import { describe, expect, it } from 'vitest'
import { formatQuery } from '../query/format-query.ts'
import { parseQuery } from '../query/parse-query.ts'
import { indexOf } from '../testing/invented-index.ts'
import { indexed } from '../testing/invented-papers.ts'
import { correctQuery } from './correct-query.ts'
import type { IndexedPaper } from './indexed-paper.ts'
import { addPapers, mergeHeld, newWordIndex, removePapers, type WordIndex } from './word-index.ts'

function correct(index: WordIndex, text: string, { unfinished = false } = {}) {
  const { query, corrections, offers } = correctQuery(index, { query: parseQuery(text), unfinished })
  return { asked: formatQuery(query), corrections, offers }
}

/** As many papers as each text says, with that text as their body. */
function papersWith(texts: Record<string, number>, from = 1): IndexedPaper[] {
  let id = from
  return Object.entries(texts).flatMap(([body, papers]) =>
    Array.from({ length: papers }, () => indexed(id++, { title: 'On', body })),
  )
}

const COMMON = indexOf([
  ...papersWith({
    'training of language models on trains': 30,
    'metrics for vertical diffusion': 20,
    'rain over lakes': 3,
    langage: 2,
    'independent networks': 5,
    'reinforcement by enforcement': 5,
    'information on motion': 5,
  }),
  indexed(900, { title: 'Attention', authors: [['ashish', 'vaswani']] }),
])

describe('a word that no paper has', () => {
  it.each([
    ['mertics', 'metrics'],
    ['langauge', 'language'],
    ['difusion', 'diffusion'],
    ['diffussion', 'diffusion'],
    ['newtorks', 'networks'],
    ['vaswanni', 'vaswani'],
    ['Langauge MODELS', 'language MODELS'],
    ['langauge-models', 'language-models'],
    ['"rain" langauge sort:new', '"rain" language sort:new'],
    ['title:metrcs', 'title:metrics'],
    ['langauge OR mertics', 'language OR metrics'],
    ['rian', 'rain'],
    ['langauge rain', 'language rain'],
    ['re-trainign', 're-training'],
  ])('%s is taken for %s', (text, asked) => {
    expect(correct(COMMON, text).asked).toBe(asked)
  })

  it('is named as it was typed', () => {
    expect(correct(COMMON, 'Langauge of newtorks').corrections).toEqual([
      { word: 'Langauge', instead: 'language' },
      { word: 'newtorks', instead: 'networks' },
    ])
  })

  it.each([
    '"langauge"',
    'author:vaswanni',
    'rain -langauge',
    'cat:cs.LG',
    'qzxwvk',
    'gpt4',
    'peu dotées',
    '???',
    // Other words, which so few papers happen not to have.
    'ruin',
    'trails rein',
    // Known as one word.
    're-inforcement',
    'infor-mation',
    'infor- mation',
    'infor mation',
  ])('stays what it is in %s', (text) => {
    expect(correct(COMMON, text)).toEqual({
      asked: formatQuery(parseQuery(text)),
      corrections: [],
      offers: [],
    })
  })

  it('may be the beginning of one while it is being typed', () => {
    expect(correct(COMMON, 'langauge metr', { unfinished: true }).asked).toBe('language metr')
    expect(correct(COMMON, 'langa', { unfinished: true }).asked).toBe('langa')
    expect(correct(COMMON, 'vasw', { unfinished: true }).asked).toBe('vasw')
    // Nothing begins like this.
    expect(correct(COMMON, 'langauge', { unfinished: true }).asked).toBe('language')
  })
})

describe('a word that exists', () => {
  it.each(['rain', 'RAIN', 'langage', 'trains', 'vertical', 'vaswani', 'lake', 'independant', 'the'])(
    '%s is never corrected',
    (text) => {
      expect(correct(COMMON, text)).toMatchObject({ asked: text, corrections: [] })
    },
  )

  it('is left alone however rare it is, but what was probably meant is offered', () => {
    const index = indexOf(papersWith({ language: 2_000, langauge: 1 }))
    expect(correct(index, 'langauge')).toEqual({
      asked: 'langauge',
      corrections: [],
      offers: [{ word: 'langauge', instead: 'language' }],
    })
    expect(correct(COMMON, 'rain').offers).toEqual([])
  })
})

describe('a query', () => {
  const ask = (text: string) => correctQuery(COMMON, { query: parseQuery(text), unfinished: false })

  it('of another language is not corrected', () => {
    expect(ask('langauge peu dotées')).toMatchObject({ foreign: true, corrections: [], known: false })
    expect(ask('langauge training')).toMatchObject({ foreign: false, known: true })
    expect(ask('apprentissage des langages en réseaux')).toMatchObject({ foreign: true })
    expect(ask('глубокое обучение')).toMatchObject({ foreign: true, known: false })
  })

  it('of words that no paper has is told from others', () => {
    for (const text of ['qzxwvk', 'qzxwvk the', 'asdfgh jklqwe', '???'])
      expect([text, ask(text).known]).toEqual([text, false])
    for (const text of ['rain', 'qzxwvk rain', 'langauge', 'vaswani', '"rain qzxwvk"'])
      expect([text, ask(text).known]).toEqual([text, true])
  })
})

describe('a correction', () => {
  it('is a word that a paper still has', () => {
    const index = indexOf([indexed(1, { title: 'Glaciers' }), indexed(2, { title: 'Lakes' })])
    expect(correct(index, 'glacirs').asked).toBe('glaciers')
    removePapers(index, [1])
    expect(correct(index, 'glacirs').asked).toBe('glacirs')
  })

  it('is found in segments that were merged, as often as papers have it', () => {
    const index = newWordIndex()
    addPapers(index, papersWith({ 'glaciers melt': 3, 'a glacier': 1 }), 4)
    addPapers(index, papersWith({ glaciers: 2, moraines: 1 }, 11), 14)
    removePapers(index, [13])
    for (const _ of mergeHeld(index, index.segments, null));
    expect(index.segments).toHaveLength(1)
    expect(correct(index, 'glacirs morianes').asked).toBe('glaciers morianes')
    const [held] = index.segments
    expect(held?.segment.vocabulary.count).toBe(['glacier', 'glaciers', 'melt', 'on'].length)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameWords, wordsIn } from './words.ts'

/** The terms in order: `~` before a stop word, `+` before a joined one. */
function shown(text: string): string {
  return wordsIn(text)
    .map(({ term, stop, joined }) => (joined ? '+' : stop ? '~' : '') + term)
    .join(' ')
}

function terms(text: string): Set<string> {
  return new Set(wordsIn(text).map(({ term }) => term))
}

function sharedTerms(one: string, other: string): string[] {
  const others = terms(other)
  return [...terms(one)].filter((term) => others.has(term))
}

describe('the words of a text', () => {
  it.each([
    ['', ''],
    [' — … % (', ''],
    ['The tides of Blue Harbour', '~the tide ~of blue harbor'],
    ['Résumé naïve ﬁeld Ｘ１', 'resum naiv field x1'],
    ['Straße Ørsted Łódź Þór æther', 'strass orst lodz thor aether'],
    ['x² H₂O 𝔽₂ 𝐁', 'x2 h2o f2 b'],
    ['soft\u00adware', 'softwar'],
    ['α Λ ϵ µ ∞ ℏ ℓ Å', 'alpha lambda epsilon mu infin hbar l angstrom'],
    ['αβ', '+alphabeta alpha beta'],
    ['ελληνικά ΕΛΛΗΝΙΚΆ', 'ελληνικα ελληνικα'],
    ['Κόσμος κόσμοσ', 'κοσμοσ κοσμοσ'],
    ['λCDM', '+lambdacdm lambda cdm'],
    ['pre-training', '+pretrain pre train'],
    ['state-of-the-art', 'state ~of ~the art'],
    ['x-ray-bright', '+xray x ray bright'],
    ['wave-based', 'wave base'],
    ['spatio-temporal', '+spatiotempor spatio tempor'],
    ['statistical-mechanical', 'statist mechan'],
    ['GPT-4 GPT-3.5-turbo', '+gpt4 gpt 4 +gpt3.5 gpt 3.5 turbo'],
    ['3-D 2-3 4-dimensional', '+3d 3 d 2 3 4 dimension'],
    ['x^2 H_2O snake_case', '+x2 x 2 +h2o h 2o snake case'],
    ['and/or', '~and ~or'],
    ["Schrödinger's cat’s", 'schroding cat'],
    ["don't they've it's who'd", '~dont ~they ~it ~who'],
    ["d'Alembert l’Hôpital", '+dalembert alembert +lhopit hopit'],
    ["O'Neil Ne'eman Hawaiʻi", 'oneil neeman hawaii'],
    ["the authors' 'quoted' ``word''", '~the author quot word'],
    ['3.5 v2.0.1 1,000 10,000,000 1,2', '3.5 v2.0.1 1000 10000000 1 2'],
    ['2412.19723v2', '2412.19723v2'],
    ['e.g. i.e. w.r.t. i.i.d. U.S. end.Start', '~eg ~ie wrt iid us end start'],
    ['C++ C# .NET C++-like M#N p+q', 'c++ c# .net c++ like m n p q'],
    ['US IT WHO us it who', 'us it who ~us ~it ~who'],
    ['no, not', 'no not'],
    ['LLMs llms QAs PDEs pdes APIs', 'llm llm qa pde pde api'],
    ['TensorFlow', 'tensorflow'],
    ['量子计算 与 a', '量子 子计 计算 与 ~a'],
    ['GPT模型', 'gpt 模型'],
    ['ガガ ｶﾞｶﾞ', 'ガガ ガガ'],
    ['양자 컴퓨팅', '양자 컴퓨팅'],
    ['квантовый', 'квантовыи'],
    [`${'x'.repeat(64)} ${'y'.repeat(65)}`, 'x'.repeat(64)],
  ])('of %s are %s', (text, words) => {
    expect(shown(text)).toBe(words)
  })

  it('says where they stand', () => {
    const text = 'The λCDM-like “tide’s” pre-wave 量子化'
    expect(wordsIn(text).map(({ start, end }) => text.slice(start, end))).toEqual(
      'The λCDM λ CDM like tide pre-wave pre wave 量子 子化'.split(' '),
    )
  })

  it.each([
    ['α', 'alpha'],
    ['β2', 'beta2'],
    ['β₂', 'β-2'],
    ['beta-2', 'beta2'],
    ['ΛCDM', 'λ-CDM'],
    ['ΛCDM', 'Lambda-CDM'],
    ['ΛCDM', 'lambdacdm'],
    ['Lambda-CDM', 'LambdaCDM'],
    ['TNF-α', 'TNFα'],
    ['TNFα', 'TNF-alpha'],
    ['NF-κB', 'NFκB'],
    ['NF-κB', 'NF-kappaB'],
    ['L^∞', 'infinity'],
    ['pre-training', 'pretraining'],
    ['pre-trained', 'pretraining'],
    ['co-operate', 'cooperation'],
    ['e-mail', 'emails'],
    ['non-linear', 'nonlinear'],
    ['GPT-4', 'GPT4'],
    ['COVID-19', 'covid19'],
    ['SARS-CoV-2', 'SARS-CoV2'],
    ['3-D', '3D'],
    ['H₂O', 'H_2O'],
    ['x²', 'x^2'],
    ['behaviours', 'behavior'],
    ['optimisation', 'optimizing'],
    ['unlabelled', 'unlabeled'],
    ['matrices', 'matrix'],
    ['LLMs', 'LLM'],
    ['symmetry', 'symmetric'],
    ['naïve', 'naive'],
    ['Erdős', 'Erdos'],
    ['U.S.', 'US'],
    ['soft\u00adware', 'software'],
  ])('%s and %s find each other', (one, other) => {
    expect(sharedTerms(one, other)).not.toEqual([])
  })

  it.each([
    ['λCDM', 'Lambda CDM'],
    ['Lambda-CDM', 'Lambda CDM'],
    ['α-stable', 'alpha stable'],
    ['BERT-based', 'based on BERT'],
    ['d’Alembert', 'Alembert'],
  ])('%s has every word of %s but the stop words', (one, other) => {
    const sought = wordsIn(other).filter(({ stop }) => !stop)
    expect([...terms(one)]).toEqual(expect.arrayContaining(sought.map(({ term }) => term)))
  })

  it.each([
    ['experience', 'experiment'],
    ['university', 'universe'],
    ['organ', 'organisation'],
    ['positive', 'position'],
  ])('%s and %s are kept apart', (one, other) => {
    expect(sharedTerms(one, other)).toEqual([])
  })

  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom(..."aZé0.,'’-‐^_+# \nαΣς∞ℏ量ガｶﾞ의ก\u0301\u00ad\u200d½ʻ😀\ud800\udc00"),
    }),
    fc
      .array(
        fc.constantFrom('d’', 'pre-', 'GPT-4', 'LLMs', 'λCDM', '.NET', 'C++', '1,000', 'the ', '量子', ' '),
      )
      .map((parts) => parts.join('')),
  )

  it('stand in the text, in order, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let last = 0
        for (const { term, start, end } of wordsIn(text)) {
          expect(term).not.toBe('')
          expect(term).not.toMatch(/\s/)
          expect(term).toBe(term.toLowerCase())
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          expect(text.slice(start, end).isWellFormed()).toBe(true)
          last = start
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('are the same the second time, and with other text around', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const alone = wordsIn(text)
        expect(wordsIn(text)).toEqual(alone)
        const moved = alone.map((word) => ({ ...word, start: word.start + 3, end: word.end + 3 }))
        expect(wordsIn(`(( ${text} ))`)).toEqual(moved)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ..."a é α 中 😀 0 . \u0301 \u00ad a- d' d'al' 's 1, 000, 1. a. aα α中 x^ _ .net c++ ab-ab- \ud800".split(
      ' ',
    ),
    'a ',
    'pre-ab ',
    'α\u0301',
    '中\u0301\u0e31',
  ])('are found in time linear in the length of %j again and again', (piece) => {
    const text = piece.repeat(Math.ceil(100_000 / piece.length))
    const started = process.cpuUsage()
    wordsIn(text)
    expect(process.cpuUsage(started).user).toBeLessThan(4_000_000)
  })
})

describe('the words of a name', () => {
  it.each([
    ['José-Luis Ångström', 'jose luis angstrom'],
    ['J.R.R. Tøllkien', 'j r r tollkien'],
    ["Sinéad O'Neil", 'sinead oneil'],
    ['Jean le Rond d’Alembert', 'jean le rond dalembert alembert'],
    ['Running, Ada', 'running ada'],
    ['王小明', '王小明'],
    ['', ''],
    ['…', ''],
  ])('%s', (name, words) => {
    expect(nameWords(name).join(' ')).toBe(words)
  })

  it('are words of themselves', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        for (const word of nameWords(name)) expect(nameWords(word)).toEqual([word])
      }),
      { numRuns: 2000 },
    )
  })
})

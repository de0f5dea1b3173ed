import { describe, expect, it } from 'vitest'
import { learnComparison } from './comparison.ts'
import { kinship, type Features } from './features.ts'
import { openExamples } from './examples.ts'
import { openPaperIndex } from './paper-index.ts'
import { weighWords } from './weigh-words.ts'
import { countWords } from './word-frequencies.ts'
import { readWords, withoutRuns } from './words.ts'

/** Three papers in four are of one field, the others each of a small one of its own. */
async function collection(count: number) {
  const texts = Array.from({ length: count }, (_, i) => {
    const field = i % 4 === 0 ? `small${Math.floor(i / 12)}` : 'large'
    return Array.from({ length: 30 }, (_, w) =>
      w % 3 === 0 ? `common${(i * 7 + w) % 40}` : `${field}of${(i * 5 + w * w) % 50}`,
    ).join(' ')
  })
  const frequencies = countWords()
  for (const text of texts) frequencies.add(readWords(text))
  const rarity = await frequencies.rarity()
  const words = texts.map((text) => weighWords(readWords(text), rarity))
  const comparison = await learnComparison({
    papers: texts.map((text) => weighWords(withoutRuns(readWords(text)), rarity)),
    whole: words,
  })
  return { features: words.map((one, i) => comparison.ofPaper(one, null, i)) }
}

const square = (features: Features) => kinship(features, features)

describe('a comparison', () => {
  it('takes out what all papers have in common', async () => {
    const { features } = await collection(400)
    const mean = features.reduce(
      (sum, a) => sum + features.reduce((of, b) => of + kinship(a, b) / (a.scale * b.scale), 0),
      0,
    )
    const own = features.reduce((sum, a) => sum + square(a) / a.scale ** 2, 0)
    expect(Math.abs(mean)).toBeLessThan(1e-3 * own)
  })

  it('makes much of a likeness in a field of a few papers, and less of one in a crowded field', async () => {
    const { features } = await collection(400)
    const mean = (of: Features[]) => of.reduce((sum, one) => sum + square(one), 0) / of.length
    const isSmall = (_: Features, i: number) => i % 4 === 0
    expect(mean(features.filter(isSmall))).toBeGreaterThan(
      1.1 * mean(features.filter((one, i) => !isSmall(one, i))),
    )
  })

  it('gives a kernel: no two papers have more in common than they have with themselves', async () => {
    const { features } = await collection(240)
    for (const [i, a] of features.entries()) {
      const b = features[(i * 13 + 5) % features.length]
      if (b) expect(kinship(a, b) ** 2).toBeLessThanOrEqual(square(a) * square(b) * (1 + 1e-6))
    }
  })

  it('leaves a small collection as it is', async () => {
    for (const { scale, common } of (await collection(60)).features) {
      expect(common).toBe(0)
      expect(scale).toBeCloseTo(1, 6)
    }
  })

  it('is the same with all examples at once as one by one', async () => {
    const { features } = await collection(300)
    const examples = features.slice(0, 20)
    const counts = Float64Array.from(examples, (_, i) => (i % 3) - 0.7)
    const together = openExamples(examples)
    const score = together.scorer([counts])
    const into = new Float64Array(1)
    for (const paper of features.slice(20)) {
      score(paper, into)
      const kinships = examples.map((example) => kinship(paper, example))
      expect(into[0]).toBeCloseTo(
        kinships.reduce((sum, one, i) => sum + one * (counts[i] ?? 0), 0),
        5,
      )
      for (const [i, one] of together.kinships(paper).entries()) expect(one).toBeCloseTo(kinships[i] ?? 0, 6)
    }
  })

  it('is the same for all papers of an index as paper by paper', async () => {
    const { features } = await collection(300)
    const examples = features.slice(0, 20)
    const counts = Float64Array.from(examples, (_, i) => (i % 3) - 0.7)
    const together = openExamples(examples)
    const index = await openPaperIndex(features)
    const score = together.scorer([counts])
    const into = new Float64Array(1)
    for (const count of [300, 40, 0]) {
      const scores = index.score(together.linear(counts), count)
      expect(scores).toHaveLength(count)
      for (const [i, paper] of features.slice(0, count).entries()) {
        score(paper, into)
        expect(scores[i]).toBeCloseTo(into[0] ?? 0, 6)
      }
    }
  })
})

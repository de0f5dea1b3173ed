import { describe, expect, it } from 'vitest'
import { countWords } from './word-frequencies.ts'
import { hashOf, isRun, readWords } from './words.ts'

/** What is rare among texts. */
async function rarityAmong(texts: string[]) {
  const frequencies = countWords()
  for (const text of texts) frequencies.add(readWords(text))
  return frequencies.rarity()
}

const runsOf = (text: string) => Array.from(readWords(text).ids).filter(isRun)

describe('How rare a word is', () => {
  const papers = Array.from({ length: 300 }, (_, n) =>
    ['regret', n % 2 === 0 ? 'bandits' : '', n < 2 ? 'tides' : '', n === 0 ? 'sextants' : ''].join(' '),
  )

  it('is the logarithm of all papers to those that have it', async () => {
    const rarity = await rarityAmong(papers)
    expect(rarity(hashOf('regret'))).toBe(0)
    expect(rarity(hashOf('bandits'))).toBeCloseTo(Math.log(301 / 151))
    expect(rarity(hashOf('tides'))).toBeCloseTo(Math.log(301 / 3))
  })

  it('is as much for a word that none of them has as for one that a single one has', async () => {
    const rarity = await rarityAmong(papers)
    expect(rarity(hashOf('sextants'))).toBeCloseTo(Math.log(301 / 2))
    expect(rarity(hashOf('astrolabes'))).toBeCloseTo(Math.log(301 / 2))
  })

  it('is nothing for a run of characters that many, one or none have', async () => {
    const rarity = await rarityAmong(papers)
    for (const text of ['bandits', 'sextants', 'xylophone'])
      expect([text, ...new Set(runsOf(text).map(rarity))]).toEqual([text, 0])
    expect(Math.max(...runsOf('tides').map(rarity))).toBeCloseTo(Math.log(301 / 3))
  })

  it('is nothing before there is a paper', async () => {
    const rarity = await rarityAmong([])
    expect(rarity(hashOf('regret'))).toBe(0)
  })
})

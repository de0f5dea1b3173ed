import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { plainText } from '../papers/plain-text.ts'
import { bodyText } from '../search/body-text.ts'
import { STOP_WORDS } from '../search/text/stop-words.ts'
import type { InterestModel } from './learning/model.ts'
import { hashOf, isRun, wordsIn } from './learning/words.ts'

/** A word or phrase, and what it adds to the score of a paper that has it. */
export type TellingWord = { word: string; weight: number }

/** Papers whose texts are looked at. */
const MOST_PAPERS = 30
const MOST_WORDS = 24

/** The words and phrases that weigh most in an interest, most first: as its papers write them. */
export async function tellingWords(
  db: Kysely<Database>,
  { model, paperIds }: { model: InterestModel; paperIds: number[] },
): Promise<TellingWord[]> {
  const { rows } = await sql<{ title: string; abstract: string | null; synopsis: string | null }>`
    select title, abstract, synopsis from papers
    where id = any(${paperIds.slice(0, MOST_PAPERS)}::bigint[]) and not hidden`.execute(db)
  return wordsThatTell(
    model,
    rows.map((row) => ({ title: plainText(row.title), body: bodyText(row) })),
  )
}

function wordsThatTell(model: InterestModel, texts: { title: string; body: string }[]): TellingWord[] {
  /** In how many of the texts each comes: what a single one has is its own, not the interest's. */
  const common = new Map<string, number>()
  /** Titles name their subject; abstracts also say how well something went. */
  const inTitles = new Set<string>()
  for (const { title, body } of texts) {
    for (const word of wordsIn(title)) inTitles.add(word)
    for (const word of new Set(wordsIn(`${title}. ${body}`)))
      if (says(word)) common.set(word, (common.get(word) ?? 0) + 1)
  }
  const least = texts.length > 2 ? 2 : 1
  const candidates = [...common].filter(([, count]) => count >= least)
  const weights = weightsIn(
    model,
    candidates.map(([word]) => hashOf(word)),
  )
  const ranked = candidates
    .map(([word, count]) => ({
      word,
      // A phrase says more than its words do.
      weight:
        (weights.get(hashOf(word)) ?? 0) *
        (word.includes(' ') ? PHRASE : 1) *
        (inTitles.has(word) ? OF_A_TITLE : 1) *
        Math.log(1 + count),
    }))
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1))
  const chosen: TellingWord[] = []
  const told = new Set<string>()
  for (const { word } of ranked) {
    const parts = word.split(' ')
    if (parts.every((part) => told.has(stemOf(part)))) continue
    for (const part of parts) told.add(stemOf(part))
    chosen.push({ word, weight: weights.get(hashOf(word)) ?? 0 })
    if (chosen.length === MOST_WORDS) break
  }
  return chosen
}

/** What words add to the score of a paper. */
function weightsIn(model: InterestModel, words: number[]): Map<number, number> {
  const weights = new Map(words.map((id) => [id, 0]))
  for (const [e, { features }] of model.examples.entries()) {
    const count = model.counts[e] ?? 0
    for (let i = features.ids.length - 1; i >= 0; i--) {
      const id = features.ids[i] ?? 0
      // Runs of characters have the lowest numbers, and no name.
      if (isRun(id)) break
      const before = weights.get(id)
      if (before !== undefined) weights.set(id, before + count * (features.weights[i] ?? 0))
    }
  }
  return weights
}

const PHRASE = 1.8
const OF_A_TITLE = 4

/** Singular and plural are not told side by side. */
function stemOf(word: string): string {
  return word.replace(/(?:ies|es|s|ing|al)$/, '').slice(0, 8)
}

/** Words that papers of any field are written with. */
const OF_ANY_FIELD = new Set(
  'paper papers propose proposed proposes method methods approach approaches show shows results result based using used use novel new study studies work introduce existing problem problems performance analysis model models data present provide demonstrate achieve different given however several many two one state art al et via towards toward called average gains previous best final end level hard high low rate good better without within across via tasks task consider also order'.split(
    ' ',
  ),
)

/** Whether a word or phrase can stand for a subject. */
function says(word: string): boolean {
  const parts = word.split(' ')
  return parts.every(
    (part) => part.length > 1 && !STOP_WORDS.has(part) && !OF_ANY_FIELD.has(part) && !/^\p{N}+$/u.test(part),
  )
}

/** The name of an interest: its first words, as a headline writes them. At most 100 characters. */
export function nameOfWords(words: TellingWord[]): string | null {
  const phrases = words.filter(({ word }) => word.includes(' '))
  const chosen = [...phrases, ...words.filter(({ word }) => !word.includes(' '))]
    .slice(0, 2)
    .map(({ word }) => word)
  const text = chosen.join(', ').slice(0, 100)
  return text === '' ? null : text.charAt(0).toUpperCase() + text.slice(1)
}

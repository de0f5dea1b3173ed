import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { plainText } from '../papers/plain-text.ts'
import { bodyText } from '../search/body-text.ts'
import { STOP_WORDS } from '../search/text/stop-words.ts'
import { hashOf, wordsIn } from './learning/words.ts'

/** A word or phrase, and what it adds to the score of a paper that has it. */
export type TellingWord = { word: string; weight: number }

/** Papers whose texts are looked at. */
const MOST_PAPERS = 30
const MOST_WORDS = 24

/** What a word, by what it is known by (`hashOf`), adds to the score of a paper. */
type WeightOf = (id: number) => number

/** The words and phrases that weigh most in an interest, most first: as its papers write them. */
export async function tellingWords(
  db: Kysely<Database>,
  { weightOf, paperIds }: { weightOf: WeightOf; paperIds: number[] },
): Promise<TellingWord[]> {
  const { rows } = await sql<{ title: string; abstract: string | null; synopsis: string | null }>`
    select title, abstract, synopsis from papers
    where id = any(${paperIds.slice(0, MOST_PAPERS)}::bigint[]) and not hidden`.execute(db)
  return wordsThatTell(
    weightOf,
    rows.map((row) => ({ title: plainText(row.title), body: bodyText(row) })),
  )
}

function wordsThatTell(weightOf: WeightOf, texts: { title: string; body: string }[]): TellingWord[] {
  const says = whatSays()
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
  const ranked = [...common]
    .filter(([, count]) => count >= least)
    .map(([word, count]) => {
      const weight = weightOf(hashOf(word))
      // A phrase says more than its words do.
      const phrase = word.includes(' ') ? PHRASE : 1
      return {
        word,
        weight,
        rank: weight * phrase * (inTitles.has(word) ? OF_A_TITLE : 1) * Math.log(1 + count),
      }
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.rank - a.rank || (a.word < b.word ? -1 : 1))
  const chosen: TellingWord[] = []
  const told = new Set<string>()
  for (const { word, weight } of ranked) {
    const parts = word.split(' ')
    if (parts.every((part) => told.has(stemOf(part)))) continue
    for (const part of parts) told.add(stemOf(part))
    chosen.push({ word, weight })
    if (chosen.length === MOST_WORDS) break
  }
  return chosen
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

/** Whether a word or phrase can stand for a subject; each word is looked at once. */
function whatSays(): (word: string) => boolean {
  const known = new Map<string, boolean>()
  const saysAlone = (word: string): boolean => {
    let says = known.get(word)
    if (says === undefined) {
      says = word.length > 1 && !STOP_WORDS.has(word) && !OF_ANY_FIELD.has(word) && !/^\p{N}+$/u.test(word)
      known.set(word, says)
    }
    return says
  }
  return (word) => word.split(' ').every(saysAlone)
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

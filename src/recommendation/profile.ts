import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { dayIn } from '../papers/calendar.ts'
import { distinctTopics, isTopic } from '../papers/categories.ts'
import { papersByIds } from '../papers/find.ts'
import { nameKey } from '../papers/names.ts'
import type { Paper } from '../papers/paper.ts'
import { contradictions, type Contradiction } from './contradictions.ts'
import { markedPapers } from './marked-papers.ts'
import { monthlyActs, type Movement } from './movement.ts'
import { tasteSettings, type TasteSettings } from './own-tastes.ts'
import type { Act, ActKind, Interest } from './taste.ts'

/** A paper that something was learned from, and what the reader did with it, the newest first. */
export type LearnedPaper = { paper: Paper; acts: { kind: ActKind; at: Date }[] }

/** An interest as its reader looks at it. */
export type ProfiledInterest = Pick<
  Interest,
  'id' | 'name' | 'boost' | 'isPaused' | 'namedByReader' | 'kind'
> & {
  /** What speaks for a paper, and what against it; the strongest first. */
  words: { more: string[]; less: string[] }
  topics: { category: string; papers: number }[]
  authors: { nameKey: string; name: string; papers: number }[]
  papers: LearnedPaper[]
  /** Papers that count and are not among these: older ones. */
  olderPapers: number
  searches: { text: string; at: Date }[]
  excluded: LearnedPaper[]
}

/** What this site thinks of a reader. */
export type Profile = {
  interests: ProfiledInterest[]
  movement: Movement | null
  contradictions: Contradiction[]
  /** Papers that the reader left out and that are of no interest. */
  leftOut: Paper[]
}

/** Papers of an interest that are shown, and those that its topics and authors are counted of: the newest. */
const MOST_PAPERS = 50
const MOST_COUNTED = 500
const MOST_WORDS = 12
const MOST_TOPICS = 5
const MOST_AUTHORS = 5
const YEAR_MS = 365 * 86_400_000

/** A reader's profile, of the interests that their taste has found. Months are those of a time zone. */
export async function profileOf(
  db: Kysely<Database>,
  {
    readerId,
    interests,
    follows,
    timeZone,
    now,
  }: { readerId: string; interests: Interest[]; follows: Follows; timeZone: string; now: Date },
): Promise<Profile> {
  const looked = interests.flatMap(({ acts, excluded }) => [acts, excluded].flatMap(newestPaperIds))
  const [papers, leftOut, marked] = await Promise.all([
    papersByIds(db, [...new Set(looked)], { seenBy: 'everyone' }),
    papersLeftOut(db, { readerId, besides: interests.flatMap(({ excluded }) => paperIdsOf(excluded)) }),
    markedPapers(db, { readerId, since: new Date(now.getTime() - YEAR_MS) }),
  ])
  const undecided = interests.flatMap(({ id, name, boost, isPaused, acts: own }) =>
    id === null || boost !== 1 || isPaused ? [] : [{ id, name, paperIds: paperIdsOf(own) }],
  )
  return {
    interests: interests.map((interest) => profiled(interest, papers)),
    movement: monthlyActs(interests, { thisMonth: dayIn(timeZone, now).slice(0, 7), timeZone }),
    contradictions: contradictions(marked, {
      interests: undecided,
      topics: follows.topics,
      authors: follows.authors,
    }),
    leftOut,
  }
}

function paperIdsOf(acts: Act[]): number[] {
  return [...new Set(acts.flatMap(({ paperId }) => (paperId === null ? [] : [paperId])))]
}

function newestPaperIds(acts: Act[]): number[] {
  return paperIdsOf(newestFirst(acts)).slice(0, MOST_COUNTED)
}

function newestFirst(acts: Act[]): Act[] {
  return acts.toSorted((a, b) => b.at.getTime() - a.at.getTime())
}

function profiled(interest: Interest, known: ReadonlyMap<number, Paper>): ProfiledInterest {
  const { id, name, boost, isPaused, namedByReader, kind } = interest
  const learned = learnedFrom(interest.acts, known)
  const papers = learned.map(({ paper }) => paper)
  return {
    id,
    name,
    boost,
    isPaused,
    namedByReader,
    kind,
    words: wordsOf(interest),
    topics: topicsOf(papers),
    authors: authorsOf(papers),
    papers: learned.slice(0, MOST_PAPERS),
    olderPapers:
      Math.max(0, learned.length - MOST_PAPERS) +
      Math.max(0, paperIdsOf(interest.acts).length - MOST_COUNTED),
    searches: interest.acts.flatMap(({ text, at }) => (text === null ? [] : [{ text, at }])),
    excluded: learnedFrom(interest.excluded, known).slice(0, MOST_PAPERS),
  }
}

/** The papers that acts are on, the one with the newest act first. */
function learnedFrom(acts: Act[], known: ReadonlyMap<number, Paper>): LearnedPaper[] {
  return [...Map.groupBy(newestFirst(acts), ({ paperId }) => paperId)].flatMap(([paperId, own]) => {
    const paper = paperId === null ? undefined : known.get(paperId)
    return paper ? [{ paper, acts: own.map(({ kind, at }) => ({ kind, at })) }] : []
  })
}

function wordsOf({ words }: Interest): ProfiledInterest['words'] {
  const strongest = words.toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
  const those = (sign: number) =>
    strongest
      .filter(({ weight }) => Math.sign(weight) === sign)
      .slice(0, MOST_WORDS)
      .map(({ word }) => word)
  return { more: those(1), less: those(-1) }
}

function topicsOf(papers: Paper[]): ProfiledInterest['topics'] {
  const topics = papers.flatMap(({ categories }) => distinctTopics(categories).filter(isTopic))
  return mostFrequent(topics)
    .slice(0, MOST_TOPICS)
    .map(([category, count]) => ({ category, papers: count }))
}

/** Those who wrote more than one of the papers. */
function authorsOf(papers: Paper[]): ProfiledInterest['authors'] {
  const names = new Map<string, string>()
  const keys = papers.flatMap(({ authors }) => {
    const own = authors.map(({ name }) => ({ key: nameKey(name), name })).filter(({ key }) => key !== '')
    for (const { key, name } of own) if (!names.has(key)) names.set(key, name)
    return [...new Set(own.map(({ key }) => key))]
  })
  return mostFrequent(keys)
    .filter(([, count]) => count > 1)
    .slice(0, MOST_AUTHORS)
    .map(([key, count]) => ({ nameKey: key, name: names.get(key) ?? key, papers: count }))
}

/** Texts with how often each is there, the most frequent first. */
function mostFrequent(texts: string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1])
}

/** The newest papers that a reader left out, besides some; without hidden ones. */
async function papersLeftOut(
  db: Kysely<Database>,
  { readerId, besides }: { readerId: string; besides: number[] },
): Promise<Paper[]> {
  const rows = await db
    .selectFrom('interest_papers')
    .select('paper_id')
    .where('reader_id', '=', readerId)
    .where('excluded_at', 'is not', null)
    .where('paper_id', 'not in', [0, ...besides])
    .orderBy('excluded_at', 'desc')
    .limit(MOST_PAPERS)
    .execute()
  const ids = rows.map(({ paper_id }) => paper_id)
  const papers = await papersByIds(db, ids, { seenBy: 'everyone' })
  return ids.flatMap((id) => papers.get(id) ?? [])
}

/** What a reader says they follow: topics by category, authors by the key of their name. */
export type Follows = { topics: string[]; authors: { nameKey: string; name: string }[] }

/** What does not have to be learned: what a reader follows and chose, and what they searched for as far as it is remembered. */
export type Stated = {
  follows: Follows
  settings: TasteSettings
  searches: { id: number; text: string; at: Date }[]
}

const MOST_SEARCHES = 100

/** What a reader follows and chose, and their remembered searches, the newest 100 first. */
export async function statedBy(db: Kysely<Database>, { readerId }: { readerId: string }): Promise<Stated> {
  const [topics, authors, searches, settings] = await Promise.all([
    db
      .selectFrom('followed_topics')
      .select('category')
      .where('reader_id', '=', readerId)
      .orderBy('category')
      .execute(),
    db
      .selectFrom('followed_authors')
      .select(['name_key as nameKey', 'name'])
      .where('reader_id', '=', readerId)
      .orderBy('name')
      .execute(),
    db
      .selectFrom('reader_searches')
      .select(['id', 'text', 'at'])
      .where('reader_id', '=', readerId)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(MOST_SEARCHES)
      .execute(),
    tasteSettings(db, { readerId }),
  ])
  return { follows: { topics: topics.map(({ category }) => category), authors }, searches, settings }
}

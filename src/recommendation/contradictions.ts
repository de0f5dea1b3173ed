import { distinctTopics, isTopic } from '../papers/categories.ts'
import type { MarkedPaper } from './marked-papers.ts'

/** How many papers a reader spoke for, and how many against. */
type Tally = { for: number; against: number }

/** Where what a reader does points both ways. */
export type Contradiction = Tally &
  (
    | { kind: 'topic'; category: string; interest: { id: number; name: string } }
    | { kind: 'followed-topic'; category: string }
    | { kind: 'followed-author'; name: string }
  )

/** An interest whose weight the reader has not chosen, and its papers. */
type Undecided = { id: number; name: string; paperIds: number[] }

/** Fewer on one side are no contradiction. */
const AT_LEAST = 3
/** Nor is a small part of them. */
const SHARE = 1 / 4
const MOST_ASKED = 3

/**
 * What to ask a reader: topics that they often spoke for and often against, together with the interest that those they spoke
 * for are mostly of; topics and authors that they follow but mostly spoke against. At most three, the ones with most papers
 * against them first.
 */
export function contradictions(
  marked: MarkedPaper[],
  {
    interests,
    topics,
    authors,
  }: { interests: Undecided[]; topics: string[]; authors: { nameKey: string; name: string }[] },
): Contradiction[] {
  const byTopic = Map.groupBy(
    marked.flatMap((paper) =>
      distinctTopics(paper.categories)
        .filter(isTopic)
        .map((topic) => ({ topic, paper })),
    ),
    ({ topic }) => topic,
  )
  const found: Contradiction[] = []
  for (const [category, entries] of byTopic) {
    const papers = entries.map(({ paper }) => paper)
    const tally = tallyOf(papers)
    if (topics.includes(category) && isMostlyAgainst(tally))
      found.push({ kind: 'followed-topic', category, ...tally })
    else if (isBothWays(tally)) {
      const interest = mostlyOf(papers, interests)
      if (interest) found.push({ kind: 'topic', category, interest, ...tally })
    }
  }
  for (const { nameKey, name } of authors) {
    const tally = tallyOf(marked.filter(({ followed }) => followed.includes(nameKey)))
    if (isMostlyAgainst(tally)) found.push({ kind: 'followed-author', name, ...tally })
  }
  const asked = new Set<number>()
  return found
    .toSorted((a, b) => b.against - a.against)
    .filter((question) => {
      if (question.kind !== 'topic') return true
      const isFirst = !asked.has(question.interest.id)
      asked.add(question.interest.id)
      return isFirst
    })
    .slice(0, MOST_ASKED)
}

function tallyOf(papers: MarkedPaper[]): Tally {
  const spokenFor = papers.filter(({ isFor }) => isFor).length
  return { for: spokenFor, against: papers.length - spokenFor }
}

function isBothWays(tally: Tally): boolean {
  const fewer = Math.min(tally.for, tally.against)
  return fewer >= AT_LEAST && fewer >= SHARE * (tally.for + tally.against)
}

function isMostlyAgainst(tally: Tally): boolean {
  return tally.against >= AT_LEAST && tally.against > tally.for
}

/** The interest that most of those papers are of which the reader spoke for. */
function mostlyOf(papers: MarkedPaper[], interests: Undecided[]): { id: number; name: string } | null {
  const liked = new Set(papers.filter(({ isFor }) => isFor).map(({ paperId }) => paperId))
  const [most] = interests
    .map(({ id, name, paperIds }) => ({ id, name, papers: paperIds.filter((p) => liked.has(p)).length }))
    .toSorted((a, b) => b.papers - a.papers)
  return most && most.papers > 0 ? { id: most.id, name: most.name } : null
}

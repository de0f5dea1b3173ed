import {
  TasteAway,
  type Act,
  type Interest,
  type RankedPaper,
  type Ranking,
  type RankQuestion,
  type Taste,
} from '../../recommendation/taste.ts'
import { NOON } from '../../../test/site.ts'

/** What a taste is made to say of a reader, by their id; of others it knows nothing. */
export type Said = { papers: RankedPaper[]; interests?: Interest[]; knows?: Partial<Ranking['knows']> }

/** A taste that says what it is told to, and notes what it was asked. */
export function tasteSaying(said: Map<string, Said | 'away'>): Taste & { asked: RankQuestion[] } {
  const asked: RankQuestion[] = []
  const of = (readerId: string): Said => {
    const known = said.get(readerId) ?? { papers: [] }
    if (known === 'away') throw new TasteAway('It is starting.')
    return known
  }
  return {
    asked,
    async rank(question) {
      asked.push(question)
      const { paperIds, interestId, offset = 0, limit, readerId } = question
      const { papers, knows = {}, interests = [] } = of(readerId)
      const found = papers.filter(
        ({ id, interest }) =>
          (paperIds?.includes(id) ?? true) && (interestId === undefined || interest?.id === interestId),
      )
      return {
        papers: found.slice(offset, offset + limit),
        total: found.length,
        interests: interests.flatMap(({ id, name, isPaused }) =>
          id === null ? [] : [{ id, name, isPaused }],
        ),
        knows: { acts: 0, interests: 0, topics: 0, authors: 0, ...knows },
      }
    },
    interests: async ({ readerId }) => of(readerId).interests ?? [],
    askAbout: async () => [],
    wake: () => undefined,
    close: async () => undefined,
  }
}

export function ranked(id: number, facts: Partial<Omit<RankedPaper, 'id'>> = {}): RankedPaper {
  const { reasons = [] } = facts
  return {
    id,
    score: 1,
    interest: null,
    followed: { topic: null, author: null },
    outside: false,
    seen: false,
    reasons,
    moreReasons: 0,
    // As if there were no others.
    forIt: reasons.reduce((sum, { part }) => sum + Math.max(0, part), 0),
    ...facts,
  }
}

export function act(kind: Act['kind'], facts: Partial<Omit<Act, 'kind'>> = {}): Act {
  return { kind, paperId: null, text: null, at: NOON, ...facts }
}

export function interest(
  id: number,
  name: string,
  facts: Partial<Omit<Interest, 'id' | 'name'>> = {},
): Interest {
  return {
    id,
    name,
    boost: 1,
    isPaused: false,
    namedByReader: false,
    kind: 'standing',
    acts: [],
    excluded: [],
    words: [],
    ...facts,
  }
}

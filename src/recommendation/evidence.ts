import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Act, ActKind } from './taste.ts'

/** All that a reader's own front page is learned from. */
export type Evidence = {
  /** What they did, the newest first; of one paper only what says most, and of searches the newest. */
  acts: Act[]
  /** The interest that each paper speaks for; null where that was dropped. */
  assigned: Map<number, { interestId: number | null; isExcluded: boolean }>
  interests: KeptInterest[]
  topics: Set<string>
  authors: Map<string, string>
  /** Papers that they were shown here. */
  seen: Set<number>
}

type KeptInterest = {
  id: number
  name: string
  namedByReader: boolean
  boost: number
  isPaused: boolean
}

/** Acts of each kind that are read, the newest of them. */
const MOST = { acts: 5_000, seen: 5_000, searches: 20 }

/** What says most comes first: of one paper that a reader saved, opened and was shown, that they saved it. */
const KINDS: readonly ActKind[] = [
  'not-for-me',
  'dislike',
  'vote',
  'save',
  'collect',
  'submit',
  'like',
  'comment',
  'open',
  'passed-over',
]

/** Reads it all in three queries at once. */
export async function readEvidence(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<Evidence> {
  const [{ rows: acts }, { rows: kept }, { rows: assigned }] = await Promise.all([
    sql<{ kind: ActKind | 'seen'; paper_id: number | null; text: string | null; at: Date }>`
      with taste as (select coalesce(bool_or(learns_opened), true) as opened, coalesce(bool_or(learns_searches), false) as searches
        from tastes where reader_id = ${readerId})
      (select 'vote' as kind, paper_id, null as text, voted_at as at from votes where reader_id = ${readerId}
        order by voted_at desc limit ${MOST.acts})
      union all (select 'save', paper_id, null, added_at from reading_list where reader_id = ${readerId}
        order by added_at desc limit ${MOST.acts})
      union all (select 'collect', paper_id, null, added_at from collection_papers p
        join collections c on c.id = p.collection_id where c.reader_id = ${readerId} order by added_at desc limit ${MOST.acts})
      union all (select 'comment', paper_id, null, written_at from comments
        where reader_id = ${readerId} and deleted_at is null order by written_at desc limit ${MOST.acts})
      union all (select 'submit', paper_id, null, submitted_at from submissions
        where reader_id = ${readerId} and state = 'accepted' and paper_id is not null order by submitted_at desc limit ${MOST.acts})
      union all (select case when likes then 'like' else 'dislike' end, paper_id, null, at from paper_ratings
        where reader_id = ${readerId} order by at desc limit ${MOST.acts})
      union all (select 'open', paper_id, null, at from opened_papers, taste
        where reader_id = ${readerId} and taste.opened order by at desc limit ${MOST.acts})
      union all (select 'not-for-me', paper_id, null, at from not_for_me where reader_id = ${readerId}
        order by at desc limit ${MOST.acts})
      union all (select 'search', null, reader_searches.text, at from reader_searches, taste
        where reader_id = ${readerId} and taste.searches order by at desc limit ${MOST.searches})
      union all (select 'seen', paper_id, null, at from seen_papers where reader_id = ${readerId}
        order by at desc limit ${MOST.seen})`.execute(db),
    sql<{ interests: KeptInterest[]; topics: string[]; authors: { key: string; name: string }[] }>`
      select (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'namedByReader', named_by_reader,
          'boost', boost, 'isPaused', paused_at is not null) order by id), '[]') from interests where reader_id = ${readerId}) as interests,
        array(select category from followed_topics where reader_id = ${readerId} order by category) as topics,
        (select coalesce(jsonb_agg(jsonb_build_object('key', name_key, 'name', name) order by name_key), '[]')
          from followed_authors where reader_id = ${readerId}) as authors`.execute(db),
    sql<{ paper_id: number; interest_id: number | null; excluded: boolean }>`
      select paper_id, interest_id, excluded_at is not null as excluded from interest_papers
      where reader_id = ${readerId} order by paper_id`.execute(db),
  ])
  const said = new Map<number, Act>()
  const searches: Act[] = []
  const seen = new Set<number>()
  for (const { kind, paper_id: paperId, text, at } of acts) {
    if (paperId === null) {
      if (kind === 'search') searches.push({ kind, paperId, text, at })
      continue
    }
    if (kind === 'seen') seen.add(paperId)
    const act: Act = { kind: kind === 'seen' ? 'passed-over' : kind, paperId, text: null, at }
    const before = said.get(paperId)
    if (before === undefined || KINDS.indexOf(act.kind) < KINDS.indexOf(before.kind)) said.set(paperId, act)
  }
  const [own] = kept
  return {
    acts: [...said.values(), ...searches].toSorted(
      (a, b) => b.at.getTime() - a.at.getTime() || (a.paperId ?? 0) - (b.paperId ?? 0),
    ),
    assigned: new Map(
      assigned.map(({ paper_id: id, interest_id: interestId, excluded }) => [
        id,
        { interestId, isExcluded: excluded },
      ]),
    ),
    interests: own?.interests ?? [],
    topics: new Set(own?.topics),
    authors: new Map(own?.authors.map(({ key, name }) => [key, name])),
    seen,
  }
}

/** Whether an act speaks for its paper. */
export function isFor(kind: ActKind): boolean {
  return kind !== 'dislike' && kind !== 'not-for-me' && kind !== 'passed-over'
}

/** What a reader does that says something about their interests. */
export type ActKind =
  | 'vote'
  | 'save'
  | 'collect'
  | 'comment'
  | 'submit'
  | 'like'
  | 'open'
  | 'search'
  | 'dislike'
  | 'not-for-me'
  | 'passed-over'

/** Something that a reader did: on a paper, or a search in words. */
export type Act = {
  kind: ActKind
  /** null for a search. */
  paperId: number | null
  /** What was searched for; null for the others. */
  text: string | null
  at: Date
}

/** How an act bears on a paper's place. */
export type Reason = {
  act: Act
  /**
   * Its part in the score, signed: the parts of all acts add up to the score. Divided by the sum of those above 0
   * (`forIt`) it is a share.
   */
  part: number
  /** By how much the score would be smaller without the act: exact, as if everything had been learned anew. */
  effect: number
}

/** An interest as it is found in what a reader does. `id` is null for one that was found just now and is not yet kept. */
export type InterestRef = { id: number | null; name: string }

export type RankedPaper = {
  id: number
  /** In no unit: to be compared within one answer only. */
  score: number
  /** What it is likely to matter for; null for one from outside the reader's interests. */
  interest: InterestRef | null
  /** Of a topic or by an author that the reader follows. */
  followed: { topic: string | null; author: string | null }
  /** From outside the reader's interests, to see what else there is. */
  outside: boolean
  /** Whether the reader was shown it here before. */
  seen: boolean
  /** The acts that bear on it most, the strongest first; at most six. */
  reasons: Reason[]
  /** How many other acts bear on it. */
  moreReasons: number
  /** The sum of the parts above 0 of all acts, told or not; 0 where nothing speaks for it. */
  forIt: number
}

export type RankQuestion = {
  readerId: string
  now: Date
  /** Only what an interest finds. */
  interestId?: number
  /** The papers to be put in order; left out, those of the newest editions. */
  paperIds?: number[]
  /** Each interest has a paper among the first, and a few are from outside them all; unless papers are named, it is so anyway. */
  mixed?: boolean
  /** Papers that are left out. */
  without?: number[]
  offset?: number
  limit: number
}

export type Ranking = {
  papers: RankedPaper[]
  /** How many papers there are in all. */
  total: number
  /** What the ranking goes by. */
  knows: {
    /** Acts that speak for papers. */
    acts: number
    interests: number
    topics: number
    authors: number
  }
  /** The reader's interests that are kept, the one with most acts first. */
  interests: KeptInterest[]
}

/** An interest that has its page. */
export type KeptInterest = { id: number; name: string; isPaused: boolean }

/** An interest, and what it is about. */
export type Interest = InterestRef & {
  boost: number
  isPaused: boolean
  namedByReader: boolean
  /** What lasts, or what a reader is after just now (searches). */
  kind: 'standing' | 'passing'
  /** Its acts that count, the newest first. */
  acts: Act[]
  /** Acts that the reader took out of it. */
  excluded: Act[]
  /** What weighs most in it, most first: words and phrases with their weights (signed). */
  words: { word: string; weight: number }[]
}

/** What is asked of a reader's taste: in the thread that learns it, or from another one through `openTasteThread`. */
export type Taste = {
  /** All throw `TasteAway`. */
  rank(question: RankQuestion): Promise<Ranking>
  /** A reader's interests, the one with most acts first. */
  interests(question: { readerId: string; now: Date }): Promise<Interest[]>
  /**
   * Papers to ask a reader about, which tell most of their interests apart. `count` at most; fewer when there are fewer papers.
   */
  askAbout(question: { readerId: string; now: Date; count: number }): Promise<number[]>
  /** That papers, or their vectors, have changed. */
  wake(): void
  close(): Promise<void>
}

/** A reader's taste cannot be asked right now: it is starting, or it broke and is being started again. */
export class TasteAway extends Error {}

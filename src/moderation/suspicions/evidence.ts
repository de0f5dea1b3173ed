/** What a finding rests on, as it is kept and laid out before curators. Times are instants in ISO 8601. */
export type Evidence = RingEvidence | BurstEvidence

/** An account in a finding, as it was when it was found. `votes`: how many it gave in the time that was looked at. */
export type SuspectAccount = { readerId: string; createdAt: string; votes: number }

/** A vote in a finding. */
export type SuspectVote = { readerId: string; at: string }

/** Accounts that vote together. */
export type RingEvidence = {
  kind: 'ring'
  accounts: SuspectAccount[]
  /** The papers that they have in common; `votes`: how many a paper got from everybody. */
  papers: { paperId: number; title: string; votes: number; theirs: SuspectVote[] }[]
  figures: {
    /** The least likeness of two: of all either voted for, the part both did (0 to 1). */
    likeness: number
    /** Their part of the votes for these papers (0 to 1). */
    share: number
    /** Minus log10 of the probability that any so many honest readers agree so much. */
    surprise: number
  }
}

/** Many votes for one paper in a short time: `accounts` and `theirs` are those that are suspicious. */
export type BurstEvidence = {
  kind: 'burst'
  accounts: SuspectAccount[]
  paper: { paperId: number; title: string; votes: number; theirs: SuspectVote[] }
  from: string
  to: string
  figures: {
    votes: number
    /** How many of them came from young accounts, and the part of such votes on the whole site (0 to 1). */
    young: number
    youngUsually: number
    /** How many were to be expected by the paper's other votes and by how busy the site was. */
    expected: number
    because: 'young' | 'rate'
  }
}

/** The accounts that a finding is about. */
export function accountsIn(evidence: Evidence): string[] {
  return evidence.accounts.map(({ readerId }) => readerId)
}

/** The papers that a finding is about. */
export function papersIn(evidence: Evidence): number[] {
  return (evidence.kind === 'ring' ? evidence.papers : [evidence.paper]).map(({ paperId }) => paperId)
}

/** Whether a finding is about the accounts themselves; of a sudden rush they may all be honest. */
export function maySuspend(evidence: Evidence): boolean {
  return evidence.kind === 'ring' || evidence.figures.because === 'young'
}

import type { HarvestedPaper } from '../../papers/harvested-paper.ts'

/** What an answer says of the paper that was asked for. */
export type Reading =
  | { kind: 'found'; paper: HarvestedPaper }
  /** The source knows no such paper. */
  | { kind: 'unknown' }
  /** Not an answer as the source gives them: an error page, half an answer, or nothing that describes a paper. */
  | { kind: 'unreadable' }

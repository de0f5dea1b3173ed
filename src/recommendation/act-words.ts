import type { ActKind } from './taste.ts'

/** What a reader did, as a sentence about them goes on after “you”: around the title of the paper, or the words searched for. */
export const ACT_WORDS: Readonly<Record<ActKind, { before: string; after: string }>> = {
  vote: { before: 'voted for', after: '' },
  save: { before: 'saved', after: '' },
  collect: { before: 'collected', after: '' },
  comment: { before: 'commented on', after: '' },
  submit: { before: 'submitted', after: '' },
  like: { before: 'chose', after: 'as one to read' },
  open: { before: 'opened', after: '' },
  search: { before: 'searched for', after: '' },
  dislike: { before: 'rated', after: 'as not for you' },
  'not-for-me': { before: 'marked', after: '“Not for me”' },
  'passed-over': { before: 'passed over', after: '' },
}

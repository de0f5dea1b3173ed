import type { TextRefusal } from './comment-text.ts'

/** Why a comment was not written, changed or deleted. */
export type CommentRefusal = {
  ok: false
  kind: 'no-paper' | 'no-parent' | 'no-comment' | 'not-own' | 'hidden' | 'locked' | TextRefusal['kind']
  reason: string
}

export const NO_PAPER = {
  ok: false,
  kind: 'no-paper',
  reason: 'This paper is no longer here.',
} as const satisfies CommentRefusal
export const LOCKED = {
  ok: false,
  kind: 'locked',
  reason: 'A curator has closed the discussion of this paper. The reason is in the moderation log.',
} as const satisfies CommentRefusal
export const NO_PARENT = {
  ok: false,
  kind: 'no-parent',
  reason: 'The comment you are replying to is no longer here.',
} as const satisfies CommentRefusal
export const NO_COMMENT = {
  ok: false,
  kind: 'no-comment',
  reason: 'This comment is no longer here.',
} as const satisfies CommentRefusal
export const NOT_OWN = {
  ok: false,
  kind: 'not-own',
  reason: 'Only the author of a comment can change it.',
} as const satisfies CommentRefusal
export const HIDDEN = {
  ok: false,
  kind: 'hidden',
  reason: 'A curator has hidden this comment. You can delete it but not edit it.',
} as const satisfies CommentRefusal

import { clean } from '../papers/tex/clean.ts'
import { countLinks, LONGEST_COMMENT } from './comment-markdown.ts'
import { isVisible, lengthOf } from '../accounts/typed-text.ts'

/** Advertising lives on links, so a new account's comment can have only this many. */
export const LINKS_OF_NEW = 2

export type TextRefusal = { ok: false; kind: 'empty' | 'too-long' | 'too-many-links'; reason: string }

/** The text of a comment as typed (Unicode NFC, trimmed, 1 to 10,000 characters), or why it is refused. */
export function readText(
  typed: string,
  { trusted }: { trusted: boolean },
): { ok: true; body: string } | TextRefusal {
  const body = clean(typed.replaceAll('\t', '    ')).trim()
  if (!isVisible(body))
    return { ok: false, kind: 'empty', reason: 'Your comment is empty. Write something first.' }
  const length = lengthOf(body)
  if (length > LONGEST_COMMENT)
    return {
      ok: false,
      kind: 'too-long',
      reason: `A comment can have up to ${LONGEST_COMMENT.toLocaleString('en-GB')} characters; yours has ${length.toLocaleString('en-GB')}.`,
    }
  if (!trusted && countLinks(body) > LINKS_OF_NEW)
    return {
      ok: false,
      kind: 'too-many-links',
      reason: `While your account is new, a comment can have up to ${LINKS_OF_NEW} links. Links to papers by arXiv identifier (arXiv:2412.19723) do not count.`,
    }
  return { ok: true, body }
}

const WORK = '(?:paper|article|manuscript|submission|preprint|work|note|letter|thesis|report|version)'
const PASSIVE = '(?:has|have|had|is|was|are|being|been|now|hereby|temporarily|permanently)'
const AGENT =
  '(?:by (?:the |its |an? )?(?:author|arxiv|submitter|administrator)|due to|because|pending|owing to)'

const IN_COMMENTS = new RegExp(
  `^\\W*(?:${PASSIVE}\\s+)*withdrawn\\b|\\b(?:this|the|our)\\s+${WORK}\\s+(?:${PASSIVE}\\s+)+withdrawn\\b|` +
    `\\b(?:paper|article|manuscript|submission)\\s+withdrawn\\b|\\bwithdrawn\\s+${AGENT}|[,;.]\\s*withdrawn\\W*$`,
  'i',
)
const NOT_THIS_VERSION =
  /\b(?:earlier|previous|previously|first|original|old|other|not|never|no longer)\b[^.;]*\bwithdrawn\b/i
const NOTICE = new RegExp(
  `^\\W*(?:(?:this|the|our)\\s+)?(?:${WORK}\\s+)?(?:${PASSIVE}\\s+)*withdrawn\\b`,
  'i',
)
const NOTICE_WITH_AGENT = new RegExp(`${NOTICE.source}\\s+${AGENT}`, 'i')
const SHORT_ABSTRACT = 500

/**
 * Whether comments or an abstract say in arXiv's manner that the paper was withdrawn. An abstract counts only where it
 * opens with the notice, and a long one only where the notice says by whom or why.
 */
export function saysWithdrawn({
  comments = '',
  abstract = '',
}: {
  comments?: string
  abstract?: string
}): boolean {
  if (IN_COMMENTS.test(comments) && !NOT_THIS_VERSION.test(comments)) return true
  return (abstract.length <= SHORT_ABSTRACT ? NOTICE : NOTICE_WITH_AGENT).test(abstract)
}

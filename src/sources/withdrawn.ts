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

/** Where a paper may be withdrawn from without being withdrawn itself: from a conference or a journal, but not from arXiv. */
const VENUE =
  '(?!(?:the\\s+)?(?:arxiv|public|circulation|archive|preprint|web|distribution|publication\\b(?!\\s+(?:at|in|by|of)\\b))|this\\s+(?:server|site|archive))'
const FROM_A_VENUE = new RegExp(
  `\\b(?:(?:this|the|our|an?)\\s+)?(?:(?:earlier|previous)\\s+)?(?:${WORK}\\s+)?(?:(?:${PASSIVE}|later|then|voluntarily|since)\\s+)*withdrawn\\s+` +
    // By whom may come before where from.
    `(?:by\\s+(?:the\\s+|its\\s+)?(?:authors?|us)\\s+)?` +
    `(?:from\\s+${VENUE}(?:(?:the|consideration|submission|review|publication|peer[ -]review)\\s+){0,3}(?:(?:at|for|to|in|by|of)\\s+)?${VENUE}[^.;,:)\\s]|` +
    `(?:and|then|,)\\s*(?:(?:has|have|been|was|is|then|later|now)\\s+)*(?:re-?)?submitted\\s+(?:to|at)\\b|` +
    `(?:(?-i:[A-Z])[\\w'’-]*\\s+){1,4}(?:(?:19|20)\\d\\d\\s+)?(?:submission|paper)\\b)`,
  'gi',
)
const SUBMITTED_AND_WITHDRAWN =
  /\b(?:submitted|submission)\s+(?:to|at)\s+[^.;]{1,80}?[,;(]\s*(?:but\s+|later\s+|then\s+|since\s+)*withdrawn\b/gi

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
  const said = withoutVenues(comments)
  if (IN_COMMENTS.test(said) && !NOT_THIS_VERSION.test(said)) return true
  return (abstract.length <= SHORT_ABSTRACT ? NOTICE : NOTICE_WITH_AGENT).test(withoutVenues(abstract))
}

/** The text without what it says of venues that a paper was withdrawn from, to go to another or to stay a preprint. */
function withoutVenues(text: string): string {
  return /withdrawn/i.test(text)
    ? text.replace(FROM_A_VENUE, ' … ').replace(SUBMITTED_AND_WITHDRAWN, ' … ')
    : text
}

const WORK = '(?:paper|article|manuscript|submission|preprint|work|note|letter|thesis|report|version)'
const PASSIVE = '(?:has|have|had|is|was|are|being|been|now|hereby|temporarily|permanently)'
const AGENT =
  '(?:by (?:the |its |an? )?(?:author|arxiv|submitter|administrator)|due to|because|pending|owing to)'

const IN_COMMENTS = new RegExp(
  `^\\W*(?:${PASSIVE}\\s+)*withdrawn\\b|\\b(?:this|the|our)\\s+${WORK}\\s+(?:${PASSIVE}\\s+)+withdrawn\\b|` +
    `\\b(?:paper|article|manuscript|submission)\\s+(?:${PASSIVE}\\s+)?withdrawn\\b|\\bwithdrawn\\s+${AGENT}|[,;.]\\s*withdrawn\\W*$`,
  'i',
)
/** `The authors have withdrawn this paper`, as arXiv and bioRxiv have it too. */
const BY_AUTHORS = new RegExp(
  `\\b(?:authors?|we|i)\\s+(?:(?:have|has|had|hereby|wish(?:es)?\\s+to|decided\\s+to|would\\s+like\\s+to)\\s+)*withdr(?:aw|ew|awn|aws)\\s+` +
    `(?:this|the|our|their)\\s+${WORK}\\b(?!\\s+from\\s+(?!(?:the\\s+)?(?:arxiv|public|circulation)))`,
  'i',
)
const NOT_THIS_VERSION =
  /\b(?:earlier|previous|previously|first|original|older|old|former|prior|other|not|never|no longer)\b[^.;]*\bwithdrawn\b/i
const NOTICE = new RegExp(
  `^\\W*(?:(?:this|the|our)\\s+)?(?:${WORK}\\s+)?(?:${PASSIVE}\\s+)*withdrawn\\b`,
  'i',
)
const NOTICE_WITH_AGENT = new RegExp(`${NOTICE.source}\\s+${AGENT}`, 'i')
const SHORT_ABSTRACT = 500
/** How far into an abstract its notice may be that the authors withdrew it. */
const LONGEST_NOTICE = 100

/** Where a paper may be withdrawn from without being withdrawn itself: from a conference or a journal, but not from arXiv. */
const VENUE =
  '(?!(?:the\\s+)?(?:arxiv\\b|public\\b|circulation|archive\\b|preprint|web\\b|distribution|publication\\b(?!\\s+(?:at|in|by|of)\\b))|this\\s+(?:server|site|archive))'
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
  /\b(?:submitted|submission|accepted)\s+(?:to|at|by|for)\s+[^.;]{1,80}?(?:[,;(]|\s(?=but|later|then|since))\s*(?:(?:but|was|later|then|since)\s+)*withdrawn\b/gi
/** `ICLR 2021, withdrawn`, `withdrawn after review`. */
const AT_A_VENUE =
  /\b[A-Z][\w-]{0,20}[A-Z][\w/-]{0,20}\s+(?:19|20)\d\d\s*[,;(]\s*withdrawn\b|\b[Ww]ithdrawn\s+(?:(?:after|before|during)\s+(?:the\s+)?(?:peer[ -])?review|at\s+(?![Aa]uthor)[A-Z])/g
/** What is withdrawn of a paper that is not: `Lemma 3 withdrawn due to an error`, `v1 was withdrawn`, `withdrawn claims`. */
const PART =
  '(?:theorem|lemma|section|claim|proposition|corollary|conjecture|part|proof|appendix|figure|table|remark|statement|result|example)s?'
const OF_A_PART = new RegExp(
  `\\b(?:${PART}(?:\\s+\\d+(?:\\.\\d+)*)?|v\\d+)\\s+(?:${PASSIVE}\\s+)*withdrawn\\b|\\bwithdrawn\\s+(?:${PART}|drugs?|products?)\\b`,
  'gi',
)

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
  const said = withoutOthers(comments)
  if ((IN_COMMENTS.test(said) || BY_AUTHORS.test(said)) && !NOT_THIS_VERSION.test(said)) return true
  const begun = withoutOthers(abstract)
  if (BY_AUTHORS.test(begun.slice(0, LONGEST_NOTICE))) return true
  return (abstract.length <= SHORT_ABSTRACT ? NOTICE : NOTICE_WITH_AGENT).test(begun)
}

/**
 * The text without what it says of venues that a paper was withdrawn from, to go to another or to stay a preprint, and of
 * parts of it that were.
 */
function withoutOthers(text: string): string {
  if (!/withdrawn/i.test(text)) return text
  return [FROM_A_VENUE, SUBMITTED_AND_WITHDRAWN, AT_A_VENUE, OF_A_PART].reduce(
    (rest, pattern) => rest.replace(pattern, ' … '),
    text,
  )
}

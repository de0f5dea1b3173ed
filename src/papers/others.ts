/** The authors whom a list leaves out, and how many they are where it says so. */
export type Others = { missing?: number }

const NUMBER = String.raw`\d{1,3}(?:[.,'’\s\u00a0\u2009\u202f]\d{3})+|\d{1,6}`
const PEOPLE =
  '(?:co-?)?(?:authors?|workers?|contributors?|collaborators?|researchers?|people|persons?|scientists?|names?)'
const OMITTED = '(?:(?:are\\s+|were\\s+)?(?:not\\s+(?:shown|listed|named|displayed)|omitted|hidden))'
const MORE =
  '(?:more|others?|additional|further|remaining|weitere[nr]?|andere[nr]?|más|otr[oa]s|autres|altri|outr[oa]s|anderen)'
/** `200 more`, `12 other authors`, `2915 additional authors not shown`, `12 co-authors`. */
const COUNTED = `(?:${NUMBER})\\s+(?:${MORE}(?:\\s+${PEOPLE})?(?:\\s+${OMITTED})?|${PEOPLE}\\s+(?:more|${OMITTED})|co-?(?:authors?|workers?))`
/** What says so on its own, wherever it is. */
const CLEAR =
  '(?<![\\p{L}])et\\.?\\s*al(?:ii|iae|ia|ios)?(?![\\p{L}])\\.?|(?:\\.\\s?){3,}|…|⋯|\\betc(?![\\p{L}])\\.?|m\\.\\s?fl\\.|dkk\\.|等人?|ほか(?:\\s?\\d+\\s?名)?|他\\s?\\d+\\s?名|외\\s?\\d+\\s?[명인]'
/** What says so as a whole item, or after `and`. */
const AFTER_AND =
  '(?:many\\s+|several\\s+|the\\s+)?others|(?:many|several)\\s+(?:more|other)(?:\\s+(?:co-?)?authors)?|' +
  '(?:more|other|further|additional)\\s+(?:co-?)?authors|co-?workers|colleagues|andere|weitere|mehrere|' +
  'otr[oa]s|outr[oa]s|autres|altri|anderen|др\\.?|другие'
const AND = '(?:and|&|\\+|plus|with|und|y|e|et|ed|en|mit|и)'
/** Some are spelt like initials: only small letters tell them apart. */
const SMALL = /^(.*?)(?:^|[\s,])(?:u\. ?a\.|e\. ?a\.|i in\.|a kol\.|i sur\.|ve ark\.|és mtsai\.?)$/u
const END = '[\\s.,;:)\\]}]*'
const COUNT_AFTER = `(?:[\\s,;([{]*(?:${AND}\\s+)?(?:${COUNTED}|\\+?\\s?(?:${NUMBER})))?`

const WHOLE = new RegExp(
  `^[\\s([{,;]*(?:${AND}\\s*)?(?:(?:${CLEAR}|${AFTER_AND})${COUNT_AFTER}|${COUNTED})${END}$|^[\\s([{]*\\+\\s?(?:${NUMBER})${END}$`,
  'iu',
)
const AT_END = new RegExp(
  `^(.*?[\\p{L}\\p{M}.])(?:[\\s,;]*(?:${CLEAR}${COUNT_AFTER})|[\\s,;]+${AND}\\s*(?:(?:${AFTER_AND})${COUNT_AFTER}|${COUNTED})|` +
    `[\\s,;([{]+(?:${AND}\\s*)?(?:${COUNTED})|[\\s,;([{]*\\+\\s?(?:${NUMBER}))${END}$`,
  'iu',
)
const MAY_SAY_SO =
  /\d|others|\bal|\.\s?\.|[…⋯]|etc|more|author|worker|colleag|andere|weitere|tr[oae]s|altri|др|fl\.|dkk|\p{L}\. ?a\.|in\.|kol\.|sur\.|ark\.|mtsai|[等ほ]/iu
const LONGEST = 1_000
/** What says so is shorter than this; the patterns would take long over more. */
const LONGEST_END = 100

/**
 * What an item of a list of authors says of others: `name` is what is left of it (empty for `et al.`, `and 200 more
 * authors`), with the others that follow it, if any.
 */
export function readOthers(item: string): { name: string; others: Others | null } {
  if (item.length > LONGEST || !MAY_SAY_SO.test(item)) return { name: item, others: null }
  const start = item.slice(0, -LONGEST_END)
  const end = item.slice(-LONGEST_END)
  if (start === '' && WHOLE.test(end)) return { name: '', others: counted(end) }
  const small = SMALL.exec(end)
  if (small) return { name: (start + (small[1] ?? '')).trim(), others: {} }
  const [, name] = AT_END.exec(end) ?? []
  if (name === undefined) return { name: item, others: null }
  return { name: (start + name).trim(), others: counted(end.slice(name.length)) }
}

function counted(text: string): Others {
  const number = new RegExp(NUMBER, 'u').exec(text)?.[0].replace(/\D/g, '') ?? ''
  return number === '' || Number(number) === 0 ? {} : { missing: Number(number) }
}

/** What stands in a list for authors whom it does not name: `et al.`, `et al. (200 more)`. */
export function othersText(missing: number | null): string {
  return missing === null ? 'et al.' : `et al. (${missing.toLocaleString('en-GB')} more)`
}

/**
 * What follows the authors shown, `hidden` more of whom are known: `and 204 others`, `and others` where nobody knows how
 * many, nothing where all are shown.
 */
export function andOthers(
  { authorsTruncated, authorsMissing }: { authorsTruncated: boolean; authorsMissing: number | null },
  hidden: number,
): string {
  if (authorsTruncated && authorsMissing === null) return 'and others'
  const count = hidden + (authorsTruncated ? (authorsMissing ?? 0) : 0)
  if (count === 0) return ''
  return count === 1 ? 'and 1 other' : `and ${count.toLocaleString('en-GB')} others`
}

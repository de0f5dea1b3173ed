/** The authors whom a list leaves out, and how many they are where it says so. */
export type Others = { missing?: number }

const NUMBER = String.raw`\d{1,3}(?:[.,'’\s\u00a0\u2009\u202f]\d{3})+|\d{1,6}`
const PEOPLE =
  '(?:co-?)?(?:authors?|workers?|contributors?|collaborators?|researchers?|people|persons?|scientists?|names?|autor(?:en|es|i)?|auteurs)'
const OMITTED = '(?:(?:are\\s+|were\\s+)?(?:not\\s+(?:shown|listed|named|displayed)|omitted|hidden))'
const MORE =
  '(?:more|others?|additional|further|remaining|weitere[nr]?|andere[nr]?|más|otr[oa]s|autres|altri|outr[oa]s|anderen)'
const ABOUT = '(?:(?:about|over|around|approximately|nearly|almost|some|more\\s+than|another|ещё|еще)\\s+)?'
/** `200 more`, `over 12 other authors`, `2915 additional authors not shown`, `12 co-authors`. */
const COUNTED = `${ABOUT}(?:${NUMBER})\\+?\\s+(?:${MORE}(?:\\s+${PEOPLE})?(?:\\s+${OMITTED})?|${PEOPLE}\\s+(?:more|${OMITTED})|co-?(?:authors?|workers?))`
/** What says so on its own, wherever it is. */
const CLEAR =
  '(?:(?<![\\p{L}])et\\.?\\s*al(?:ii|iae|ia|ios)?(?![\\p{L}])\\.?|(?<![\\p{L}])et\\s+col(?:l|lab)?\\.|&\\s*al\\.|(?:\\.\\s?){3,}|…|⋯|' +
  '\\betc(?![\\p{L}])\\.?|m\\.\\s?fl\\.|dkk\\.|等(?:\\s?\\d+\\s?)?[人名]?|ほか(?:\\s?\\d+\\s?名)?|他\\s?\\d+\\s?名|외\\s?\\d+\\s?[명인]|' +
  '(?<![\\p{L}])(?:i\\s+inni|ja\\s+muut|och\\s+andra|og\\s+andre|a\\s+další|ve\\s+diğerleri|και\\s+άλλοι|in\\s+sod\\.|وآخرون|وآخرين)(?![\\p{L}]))'
/** What says so as a whole item, or after `and`. */
const AFTER_AND =
  '(?:(?:many|several|the|some|a\\s+few|two|three|four|five|six|seven|eight|nine|ten)\\s+)?others|(?:many|several)\\s+(?:more|other)(?:\\s+(?:co-?)?authors)?|' +
  `(?:more|other|further|additional)\\s+(?:co-?)?authors(?:\\s+${OMITTED})?|co-?workers|co-?authors|colleagues|` +
  'andere|weitere|mehrere|' +
  'otr[oa]s|outr[oa]s|autres|altri|anderen|др\\.?|другие'
const AND = '(?:and|&|\\+|plus|with|und|y|e|et|ed|en|mit|и)'
/** What means so only after `and`: `and more`, `and 12`. */
const ONLY_AFTER_AND = `more|al\\.|the\\s+rest|(?:one|an)other|${ABOUT}(?:${NUMBER})\\+?`
/** Some are spelt like initials: only small letters tell them apart. */
const SMALL = /^(.*?)(?:^|[\s,])(?:u\. ?a\.|e\. ?a\.|i in\.|a kol\.|i sur\.|ve ark\.|és mtsai\.?)$/u
const END = '[\\s.,;:)\\]}]*'
const COUNT_AFTER = `(?:[\\s,;([{]*(?:${AND}\\s+)?(?:${COUNTED}|\\+?\\s?(?:${NUMBER})))?`

const WHOLE = new RegExp(
  `^[\\s([{,;]*(?:${AND}\\s*)?(?:(?:${CLEAR}|${AFTER_AND})${COUNT_AFTER}|${COUNTED}|${AND}\\s+(?:${ONLY_AFTER_AND}))${END}$|` +
    `^[\\s([{]*(?:\\+\\s?(?:${NUMBER})|(?:${NUMBER})\\s?\\+)${END}$`,
  'iu',
)
const AT_END = new RegExp(
  `^(.*?[\\p{L}\\p{M}.])(?:[\\s,;([{]*${CLEAR}${COUNT_AFTER}|[\\s,;]+${AND}\\s*(?:(?:${AFTER_AND})${COUNT_AFTER}|${COUNTED})|` +
    `[\\s,;]+${AND}\\s+(?:${ONLY_AFTER_AND})|` +
    `[\\s,;([{]+(?:${AND}\\s*)?(?:${COUNTED})|[\\s,;([{]*\\+\\s?(?:${NUMBER}))${END}$`,
  'iu',
)
/** `Aad, G. et al. (ATLAS Collaboration)`: the collaboration stays with the name. */
const BEFORE_BODY =
  /^(.*?[\p{L}\p{M}.])[\s,;]+et\s+al\.?,?\s+([([].*\bcollaborations?[)\]]|(?:on behalf of|for the)\s.*)$/iu
/** What a list has left out between names stands before the next of them: `… Zed Yu`. */
const BEFORE_NAME = /^(?:…|⋯|(?:\.\s?){3,})\s*(?:(?:and|&)\s+)?(\p{L}.*)$/iu
const MAY_SAY_SO =
  /\d|others?|\bal|\.\s?\.|[…⋯]|etc|more|author|worker|colleag|rest|andere|weitere|tr[oae]s|altri|др|fl\.|dkk|\p{L}\. ?a\.|in\.|kol\.|sur\.|ark\.|mtsai|col|inni|muut|andr|dal|di[gğ]|άλλ|sod\.|آخر|[等ほ]/iu
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
  const [, person, body] = BEFORE_BODY.exec(end) ?? []
  if (person !== undefined && body !== undefined)
    return { name: `${start}${person} ${body}`.trim(), others: {} }
  const [, next] = start === '' ? (BEFORE_NAME.exec(end) ?? []) : []
  if (next !== undefined) return { name: next, others: {} }
  const [, name] = AT_END.exec(end) ?? []
  if (name === undefined) return { name: item, others: null }
  return { name: (start + name).trim(), others: counted(end.slice(name.length)) }
}

/** `et al., 2019` tells a year. */
const YEAR_AFTER = /(?<![+\d.,'’]|\d\s)(?:19|20)\d\d[\s.,;:)\]}]*$/u

function counted(text: string): Others {
  if (YEAR_AFTER.test(text)) return {}
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

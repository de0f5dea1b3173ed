import type { AuthorDraft } from './valid-authors.ts'

/** An entry of a bibliography with its fields as text, by their names in lower case; `names` are its authors. */
export type EntryFields = {
  type: string
  key: string
  fields: ReadonlyMap<string, string>
  /** The same fields as TeX, but for what is inherited. */
  texts: ReadonlyMap<string, string>
  names: AuthorDraft[]
}

/** Entries that others may inherit from, by their keys in lower case (BibTeX tells them apart by nothing else). */
export type Parents = Map<string, EntryFields>

/** A key with which an entry inherits and that is not known yet, or null. */
export function missingParent(entry: EntryFields, parents: Parents): string | null {
  const seen = new Set<string>()
  const open = [entry]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const key of [...containersOf(next), ...wholeOf(next)]) {
      if (seen.has(key)) continue
      seen.add(key)
      const parent = parents.get(key)
      if (!parent) return key
      open.push(parent)
    }
  }
  return null
}

/**
 * The entry with all that it inherits, over any number of generations: from `xdata` every field that it lacks; from
 * `crossref` what is told of the whole book, volume or journal in which it is. What identifies the whole, or is told of it
 * alone (its DOI, address, abstract, note, pages), is never the paper's.
 */
export function withInherited(entry: EntryFields, parents: Parents, above: string[] = []): EntryFields {
  const fields = new Map(entry.fields)
  let names = entry.names
  // Where entries inherit from one another in a circle, it ends with the first that comes a second time.
  const known = (key: string) =>
    above.includes(key) || above.length >= MOST_GENERATIONS ? undefined : parents.get(key)
  const path = [...above, entry.key.toLowerCase()]
  for (const key of containersOf(entry)) {
    const parent = known(key)
    if (!parent) continue
    const container = withInherited(parent, parents, path)
    for (const [name, value] of container.fields) if (!fields.has(name)) fields.set(name, value)
    if (names.length === 0) names = container.names
  }
  for (const key of wholeOf({ ...entry, fields })) {
    const parent = known(key)
    if (!parent) continue
    const whole = withInherited(parent, parents, path)
    for (const [name, value] of inheritedOf(whole, { type: entry.type, fields })) {
      if (!fields.has(name)) fields.set(name, value)
    }
    if (names.length === 0 && entry.type === 'inbook' && /^(?:mv)?book$/.test(whole.type)) names = whole.names
  }
  return { ...entry, fields, names }
}

const MOST_GENERATIONS = 8
const OF_THE_WHOLE = ['journal', 'journaltitle', 'booktitle', 'volume', 'number', 'issue', 'publisher']
const IN_BOOK =
  /^(?:inproceedings|conference|incollection|inbook|inreference|suppbook|suppcollection|bookinbook)$/

function* inheritedOf(
  whole: EntryFields,
  { type, fields }: { type: string; fields: ReadonlyMap<string, string> },
): Generator<[string, string]> {
  for (const name of OF_THE_WHOLE) {
    const value = whole.fields.get(name)
    if (value !== undefined) yield [name, value]
  }
  const title = [whole.fields.get('title'), whole.fields.get('subtitle')].filter(Boolean).join(': ')
  if (title !== '' && whole.type === 'periodical') yield ['journaltitle', title]
  else if (title !== '' && IN_BOOK.test(type)) yield ['booktitle', title]
  // A chapter without a title of its own is known by that of its book.
  if (title !== '' && type === 'inbook') yield ['title', title]
  // A date is inherited as one: the month of another year is none of the paper's.
  if (fields.has('date')) return
  const year = fields.get('year')
  const isSame =
    year === undefined || year === (whole.fields.get('year') ?? whole.fields.get('date')?.slice(0, 4))
  if (!isSame) return
  if (fields.has('month')) {
    // The day, and any other month, is that of the whole.
    const ofWhole = whole.fields.get('year') ?? whole.fields.get('date')?.slice(0, 4)
    if (ofWhole !== undefined) yield ['year', ofWhole]
    return
  }
  for (const name of ['date', 'year', 'month', 'day']) {
    const value = whole.fields.get(name)
    if (value !== undefined) yield [name, value]
  }
}

function containersOf({ fields }: Pick<EntryFields, 'fields'>): string[] {
  return (fields.get('xdata') ?? '')
    .split(',')
    .map((key) => key.trim().toLowerCase())
    .filter((key) => key !== '')
}

function wholeOf({ fields }: Pick<EntryFields, 'fields'>): string[] {
  const key = fields.get('crossref')?.trim().toLowerCase()
  return key ? [key] : []
}

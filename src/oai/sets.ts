import { categoryName } from '../papers/categories.ts'
import { parseDay } from '../papers/calendar.ts'
import { plainDay } from '../papers/dates-in-words.ts'
import type { OaiRecord, OaiSet } from '../papers/oai-records.ts'

/** The sets that hold all others, as `topic` holds `topic:cs.CL`. */
export const PARENTS = [
  { spec: 'topic', name: 'All topics' },
  { spec: 'edition', name: 'All editions' },
] as const

/** A topic as a set: what the name of a set cannot have is written as `~` and two hexadecimal digits for each byte. */
export function topicSpec(category: string): string {
  const encoded = category.replace(/[^A-Za-z0-9._-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `~${byte.toString(16).padStart(2, '0')}`).join(''),
  )
  return `topic:${encoded}`
}

export function editionSpec(day: string): string {
  return `edition:${day}`
}

export function topicTitle(category: string): string {
  const name = categoryName(category)
  return name === category ? category : `${category}: ${name}`
}

export function editionTitle(day: string): string {
  return `Edition of ${plainDay(day)}`
}

/** The set that a name means, or null when no set could have that name. */
export function parseSet(spec: string): OaiSet | null {
  if (spec === 'topic') return { kind: 'topics' }
  if (spec === 'edition') return { kind: 'editions' }
  const [kind, name] = /^(topic|edition):(.+)$/s.exec(spec)?.slice(1) ?? []
  if (name === undefined) return null
  if (kind === 'edition') {
    const day = parseDay(name)
    return day === null ? null : { kind: 'edition', day }
  }
  const bytes = Buffer.from(
    name.replace(/~([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
  const category = bytes.toString('utf8')
  // Each set has one name.
  return topicSpec(category) === spec && !category.includes('\0') ? { kind: 'topic', category } : null
}

/** The sets of a record, each only once. */
export function specsOf({ categories, edition }: Pick<OaiRecord, 'categories' | 'edition'>): string[] {
  return [...new Set(categories.map(topicSpec)), ...(edition === null ? [] : [editionSpec(edition)])]
}

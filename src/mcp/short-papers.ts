import { excerpt } from '../papers/excerpt.ts'
import { plainText } from '../papers/plain-text.ts'
import { resolved, type JsonSchema } from './json-schema.ts'

/** A paper in a list, as models get it: enough to choose by. Everything else is a call away. */
type ShortPaper = {
  id: string
  title: string
  authors: string[]
  /** One sentence about it, or the beginning of the abstract. */
  summary: string | null
  publishedAt: string | null
  edition: string | null
  upvotes: number
  numComments: number
  categories: string[]
  url: string
}

/** Models read every word that they are given: a list of twenty papers has to fit in what a small one can hold. */
const LONGEST_SUMMARY = 300
const MOST_AUTHORS = 5

const SHORT_PAPER_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'What other tools take as the id of the paper' },
    title: { type: 'string' },
    authors: { type: 'array', items: { type: 'string' }, description: 'The first ones' },
    summary: {
      type: ['string', 'null'],
      description: 'One sentence about it, or the beginning of the abstract',
    },
    publishedAt: { type: ['string', 'null'] },
    edition: { type: ['string', 'null'], description: 'The day of its edition' },
    upvotes: { type: 'integer' },
    numComments: { type: 'integer' },
    categories: { type: 'array', items: { type: 'string' } },
    url: { type: 'string', description: 'Its page' },
  },
}

/** What an entry of a list has of its own beside the paper, such as how similar it is. */
function ownParts<T>(entry: Record<string, T>, paper: object): [string, T][] {
  return Object.entries(entry).filter(
    ([name]) => !(name in paper) && name !== 'paper' && name !== 'submittedBy',
  )
}

/** A schema with the entries of lists of papers as `shorten` makes them. */
export function shortened(schema: JsonSchema): JsonSchema {
  return withoutUnused(walk(schema, schema) as JsonSchema)
}

function walk(node: unknown, root: JsonSchema): unknown {
  if (Array.isArray(node)) return node.map((part) => walk(part, root))
  if (typeof node !== 'object' || node === null) return node
  const schema = node as JsonSchema
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined
  const paper = properties?.['paper']
  if (properties !== undefined && paper !== undefined && 'submittedBy' in properties) {
    const known = resolved(paper, root)['properties'] as JsonSchema
    return {
      ...SHORT_PAPER_SCHEMA,
      properties: {
        ...(SHORT_PAPER_SCHEMA['properties'] as JsonSchema),
        ...Object.fromEntries(ownParts(properties, known)),
      },
    }
  }
  return Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, walk(part, root)]))
}

/** Without the definitions that nothing refers to any more. */
function withoutUnused({ $defs, ...rest }: JsonSchema): JsonSchema {
  const definitions = ($defs ?? {}) as Record<string, JsonSchema>
  const used = new Set<string>()
  const look = (schema: unknown) => {
    for (const [, name = ''] of JSON.stringify(schema).matchAll(/"#\/\$defs\/([^"]+)"/g)) {
      if (used.has(name)) continue
      used.add(name)
      look(definitions[name] ?? {})
    }
  }
  look(rest)
  if (used.size === 0) return rest
  return {
    ...rest,
    $defs: Object.fromEntries(Object.entries(definitions).filter(([name]) => used.has(name))),
  }
}

/** An answer with each entry of a list of papers made short, however deep it stands in it. */
export function shorten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shorten)
  if (typeof value !== 'object' || value === null) return value
  const entry = value as Record<string, unknown>
  const paper = entry['paper']
  if (typeof paper === 'object' && paper !== null && 'submittedBy' in entry)
    return { ...shortPaper(paper as WholePaper), ...Object.fromEntries(ownParts(entry, paper)) }
  return Object.fromEntries(Object.entries(entry).map(([key, part]) => [key, shorten(part)]))
}

type WholePaper = Omit<ShortPaper, 'authors'> & { authors: { name: string }[]; ai_summary: string | null }

function shortPaper(paper: WholePaper): ShortPaper {
  const { id, summary, publishedAt, edition, upvotes, numComments, categories, url } = paper
  const told = paper.ai_summary ?? summary
  const names = paper.authors.map(({ name }) => name)
  return {
    id,
    title: plainText(paper.title),
    authors:
      names.length > MOST_AUTHORS
        ? [...names.slice(0, MOST_AUTHORS), `and ${names.length - MOST_AUTHORS} more`]
        : names,
    summary: told === null ? null : plainText(excerpt(told, LONGEST_SUMMARY)),
    publishedAt,
    edition,
    upvotes,
    numComments,
    categories,
    url,
  }
}

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { doisIn, parseIdentifier, type PaperIdentifier } from '../../papers/identifiers.ts'
import { outcomeOf, refusalOf } from './refusal.ts'
import { parseJson } from './jsonl.ts'
import { childOf, childrenOf, readXmlRecords, textOf, type XmlElement } from './xml-records.ts'
import { inOnePiece } from './lines.ts'

/** One entry of a feed of any kind, its texts as written. */
type Entry = {
  id: string
  links: string[]
  /** Where a DOI may stand. */
  identifiers: string[]
  title: string
  summary: string
  authors: string[]
  published: string
  raw: string
}

const jsonFeedSchema = z.object({
  version: z.string().regex(/jsonfeed\.org/),
  items: z.array(z.unknown()),
})
const text = z.string().catch('')
const jsonItemSchema = z.object({
  id: z.union([z.string(), z.number().transform(String)]).catch(''),
  url: text,
  external_url: text,
  title: text,
  summary: text,
  content_text: text,
  content_html: text,
  date_published: text,
  date_modified: text,
  authors: z.array(z.object({ name: text })).catch([]),
  author: z.object({ name: text }).optional().catch(undefined),
})

/**
 * Entries of a feed (RSS of any version, Atom, JSON Feed) as papers; null where the text is none. `url` is the feed's own
 * address. An entry that names no DOI and no arXiv identifier is known by the identifier that its feed gives it.
 */
export async function readWebFeed(feed: string, { url }: { url: string }): Promise<HarvestOutcome[] | null> {
  const entries = feed.trimStart().startsWith('{') ? jsonEntries(feed) : await xmlEntries(feed)
  return entries && [...outcomesOf(entries, url)]
}

function* outcomesOf(
  entries: (Entry | { refused: string; raw: string })[],
  url: string,
): Generator<HarvestOutcome> {
  for (const [i, entry] of entries.entries()) {
    const position = `entry ${i + 1}`
    if ('refused' in entry) {
      yield refusalOf({ position, reason: entry.refused }, entry.raw)
      continue
    }
    const page = entry.links
      .map((link) => URL.parse(link, url)?.href ?? '')
      .find((link) => /^https?:/.test(link))
    const identifier = identifierIn(entry) ?? localOf(entry, url)
    yield outcomeOf(
      position,
      {
        source: 'feed',
        identifiers: [],
        identifier,
        title: entry.title,
        abstract: entry.summary,
        authors: entry.authors.map((name) => ({ name })),
        published: entry.published,
        asOf: entry.published,
        links: page === undefined ? [] : [{ url: page }],
      },
      entry.raw,
    )
  }
}

/** The paper that an entry is about, where it says so. */
function identifierIn({ identifiers, id, links }: Entry): PaperIdentifier | null {
  for (const written of [...identifiers, id, ...links]) {
    const [doi] = doisIn(written)
    const identifier = doi ?? parseIdentifier(written.trim())?.identifier
    if (identifier && identifier.scheme !== 'local') return identifier
  }
  return null
}

/** By what the feed calls it, so that a title that is mended makes no second paper. */
function localOf({ id, links, title }: Entry, url: string): PaperIdentifier {
  const key = id.trim() || links[0]?.trim() || title.trim()
  const host = URL.parse(url)?.host ?? ''
  const value = createHash('sha256').update(`${host}\n${key}`).digest('hex').slice(0, 16)
  return { scheme: 'local', value }
}

function jsonEntries(feed: string): (Entry | { refused: string; raw: string })[] | null {
  const parsed = jsonFeedSchema.safeParse(parseJson(feed))
  if (!parsed.success) return null
  return parsed.data.items.map((item) => {
    const raw = JSON.stringify(item)
    const read = jsonItemSchema.safeParse(item)
    if (!read.success) return { refused: 'It is not an item of a JSON Feed.', raw }
    const { id, url, external_url: external, title, authors, author } = read.data
    return {
      id,
      links: [external, url].filter((link) => link !== ''),
      identifiers: [],
      title,
      summary: read.data.summary || read.data.content_text || read.data.content_html,
      authors: (authors.length > 0 ? authors : author ? [author] : []).map(({ name }) => name),
      published: read.data.date_published || read.data.date_modified,
      raw,
    }
  })
}

async function xmlEntries(feed: string): Promise<(Entry | { refused: string; raw: string })[] | null> {
  const opening = /<(?:rss|(?:\w+:)?RDF|(?:\w+:)?feed)[\s>]/.exec(feed.slice(0, 4_096))
  // Caches write remarks behind the end.
  const end = feed.slice(-4_096).replace(/(?:\s|<!--(?:(?!-->)[^])*-->)+$/, '')
  if (!opening || !/<\/(?:rss|(?:\w+:)?RDF|(?:\w+:)?feed)\s*>$/.test(end)) return null
  const entries: (Entry | { refused: string; raw: string })[] = []
  for await (const record of readXmlRecords(inOnePiece(feed), { elements: ['item', 'entry'] }))
    entries.push(
      record.ok ? entryOf(record.element, record.xml) : { refused: record.reason, raw: record.xml },
    )
  return entries
}

function entryOf(element: XmlElement, raw: string): Entry {
  const links = childrenOf(element, 'link')
    .filter(({ attributes }) => ['', 'alternate'].includes(attributes.get('rel') ?? ''))
    .map(({ attributes, text: written }) => attributes.get('href') ?? written)
  const creators = [...childrenOf(element, 'creator'), ...childrenOf(element, 'author')].map(
    (author) => textOf(author, 'name') ?? author.text,
  )
  const guid = textOf(element, 'guid') ?? textOf(element, 'id') ?? element.attributes.get('about') ?? ''
  return {
    id: guid,
    links: links.map((link) => link.trim()).filter((link) => link !== ''),
    identifiers: ['identifier', 'doi', 'DOI'].flatMap((name) =>
      childrenOf(element, name).map(({ text: written }) => written.replace(/^\s*doi:\s*/i, '')),
    ),
    title: textOf(element, 'title') ?? '',
    summary:
      textOf(element, 'summary') ??
      textOf(element, 'description') ??
      textOf(element, 'encoded') ??
      childOf(element, 'content')?.text ??
      '',
    // RSS's own author is an address with the name behind it.
    authors: creators.map((name) => /^\S+@\S+\s+\((.+)\)$/.exec(name.trim())?.[1] ?? name),
    published:
      textOf(element, 'published') ??
      textOf(element, 'pubDate') ??
      textOf(element, 'date') ??
      textOf(element, 'publicationDate') ??
      textOf(element, 'updated') ??
      '',
    raw,
  }
}

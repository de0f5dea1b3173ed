import { addressPath } from '../papers/identifiers.ts'
import { plainText } from '../papers/plain-text.ts'
import { openMeaning } from '../search/meaning.ts'
import { formatQuery } from '../search/query/format-query.ts'
import { parseQuery } from '../search/query/parse-query.ts'
import { indexInThisThread, search, type SearchResult, type SearchResults } from '../search/search.ts'
import { editionTimeZone } from '../ranking/editions.ts'
import { openIndex } from './open-index.ts'
import { quietLog } from './quiet-log.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

type Options = { json?: boolean; limit: string }

/** `search WORDS`: what the site's search finds, for people or, as JSON, for programs. */
export async function searchPapers(words: string[], options: Options): Promise<void> {
  const limit = Number(options.limit)
  if (!/^\d+$/.test(options.limit) || limit < 1 || limit > 1_000) {
    throw new UsageError(`--limit must be a number from 1 to 1000, not "${options.limit}".`)
  }
  const config = settings()
  const log = quietLog(config)
  const opened = await openIndex(config, { log, keep: false })
  const { connection, engine } = opened
  const meaning = openMeaning(config, { log })
  try {
    await engine.caughtUp()
    const text = words.join(' ')
    const found = await search(
      {
        db: connection.db,
        meaning,
        index: indexInThisThread(engine),
        timeZone: await editionTimeZone(connection.db, { otherwise: config.siteTimeZone }),
      },
      { query: parseQuery(text), typed: text, limit },
    )
    process.stdout.write(
      options.json ? `${JSON.stringify(toJson(found, config.publicUrl), null, 2)}\n` : toText(found),
    )
  } finally {
    await meaning.close()
    await opened.close()
  }
}

function toJson(found: SearchResults, publicUrl: string | null) {
  const { total, facets, query, corrections, offers, unread, meaning } = found
  return {
    total,
    meaning,
    query: formatQuery(query),
    corrections,
    offers,
    unread,
    facets,
    results: found.results.map(({ paper, byWords, similarity, passage }) => ({
      address: paper.address,
      url: `${publicUrl ?? ''}${addressPath(paper.address)}`,
      title: plainText(paper.title),
      authors: paper.authors.map(({ name }) => name),
      published: paper.published?.value ?? null,
      categories: paper.categories,
      byWords,
      similarity,
      passage: passage?.text ?? null,
    })),
  }
}

function toText(found: SearchResults): string {
  const notes = [
    ...found.unread.map(({ text }) => `“${text}” makes no sense as a filter or an order: left out.`),
    ...found.corrections.map(
      ({ word, instead }) =>
        `No paper has “${word}”: searched for “${instead}”. Put it in quotation marks to search for it as it is.`,
    ),
    ...found.offers.map(({ word, instead }) => `Did you mean “${instead}” instead of “${word}”?`),
    ...(MEANING_NOTES[found.meaning] ? [MEANING_NOTES[found.meaning]] : []),
  ]
  const count = `${found.total.toLocaleString('en-GB')} ${found.total === 1 ? 'paper has' : 'papers have'} these words.`
  return [...notes, count, '', ...found.results.flatMap(lines)].join('\n')
}

const MEANING_NOTES: Partial<Record<SearchResults['meaning'], string>> = {
  off: 'Search by meaning is switched off.',
  away: 'Search by meaning is not available: these results were found by words.',
  language: 'Search by meaning makes sense of English only: these results were found by words.',
  'no-vectors': 'No papers have been embedded yet: these results were found by words.',
}

function lines({ paper, byWords }: SearchResult, i: number): string[] {
  const authors = paper.authors.slice(0, 3).map(({ name }) => name)
  const facts = [
    paper.authors.length > 3 || paper.authorsTruncated ? `${authors.join(', ')} …` : authors.join(', '),
    paper.published?.value.slice(0, 10),
    paper.primaryCategory,
    paper.address,
    byWords ? null : 'by meaning',
  ]
  return [`${i + 1}. ${plainText(paper.title)}`, `   ${facts.filter(Boolean).join(' · ')}`, '']
}

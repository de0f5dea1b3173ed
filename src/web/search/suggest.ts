import type { Context } from 'hono'
import { findPaper } from '../../papers/find.ts'
import { addressPath, parseIdentifier } from '../../papers/identifiers.ts'
import { plainText } from '../../papers/plain-text.ts'
import { SearchAway } from '../../search/engine-client.ts'
import { suggest, type Suggestions } from '../../search/suggest.ts'
import { badParameter } from '../errors/show.tsx'
import { audienceOf, type Site } from '../site.ts'
import { searchedText } from './address.ts'

/** Suggestions of each kind. */
const MOST = 5
const NONE: Suggestions = { papers: [], authors: [], topics: [] }

/**
 * `/papers/suggest?q=…`: suggestions for a search that is being typed, as JSON; with `&format=opensearch` in the format
 * of browsers' search bars (OpenSearch Suggestions 1.1). None for a text that cannot be understood, or while there is
 * no index.
 */
export function sendSuggestions(site: Site) {
  return async (c: Context) => {
    const format = c.req.query('format')
    if (format !== undefined && format !== 'opensearch')
      return badParameter(site, c, {
        name: 'format',
        reason: 'Suggestions come in one other format: “format” can only be “opensearch”.',
      })
    const text = searchedText(c)
    const suggestions = await suggestionsFor(site, text)
    // Where there is nothing yet, there may be something with the next key.
    const hasAny = Object.values(suggestions ?? NONE).some((ofKind) => ofKind.length > 0)
    c.header('cache-control', hasAny ? 'private, max-age=30' : 'no-store')
    if (format === undefined) return c.json(suggestions ?? NONE)
    return c.body(JSON.stringify(forBrowsers(site, text, suggestions ?? NONE)), 200, {
      'content-type': 'application/x-suggestions+json; charset=utf-8',
    })
  }
}

/** Null if search is unavailable: an error would not help people who are typing. */
async function suggestionsFor(site: Site, text: string): Promise<Suggestions | null> {
  if (text === '') return NONE
  try {
    const [named, found] = await Promise.all([
      paperNamed(site, text),
      suggest(site.search, { text, limit: MOST }),
    ])
    return { ...found, papers: [...named, ...found.papers].slice(0, MOST) }
  } catch (error) {
    if (!(error instanceof SearchAway)) {
      site.log.warn({ error: (error as Error).message }, 'nothing could be suggested')
    }
    return null
  }
}

/** The paper whose identifier was typed. */
async function paperNamed(site: Site, text: string): Promise<Suggestions['papers']> {
  const identifier = parseIdentifier(text)?.identifier
  const paper = identifier && (await findPaper(site.db, identifier, { seenBy: audienceOf(site) }))
  if (!identifier || !paper) return []
  return [{ title: plainText(paper.title), path: addressPath(paper.address), by: identifier.value }]
}

type BrowserSuggestions = [text: string, texts: string[], descriptions: string[], addresses: string[]]

function forBrowsers(site: Site, text: string, { papers, authors, topics }: Suggestions): BrowserSuggestions {
  const all = [
    ...papers.map(({ title, by, path }) => ({ text: title, description: by, path })),
    ...authors.map(({ name, papers, path }) => ({
      text: name,
      description: papers === 1 ? '1 paper' : `${papers} papers`,
      path,
    })),
    ...topics.map(({ name, category, path }) => ({ text: name, description: `Topic ${category}`, path })),
  ]
  return [
    text,
    all.map((one) => one.text),
    all.map(({ description }) => description),
    all.map(({ path }) => site.origin + path),
  ]
}

import { generateAtomFeed, generateJsonFeed, generateRssFeed } from 'feedsmith'
import { addressPath } from '../papers/identifiers.ts'
import { categoryName } from '../papers/categories.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import type { Paper } from '../papers/paper.ts'
import { warningsOf } from '../papers/notices.ts'
import { plainText } from '../papers/plain-text.ts'

/** A list of papers to be read in a feed reader. Addresses are absolute. */
export type Feed = {
  title: string
  description: string
  /** The page of the list. */
  pageUrl: string
  /** The feed itself. */
  feedUrl: string
  origin: string
  siteName: string
  papers: Paper[]
}

/** Atom (RFC 4287). */
export async function renderAtom(feed: Feed): Promise<string> {
  return generateAtomFeed({
    id: feed.feedUrl,
    title: { value: feed.title },
    subtitle: { value: feed.description },
    updated: lastChange(feed),
    authors: [{ name: feed.siteName, uri: feed.origin }],
    links: [
      { href: feed.feedUrl, rel: 'self', type: 'application/atom+xml' },
      { href: feed.pageUrl, rel: 'alternate', type: 'text/html' },
    ],
    entries: await mapInTurns(feed.papers, (paper) => ({
      id: `urn:uuid:${paper.uuid}`,
      title: { value: titleOf(paper) },
      links: [{ href: feed.origin + addressPath(paper.address), rel: 'alternate', type: 'text/html' }],
      published: publishedAt(paper),
      updated: paper.changedAt,
      ...(paper.authors.length > 0 ? { authors: authorNames(paper).map((name) => ({ name })) } : {}),
      categories: paper.categories.map((category) => ({ term: category, label: categoryName(category) })),
      content: { type: 'html', value: contentHtml(paper) },
    })),
  })
}

/** RSS 2.0, with authors as dc:creator. */
export async function renderRss(feed: Feed): Promise<string> {
  return generateRssFeed({
    title: feed.title,
    link: feed.pageUrl,
    description: feed.description,
    language: 'en',
    lastBuildDate: lastChange(feed),
    atom: { links: [{ href: feed.feedUrl, rel: 'self', type: 'application/rss+xml' }] },
    items: await mapInTurns(feed.papers, (paper) => ({
      title: titleOf(paper),
      link: feed.origin + addressPath(paper.address),
      guid: { value: `urn:uuid:${paper.uuid}`, isPermaLink: false },
      pubDate: publishedAt(paper),
      description: contentHtml(paper),
      categories: paper.categories.map((category) => ({ name: category })),
      ...(paper.authors.length > 0 ? { dc: { creators: authorNames(paper) } } : {}),
    })),
  })
}

/** JSON Feed 1.1. */
export async function renderJsonFeed(feed: Feed): Promise<string> {
  const json = generateJsonFeed({
    title: feed.title,
    description: feed.description,
    home_page_url: feed.pageUrl,
    feed_url: feed.feedUrl,
    language: 'en',
    items: await mapInTurns(feed.papers, (paper) => ({
      id: `urn:uuid:${paper.uuid}`,
      url: feed.origin + addressPath(paper.address),
      ...(paper.arxivId ? { external_url: `https://arxiv.org/abs/${paper.arxivId}` } : {}),
      title: titleOf(paper),
      content_html: contentHtml(paper),
      date_published: publishedAt(paper),
      date_modified: paper.changedAt,
      ...(paper.authors.length > 0 ? { authors: authorNames(paper).map((name) => ({ name })) } : {}),
      ...(paper.categories.length > 0 ? { tags: paper.categories } : {}),
    })),
  }) as object
  // A feed without items must say so as well, which the library leaves out.
  return JSON.stringify({ items: [], ...json })
}

/** Authors that a feed names: a collaboration of thousands would make it megabytes long. */
const AUTHORS_NAMED = 50

function authorNames({ authors, authorsTruncated }: Paper): string[] {
  const more = authorsTruncated || authors.length > AUTHORS_NAMED
  return [...authors.slice(0, AUTHORS_NAMED).map(({ name }) => name), ...(more ? ['et al.'] : [])]
}

function publishedAt(paper: Paper): Date {
  return paper.published ? new Date(paper.published.value) : paper.recordedAt
}

/** When anything in the feed last changed: not the time of asking, so that an unchanged feed stays the same. */
function lastChange({ papers }: Feed): Date {
  return new Date(Math.max(0, ...papers.map((paper) => paper.changedAt.getTime())))
}

/** Feed readers show nothing but titles at first: what must be known of a paper stands before it. */
function titleOf(paper: Paper): string {
  const [warning] = warningsOf(paper)
  const title = plainText(paper.title)
  return warning === undefined ? title : `${warning}: ${title}`
}

/** Feed readers drop MathML: formulas are written in plain characters. */
function contentHtml(paper: Paper): string {
  const paragraphs = [
    ...(paper.synopsis === null ? [] : [plainText(paper.synopsis)]),
    ...(paper.abstract === null ? [] : paper.abstract.split('\n\n').map(plainText)),
  ]
  return (paragraphs.length > 0 ? paragraphs : [plainText(paper.title)])
    .map((text) => `<p>${escapeHtml(text)}</p>`)
    .join('')
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

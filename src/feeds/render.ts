import { createHash } from 'node:crypto'
import { generateAtomFeed, generateJsonFeed, generateRssFeed } from 'feedsmith'
import { atomHead, jsonHead, rssHead, type FeedHead } from './feed-head.ts'
import { addressPath } from '../papers/identifiers.ts'
import { categoryName } from '../papers/categories.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import type { Paper } from '../papers/paper.ts'
import { warningsOf } from '../papers/notices.ts'
import { plainText } from '../papers/plain-text.ts'

/** What stands at the head of a list, before its papers. */
export type FeedNote = {
  title: string
  /** Its page. No other note of any feed here has the same. */
  url: string
  /** Plain text with lines. */
  text: string
  by: string | null
  writtenAt: Date
}

/** A list of papers to be read in a feed reader. Addresses are absolute. */
export type Feed = FeedHead & {
  note: FeedNote | null
  papers: Paper[]
}

/** Atom (RFC 4287). */
export async function renderAtom(feed: Feed): Promise<string> {
  return generateAtomFeed({
    ...atomHead(feed, { updated: lastChange(feed) }),
    entries: [
      ...notesOf(feed).map((note) => ({
        id: note.id,
        title: { value: note.title },
        links: [{ href: note.url, rel: 'alternate', type: 'text/html' }],
        published: note.writtenAt,
        updated: note.writtenAt,
        ...(note.by === null ? {} : { authors: [{ name: note.by }] }),
        content: { type: 'html', value: note.html },
      })),
      ...(await mapInTurns(feed.papers, (paper) => ({
        id: `urn:uuid:${paper.uuid}`,
        title: { value: titleOf(paper) },
        links: [{ href: feed.origin + addressPath(paper.address), rel: 'alternate', type: 'text/html' }],
        published: publishedAt(paper),
        updated: paper.changedAt,
        ...(paper.authors.length > 0 ? { authors: authorNames(paper).map((name) => ({ name })) } : {}),
        categories: paper.categories.map((category) => ({ term: category, label: categoryName(category) })),
        content: { type: 'html', value: contentHtml(paper) },
      }))),
    ],
  })
}

/** RSS 2.0, with authors as dc:creator. */
export async function renderRss(feed: Feed): Promise<string> {
  return generateRssFeed({
    ...rssHead(feed, { updated: lastChange(feed) }),
    items: [
      ...notesOf(feed).map((note) => ({
        title: note.title,
        link: note.url,
        guid: { value: note.id, isPermaLink: false },
        pubDate: note.writtenAt,
        description: note.html,
        ...(note.by === null ? {} : { dc: { creators: [note.by] } }),
      })),
      ...(await mapInTurns(feed.papers, (paper) => ({
        title: titleOf(paper),
        link: feed.origin + addressPath(paper.address),
        guid: { value: `urn:uuid:${paper.uuid}`, isPermaLink: false },
        pubDate: publishedAt(paper),
        description: contentHtml(paper),
        categories: paper.categories.map((category) => ({ name: category })),
        ...(paper.authors.length > 0 ? { dc: { creators: authorNames(paper) } } : {}),
      }))),
    ],
  })
}

/** JSON Feed 1.1. */
export async function renderJsonFeed(feed: Feed): Promise<string> {
  const json = generateJsonFeed({
    ...jsonHead(feed),
    items: [
      ...notesOf(feed).map((note) => ({
        id: note.id,
        url: note.url,
        title: note.title,
        content_html: note.html,
        date_published: note.writtenAt,
        date_modified: note.writtenAt,
        ...(note.by === null ? {} : { authors: [{ name: note.by }] }),
      })),
      ...(await mapInTurns(feed.papers, (paper) => ({
        id: `urn:uuid:${paper.uuid}`,
        url: feed.origin + addressPath(paper.address),
        ...(paper.arxivId ? { external_url: `https://arxiv.org/abs/${paper.arxivId}` } : {}),
        title: titleOf(paper),
        content_html: contentHtml(paper),
        date_published: publishedAt(paper),
        date_modified: paper.changedAt,
        ...(paper.authors.length > 0 ? { authors: authorNames(paper).map((name) => ({ name })) } : {}),
        ...(paper.categories.length > 0 ? { tags: paper.categories } : {}),
      }))),
    ],
  }) as object
  // A feed without items must say so as well, which the library leaves out.
  return JSON.stringify({ items: [], ...json })
}

/** The note of a feed, if it has one, as its first entry. */
function notesOf({ note }: Feed) {
  if (note === null) return []
  const html = note.text
    .split(/\n{2,}/)
    .map((text) => `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`)
    .join('')
  return [{ ...note, id: `urn:uuid:${uuidOf(`${note.url}#note`)}`, html }]
}

const URL_NAMESPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex')

/** The UUID of an address: version 5 (RFC 9562, 5.5), always the same. */
export function uuidOf(address: string): string {
  const bytes = createHash('sha1').update(URL_NAMESPACE).update(address).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
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
function lastChange({ note, papers }: Feed): Date {
  const changes = [...papers.map((paper) => paper.changedAt), ...(note === null ? [] : [note.writtenAt])]
  return new Date(Math.max(0, ...changes.map((at) => at.getTime())))
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

/** A text as it stands in HTML, outside of attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

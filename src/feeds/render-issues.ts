import { generateAtomFeed, generateJsonFeed, generateRssFeed } from 'feedsmith'
import { atomHead, jsonHead, rssHead, type FeedHead } from './feed-head.ts'
import type { Issue, IssuePaper } from '../digests/issue.ts'
import { escapeHtml, uuidOf } from './render.ts'

/** An issue of a digest as an entry of a feed. */
type IssueEntry = {
  /** Its page. No other issue has the same. */
  url: string
  publishedAt: Date
  issue: Issue
}

/** Issues of digests to be read in a feed reader, the newest first. Addresses are absolute. */
export type IssueFeed = FeedHead & {
  entries: IssueEntry[]
}

/** Atom (RFC 4287). */
export function issuesAsAtom(feed: IssueFeed): string {
  return generateAtomFeed({
    ...atomHead(feed, { updated: newestOf(feed) }),
    entries: feed.entries.map(({ url, publishedAt, issue }) => ({
      id: idOf(url),
      title: { value: issue.subject },
      links: [{ href: url, rel: 'alternate', type: 'text/html' }],
      published: publishedAt,
      updated: publishedAt,
      content: { type: 'html', value: contentHtml(issue) },
    })),
  })
}

/** RSS 2.0. */
export function issuesAsRss(feed: IssueFeed): string {
  return generateRssFeed({
    ...rssHead(feed, { updated: newestOf(feed) }),
    items: feed.entries.map(({ url, publishedAt, issue }) => ({
      title: issue.subject,
      link: url,
      guid: { value: idOf(url), isPermaLink: false },
      pubDate: publishedAt,
      description: contentHtml(issue),
    })),
  })
}

/** JSON Feed 1.1. */
export function issuesAsJson(feed: IssueFeed): string {
  const json = generateJsonFeed({
    ...jsonHead(feed),
    items: feed.entries.map(({ url, publishedAt, issue }) => ({
      id: idOf(url),
      url,
      title: issue.subject,
      content_html: contentHtml(issue),
      date_published: publishedAt,
      date_modified: publishedAt,
    })),
  }) as object
  // A feed without items must say so as well, which the library leaves out.
  return JSON.stringify({ items: [], ...json })
}

function idOf(url: string): string {
  return `urn:uuid:${uuidOf(url)}`
}

/** When the newest issue came out: an unchanged feed stays the same. */
function newestOf({ entries }: IssueFeed): Date {
  return new Date(Math.max(0, ...entries.map(({ publishedAt }) => publishedAt.getTime())))
}

/** What feed readers show of everywhere: headings, paragraphs, lists and links. */
function contentHtml({ list, when, notes, head, papers, total }: Issue): string {
  return [
    `<p>${link(list.url, list.title)}, ${escapeHtml(when)}</p>`,
    ...notes.map((note) => `<p>${escapeHtml(note)}</p>`),
    ...(head === null
      ? []
      : [
          `<blockquote>${paragraphs(head.text)}${head.by === null ? '' : `<p>${escapeHtml(head.by)}, curator</p>`}</blockquote>`,
        ]),
    `<ol>${papers.map((paper) => `<li>${paperHtml(paper)}</li>`).join('')}</ol>`,
    ...(total > papers.length
      ? [`<p>${link(list.url, `See all ${total.toLocaleString('en-GB')} papers`)}</p>`]
      : []),
  ].join('')
}

function paperHtml({ url, title, by, reason, warnings, summary, links }: IssuePaper): string {
  const warned = warnings.map((warning) => `<strong>${escapeHtml(warning)}:</strong> `).join('')
  return [
    `<p>${warned}${link(url, title)}</p>`,
    ...(by === '' ? [] : [`<p>${escapeHtml(by)}</p>`]),
    ...(reason === '' ? [] : [`<p><em>${escapeHtml(reason)}</em></p>`]),
    ...(summary === null ? [] : [paragraphs(summary)]),
    ...(links.length === 0 ? [] : [`<p>${links.map((one) => link(one.url, one.name)).join(' · ')}</p>`]),
  ].join('')
}

function paragraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>')}</p>`)
    .join('')
}

/** A link to an address of the web; the words alone where it is none. */
function link(url: string, words: string): string {
  if (!/^https?:\/\//i.test(url)) return escapeHtml(words)
  return `<a href="${escapeHtml(url).replaceAll('"', '&quot;')}">${escapeHtml(words)}</a>`
}

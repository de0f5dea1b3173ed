import { Parser } from 'htmlparser2'
import { z } from 'zod'
import { ServiceAway } from '../../outgoing/client.ts'
import { answerText } from '../answer-text.ts'
import { readWebFeed } from '../formats/web-feed.ts'
import { WEB_FEED } from '../services.ts'
import { SourceTrouble, type HarvestPage, type SourceKind, type TaskRun } from '../source-kind.ts'

const MOST_BYTES = 16_000_000

const settings = z.object({
  url: z
    .string({ error: 'write the address of a feed, or of a page that has one' })
    .refine(
      (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
      'must begin with https:// or http://',
    ),
})
type Settings = z.infer<typeof settings>

/** Where the feed was found, and what it said of its state (RFC 9110, 13.1). */
type Cursor = { feedUrl: string | null; etag: string | null; lastModified: string | null }

/** A feed of a journal, a lab or a blog: RSS, Atom or JSON Feed, or a page that links to one. */
export const feed: SourceKind<Settings> = {
  kind: 'feed',
  title: 'A web feed',
  about: 'What a journal, a lab or a blog publishes in a feed.',
  settings,
  options: [
    {
      name: 'url',
      label: 'Address',
      hint: 'Of the feed (RSS, Atom, JSON Feed), or of a page that has one',
      required: true,
    },
  ],
  describe: ({ url }) => url.replace(/^https?:\/\//, ''),
  tasks: [
    {
      name: 'entries',
      schedule: { pattern: '25 * * * *', timeZone: 'UTC', spreadMs: 30 * 60_000 },
      silentAfterHours: 48,
      harvest: harvestEntries,
    },
  ],
  async *reread(record, { url }) {
    // A record is an entry by itself.
    const isJson = record.trimStart().startsWith('{')
    const whole = isJson
      ? `{"version":"https://jsonfeed.org/version/1.1","items":[${record}]}`
      : `<rss>${record}</rss>`
    yield* (await readWebFeed(whole, { url })) ?? []
  },
}

async function* harvestEntries(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  const { feedUrl = null, etag = null, lastModified = null } = (run.cursor ?? {}) as Partial<Cursor>
  const named = run.settings.url
  let page: HarvestPage | null
  try {
    page = await readFrom(run, { feedUrl: feedUrl ?? named, etag, lastModified })
  } catch (error) {
    run.signal.throwIfAborted()
    const isGone = error instanceof SourceTrouble || (error instanceof ServiceAway && error.retryAt === null)
    if (feedUrl === null || feedUrl === named || !isGone) throw error
    // The page may link to another feed by now.
    page = await readFrom(run, { feedUrl: named, etag: null, lastModified: null })
  }
  if (page !== null) yield page
}

/** What is at an address, or in the feed that it links to; null where nothing has changed. */
async function readFrom(
  run: TaskRun<Settings>,
  { feedUrl: url, ...state }: Cursor & { feedUrl: string },
): Promise<HarvestPage | null> {
  const answer = await ask(run, url, state)
  if (answer === null) return null
  // Relative addresses in a feed or a page start from where it was found in the end.
  let { text, headers, foundAt } = answer
  let at = url
  let outcomes = await readWebFeed(text, { url: foundAt })
  if (outcomes === null) {
    const found = discoverFeed(text, foundAt)
    if (found === null)
      throw new SourceTrouble(`${new URL(url).host} has no feed at that address, nor a link to one.`)
    const next = await ask(run, found, { etag: null, lastModified: null })
    if (next === null) return null
    ;({ text, headers, foundAt } = next)
    at = found
    outcomes = await readWebFeed(text, { url: foundAt })
  }
  if (outcomes === null) throw new SourceTrouble(`What ${new URL(at).host} calls its feed is none.`)
  const cursor: Cursor = {
    feedUrl: at,
    etag: headers.etag ?? null,
    lastModified: headers['last-modified'] ?? null,
  }
  return { outcomes, cursor }
}

/** null where nothing has changed. */
async function ask(
  { client, settings, trusted, signal }: TaskRun<Settings>,
  url: string,
  { etag, lastModified }: Omit<Cursor, 'feedUrl'>,
) {
  const { host } = new URL(url)
  // Each host has its own turns, and asks for pauses for itself.
  const service = { ...WEB_FEED, name: `feed ${host}` }
  const answer = await client.request(service, new URL(url), {
    headers: {
      accept:
        'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5',
      ...(etag !== null && { 'if-none-match': etag }),
      ...(lastModified !== null && { 'if-modified-since': lastModified }),
    },
    mostBytes: MOST_BYTES,
    // Whoever named the page did not name what it leads to.
    trusted: trusted && URL.parse(settings.url)?.origin === new URL(url).origin,
    signal,
  })
  const { status, headers, body } = answer
  if (status === 304) return null
  if (status !== 200) throw new SourceTrouble(`${new URL(url).host} answered with status ${status}.`)
  const text = await answerText(body, { most: MOST_BYTES })
  if (text === null) throw new SourceTrouble(`${new URL(url).host} answered with more than may be read.`)
  return { text, headers, foundAt: answer.url.href }
}

/** Types of feeds, the surest first: blogs give pages of their interfaces for programs as plain JSON or XML too. */
const FEED_TYPES = [
  /^application\/(?:atom|rss|rdf)\+xml$/,
  /^application\/feed\+json$/,
  /^(?:application|text)\/(?:json|xml|rss|rss\+xml|atom\+xml)$/,
]

/** The first feed that a page links to as its own; null where it links to none. */
function discoverFeed(html: string, pageUrl: string): string | null {
  let base = pageUrl
  const found: { address: string; rank: number }[] = []
  const parser = new Parser({
    onopentag(name, { rel = '', type = '', href = '', title = '' }) {
      if (name === 'base' && href !== '') base = URL.parse(href, pageUrl)?.href ?? base
      if (name !== 'link' || href === '' || !/(?:^|\s)alternate(?:\s|$)/i.test(rel)) return
      const bareType = (type.split(';')[0] ?? '').trim().toLowerCase()
      const rank = FEED_TYPES.findIndex((one) => one.test(bareType))
      const address = URL.parse(href.trim(), base)
      if (rank === -1 || address === null || !/^https?:$/.test(address.protocol)) return
      // Blogs name the feed of their comments too.
      const isOfComments = /comments/i.test(`${title} ${href}`)
      found.push({ address: address.href, rank: rank + (isOfComments ? FEED_TYPES.length : 0) })
    },
  })
  parser.end(html)
  return found.toSorted((a, b) => a.rank - b.rank)[0]?.address ?? null
}

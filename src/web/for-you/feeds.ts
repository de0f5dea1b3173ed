import type { Context } from 'hono'
import { FEED_FORMATS, type FeedSuffix } from '../../feeds/formats.ts'
import { sendFeed } from '../../feeds/send.ts'
import { papersByIds } from '../../papers/find.ts'
import { ownInterest } from '../../recommendation/own-interest.ts'
import { readerOfFeed } from '../../recommendation/own-tastes.ts'
import { notFound } from '../errors/show.tsx'
import type { Site } from '../site.ts'

/** The papers of a private feed. */
const FEED_LENGTH = 30

/** A private feed, by the end of its address: its reader’s key, one of their interests, and a format. */
type FeedName = { key: string; interestId: number | null; suffix: FeedSuffix }

const NAME = /^([A-Za-z0-9_-]{32})(?:\.([1-9]\d{0,14}))?(\.[a-z.]+)$/

/** `KEY.atom`, or `KEY.7.atom` for one interest. */
export function feedName({ suffix, ...name }: FeedName): string {
  return nameWithoutSuffix(name) + suffix
}

function nameWithoutSuffix({ key, interestId }: Omit<FeedName, 'suffix'>): string {
  return interestId === null ? key : `${key}.${interestId}`
}

function parseFeedName(text: string): FeedName | null {
  const [, key, interest, end] = NAME.exec(text) ?? []
  const suffix = FEED_FORMATS.find((format) => format.suffix === end)?.suffix
  if (key === undefined || suffix === undefined) return null
  return { key, interestId: interest === undefined ? null : Number(interest), suffix }
}

/**
 * `/for-you/feeds/KEY.atom`: the papers that are most likely to matter to the reader whose key it is, for whoever has it. No
 * hub tells of it, and no browser or proxy keeps it.
 */
export function sendPrivateFeed(site: Site) {
  return async (c: Context): Promise<Response> => {
    c.header('cache-control', 'no-store')
    c.header('x-robots-tag', 'noindex')
    const name = parseFeedName(c.req.param('name') ?? '')
    const of = name && (await readerOfFeed(site.db, { key: name.key }))
    if (!name || !of) return noFeed(site, c)
    const { interestId } = name
    const interest = interestId === null ? null : await ownInterest(site.db, { ...of, interestId })
    if (interestId !== null && interest === null) return noFeed(site, c)
    const { papers: ranked } = await site.taste.rank({
      ...of,
      now: site.now(),
      limit: FEED_LENGTH,
      ...(interest === null ? {} : { interestId: interest.id }),
    })
    const ids = ranked.map(({ id }) => id)
    const papers = await papersByIds(site.db, ids, { seenBy: 'everyone' })
    return sendFeed(site, c, {
      format: name.suffix,
      path: interest === null ? '/for-you' : `/for-you/interests/${interest.id}`,
      feedPath: `/for-you/feeds/${nameWithoutSuffix(name)}`,
      title: `${site.name}: ${interest === null ? 'for you' : interest.name}`,
      papers: ids.flatMap((id) => papers.get(id) ?? []),
      isPrivate: true,
    })
  }
}

function noFeed(site: Site, c: Context) {
  return notFound({ ...site, viewer: null }, c, {
    what: 'There is no feed at this address. Its reader may have made a new address, or ended it.',
  })
}

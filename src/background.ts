import type { Config } from './config.ts'
import { mailerFor } from './cli/mailer-for.ts'
import { siteOrigin } from './cli/site-origin.ts'
import type { Connection } from './db/connect.ts'
import { listen } from './db/listen.ts'
import { dumpsFolder } from './dumps/kept-dumps.ts'
import { embedPapers } from './jobs/embed-papers.ts'
import { feedsServedAt } from './feeds/own-feed.ts'
import { findSuspiciousVotes } from './jobs/find-suspicious-votes.ts'
import { fetchPictures } from './jobs/fetch-pictures.ts'
import { keepFoundInterests } from './jobs/keep-interests.ts'
import { importLibraries, saveToLibraries } from './jobs/keep-libraries.ts'
import { harvestSources } from './jobs/harvest-sources.ts'
import { forgetExpired } from './jobs/forget-expired.ts'
import { startJob } from './jobs/job.ts'
import { composeDigests, sendDigests } from './jobs/send-digests.ts'
import { readBounces } from './jobs/read-bounces.ts'
import { renderComments } from './jobs/render-comments.ts'
import { serveSubscribers } from './jobs/run-hub.ts'
import { sendMail } from './jobs/send-mail.ts'
import { tellOfLateDigests, tellOfStop } from './jobs/tell-of-late-digests.ts'
import { tellOfSilence } from './jobs/tell-of-silence.ts'
import { tellTheOutside } from './jobs/tell-webhooks.ts'
import { writeDumps } from './jobs/write-dumps.ts'
import { parseMailboxUrl } from './mail/bounces/mailbox-url.ts'
import { openOutgoingClient } from './outgoing/client.ts'
import { endsWithin } from './runtime/ends-within.ts'
import { notify } from './db/channels.ts'
import type { Logger } from './runtime/log.ts'
import type { Troubles } from './runtime/troubles.ts'
import { userAgent } from './sources/user-agent.ts'
import { startTaste } from './recommendation/start-taste.ts'
import type { Taste } from './recommendation/taste.ts'
import { startEngine, type EngineClient } from './search/engine-client.ts'
import type { Meaning } from './search/meaning.ts'
import type { Hub } from './webhooks/hub/hub.ts'

/** Work under way gets so long to end. */
const STOP_MS = 5_000

/**
 * Everything that runs in the background, in one process or in several at once: `serve` starts it beside the web server,
 * `work` without one. Closing stops it all within seconds; what was under way is taken up at the next start, or by
 * another process. Throws a `UsageError` when the key that mail is to be signed with cannot be used.
 */
export function startBackground({
  config,
  connection: { db, address },
  secret,
  meaning,
  readFeed,
  troubles,
  log,
  now,
}: {
  config: Config
  connection: Pick<Connection, 'db' | 'address'>
  /** What the Message-IDs of digests are signed with, and readers' keys to their libraries are encrypted. */
  secret: string
  meaning: Meaning
  /** How a process that serves the site reads its feeds; others ask for them at its address. */
  readFeed?: Hub['readFeed']
  troubles: Troubles
  log: Logger
  now: () => Date
}): {
  /** The search index, which this process keeps up to date on the disk. */
  index: EngineClient
  /** What readers' own front pages are ranked by. */
  taste: Taste
  /** Ends all work but the index, which answers until everything is closed. */
  stopWork(): Promise<void>
  close(): Promise<void>
} {
  const { embedder } = meaning
  const site = { name: config.siteName, origin: () => siteOrigin(db, config) }
  const mailer = mailerFor(config, { log })

  const index = startEngine({ address, folder: config.searchFolder, keep: true, log })
  const taste = startTaste({ address, log })
  const interests = startJob(keepFoundInterests(db, { taste, now }), { log, troubles })
  const embedding = embedder && startJob(embedPapers(db, embedder, { log, now }), { log, troubles })
  const mail = (['any', 'urgent'] as const).map((which) =>
    startJob(sendMail(db, mailer, { which, rates: config.mailRate, log, now }), { log, troubles }),
  )
  const suspicions = startJob(findSuspiciousVotes(db, { now }), { log, troubles })
  const comments = startJob(renderComments(db), { log, troubles })
  const client = openOutgoingClient({ db, userAgent: userAgent(config), now })
  const harvest = startJob(
    harvestSources(db, {
      client,
      urls: config.services,
      keys: config.keys,
      contact: config.contact,
      timeZone: config.siteTimeZone,
      log,
      now,
    }),
    { log, troubles },
  )
  const silence = startJob(tellOfSilence(db, { curators: config.curators, site, now }), { log, troubles })
  const room = { db, index, meaning, timeZone: config.siteTimeZone }
  let changes = 0
  const looks = { changes: () => changes, seen: new Map() }
  const webhooks = startJob(tellTheOutside({ room, client, site, looks, now }), { log, troubles })
  const hub = startJob(
    serveSubscribers({
      db,
      client,
      origin: site.origin,
      readFeed: readFeed ?? feedsServedAt(site.origin, { client }),
      now,
    }),
    { log, troubles },
  )
  const zotero = { db, client, url: config.services.zotero, secret, now }
  const libraries = [
    startJob(
      importLibraries({
        ...zotero,
        onSeen: () => void notify(db, 'ranking', 'collections').catch(() => {}),
      }),
      { log, troubles },
    ),
    startJob(saveToLibraries({ ...zotero, site }), { log, troubles }),
  ]
  const digestRoom = async () => ({
    search: room,
    site: { name: config.siteName, origin: await site.origin() },
    pictures: config.pictures,
  })
  const told = { curators: config.curators, site, now }
  const digests = [
    startJob(composeDigests(digestRoom, { log, now }), { log, troubles }),
    startJob(
      sendDigests(async () => ({ room: await digestRoom(), mailer, rates: config.mailRate, secret, now }), {
        log,
        tell: (stopped) => tellOfStop(db, told, stopped),
      }),
      { log, troubles },
    ),
    startJob(tellOfLateDigests(db, told), { log, troubles }),
  ]
  const pictures =
    config.pictures &&
    startJob(fetchPictures(db, { client, pagesUrl: config.services.arxivPages, now }), { log, troubles })
  const mailbox = parseMailboxUrl(config.bouncesUrl ?? '')
  const bounces = mailbox && startJob(readBounces(db, { mailbox, secret, log, now }), { log, troubles })
  const dumps = startJob(
    writeDumps(db, {
      folder: dumpsFolder(config.dataFolder),
      site,
      curators: config.curators,
      timeZone: config.siteTimeZone,
      log,
      now,
    }),
    { log, troubles },
  )
  const expired = startJob(forgetExpired(db, { now }), { log, troubles })

  const listener = listen(address, {
    on: {
      papers() {
        changes += 1
        index.wake()
        taste.wake()
        embedding?.wake()
      },
      vectors() {
        index.wake()
        taste.wake()
      },
      sources: () => harvest.wake(),
      webhooks: () => webhooks.wake(),
      hub: () => hub.wake(),
      libraries() {
        for (const job of libraries) job.wake()
      },
      digests() {
        for (const job of digests) job.wake()
      },
      mail() {
        for (const job of mail) job.wake()
      },
    },
    log,
  })
  let stopped: Promise<void> | undefined
  async function stop() {
    const stopping = Promise.all([
      listener.close(),
      ...mail.map((job) => job.close()),
      suspicions.close(),
      interests.close(),
      comments.close(),
      expired.close(),
      dumps.close(),
      harvest.close(),
      pictures && pictures.close(),
      silence.close(),
      ...digests.map((job) => job.close()),
      bounces?.close(),
      webhooks.close(),
      hub.close(),
      ...libraries.map((job) => job.close()),
      embedding?.close(),
      // What is being embedded breaks off; searches meanwhile go by words.
      embedder?.close(),
      mailer.close(),
    ])
    if (!(await endsWithin(stopping, STOP_MS))) log.warn('not all work in the background has stopped in time')
  }
  const stopWork = () => (stopped ??= stop())
  return {
    index,
    taste,
    stopWork,
    async close() {
      await Promise.all([stopWork(), index.close(), taste.close()])
    },
  }
}

/**
 * Composes all that is due and hands it over, with the yardstick before and after, and prints what it came to:
 * `alone.js FOLDER SMTP_URL`.
 */
import { sql, type Kysely } from 'kysely'
import { connect } from '../../src/db/connect.ts'
import type { Database } from '../../src/db/schema.ts'
import { composeDueIssues } from '../../src/digests/compose-due.ts'
import { readContent } from '../../src/digests/content.ts'
import { deliverIssues } from '../../src/digests/deliver.ts'
import type { DigestRoom } from '../../src/digests/digest-room.ts'
import type { Every } from '../../src/digests/issue.ts'
import { issueMail } from '../../src/digests/issue-mail.ts'
import { issueMaker } from '../../src/digests/make-issue.ts'
import { parseListAddress } from '../../src/lists/followed-list.ts'
import { openMailer, type Mailer } from '../../src/mail/mailer.ts'
import { NO_RATES } from '../../src/mail/mail-rate.ts'
import type { Message } from '../../src/mail/message.ts'
import { openTaste } from '../../src/recommendation/open-taste.ts'
import { createLog } from '../../src/runtime/log.ts'
import { SearchAway } from '../../src/search/engine-client.ts'
import { openMeaning } from '../../src/search/meaning.ts'
import { MORNING, TIME_ZONE } from './subscribers.ts'

/** As many as deliverIssues has under way. */
const AT_ONCE = 8
const SECRET = 'a secret that is only for benchmarks, long enough'

const [folder = '', smtpUrl = ''] = process.argv.slice(2)
const log = createLog('warn')
const connection = await connect({ databaseUrl: null, dataFolder: folder }, { log, size: 6 })
const { db } = connection
const begun = Date.now()
const now = () => new Date(MORNING.getTime() + Date.now() - begun)
const mailer = openMailer({
  smtpUrl,
  outboxFolder: '',
  from: 'Broadsheet <digests@broadsheet.example>',
  log,
})
const room = roomFor(db)

const memory = { start: rss(), peak: 0, end: 0 }
const watch = setInterval(() => (memory.peak = Math.max(memory.peak, rss())), 100)
const composing = await seconds(() => composeDueIssues(room, { now }))
const { composed } = composing.value
console.log(
  `composing alone: ${composed} issues (${composing.value.skipped} had nothing to say) in ${composing.seconds.toFixed(1)} s, ${perSecond(composed, composing.seconds)} a second`,
)
const message = await usualMessage(db)
console.log(
  `the yardstick is a mail of ${(((message.html?.length ?? 0) + message.text.length) / 1024).toFixed(0)} kB before it is encoded, the median of 200`,
)
const before = await sendFixed(mailer, message, composed / 2)
const delivering = await seconds(() => deliverIssues({ room, mailer, rates: NO_RATES, secret: SECRET, now }))
memory.end = rss()
clearInterval(watch)
const after = await sendFixed(mailer, message, composed / 2)
const { sent, ...others } = delivering.value
const yardstick = composed / (before + after)
const rate = sent / delivering.seconds
const whole = sent / (composing.seconds + delivering.seconds)
console.log(
  `one fixed mail: ${Math.round(yardstick)} a second (${perSecond(composed / 2, before)} before, ${perSecond(composed / 2, after)} after)`,
)
console.log(
  `handing over ${sent} digests (${JSON.stringify(others)}): ${Math.round(rate)} a second, ratio ${(rate / yardstick).toFixed(2)}`,
)
console.log(
  `composing and handing over: ${Math.round(whole)} a second, ratio ${(whole / yardstick).toFixed(2)} (goal: at least 0.5)`,
)
console.log(`memory: ${memory.start} MiB at first, ${memory.peak} at most, ${memory.end} at the end`)
await mailer.close()
await connection.close()

function roomFor(db: Kysely<Database>): DigestRoom {
  const noSearch = async () => {
    throw new SearchAway('There is no search here.')
  }
  return {
    search: {
      db,
      index: { find: noSearch, correct: noSearch, similar: noSearch, status: noSearch },
      meaning: openMeaning(
        { embeddingsUrl: null, embeddingsKey: null, embeddingsModel: 'none', dataFolder: folder },
        { log },
      ),
      timeZone: TIME_ZONE,
    },
    taste: openTaste(db),
    site: { name: 'Broadsheet', origin: 'https://broadsheet.example' },
    pictures: true,
  }
}

/** Of the mails to be sent one of median size. */
async function usualMessage(db: Kysely<Database>): Promise<Message> {
  const { rows } = await sql<{ id: number; list: string; every: Every; period: string; content: unknown }>`
    select i.id, s.list, s.every, i.period, i.content from digest_issues i join subscriptions s on s.id = i.subscription_id
    where i.state = 'waiting' order by md5(i.id::text) limit 200`.execute(db)
  const make = issueMaker(room)
  const messages: Message[] = []
  for (const { id, list, every, period, content } of rows) {
    const parsed = parseListAddress(list, '')
    const read = readContent(content)
    if (!parsed || !read) continue
    const issue = await make(read, { ...parsed, every, period })
    const to = 'reader@d1.example'
    const { message } = issueMail(issue, {
      issueId: id,
      subscriptionId: id,
      to,
      secret: SECRET,
      date: MORNING,
    })
    messages.push(message)
  }
  const size = ({ html, text }: Message) => (html?.length ?? 0) + text.length
  const median = messages.toSorted((a, b) => size(a) - size(b))[Math.floor(messages.length / 2)]
  if (!median) throw new Error('there is nothing to send')
  return median
}

/** Sends one mail so many times; answers how long it took, in seconds. */
async function sendFixed(mailer: Mailer, message: Message, count: number): Promise<number> {
  let left = Math.floor(count)
  const sending = await seconds(() =>
    Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (left-- > 0) {
          const outcome = await mailer.send({
            ...message,
            id: `fixed.${left}`,
            to: `reader${left}@d1.example`,
          })
          if (!outcome.ok) throw new Error(outcome.reason)
        }
      }),
    ),
  )
  return sending.seconds
}

async function seconds<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const started = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - started) / 1_000 }
}

function rss(): number {
  return Math.round(process.memoryUsage.rss() / 1024 / 1024)
}

function perSecond(count: number, seconds: number): number {
  return Math.round(count / seconds)
}

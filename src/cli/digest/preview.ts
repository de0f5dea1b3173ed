import { readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { keptSecret } from '../../accounts/secret.ts'
import type { Config } from '../../config.ts'
import { renderIssue } from '../../digests/email/render-issue.ts'
import type { Issue } from '../../digests/issue.ts'
import { issueMail } from '../../digests/issue-mail.ts'
import { parsePreferences, usualPreferences, type Preferences } from '../../digests/preferences.ts'
import { previewDue, previewIssue } from '../../digests/preview.ts'
import { findSubscribable } from '../../digests/subscribable.ts'
import { composeMail, parseSender } from '../../mail/compose.ts'
import { mailFile } from '../../mail/mail-file.ts'
import { senderOf } from '../../mail/mailer.ts'
import { makeFolder } from '../../runtime/make-folder.ts'
import { interruption } from '../interruption.ts'
import { newFile } from '../new-file.ts'
import { progressLine } from '../progress.ts'
import { settings } from '../settings.ts'
import { UsageError } from '../usage-error.ts'
import type { PreviewFormat } from './preview-formats.ts'
import { withDigestRoom } from './with-digest-room.ts'

type Options = { every?: string; length?: string; format: PreviewFormat; to?: string; due?: string }

/** `digest preview [LIST]`: writes what would go out, and records nothing. */
export async function preview(list: string | undefined, options: Options): Promise<void> {
  if (options.due === undefined) return previewList(list ?? '/', options)
  if (list !== undefined || options.every !== undefined || options.length !== undefined)
    throw new UsageError('--due is about all that is due. Leave out the list, --every and --length.')
  return previewAll(options.due)
}

async function previewList(text: string, { every, length, format, to }: Options): Promise<void> {
  const config = settings()
  const now = new Date()
  const preferences = preferencesIn({ every, length }, config)
  const file = to === undefined ? null : await newFile(to)
  const written = await withDigestRoom(config, async (room) => {
    const found = await findSubscribable(room.search.db, text, {
      origin: room.site.origin,
      readerId: null,
    })
    if (!found.ok)
      throw new UsageError(
        found.is === 'own' ? 'A reader’s own front page has no preview: it is theirs alone.' : found.reason,
      )
    const { list, address } = found
    const issue = await previewIssue(room, { list, address, preferences, now })
    if (issue === null) throw new UsageError('There is nothing to send yet: the list has no papers.')
    return write(issue, { format, config, now })
  })
  if (file === null) process.stdout.write(written)
  else {
    await writeFile(file, written, { flag: 'wx' })
    process.stdout.write(`The preview is in ${file}.\n`)
  }
}

function preferencesIn(
  { every, length }: { every: string | undefined; length: string | undefined },
  config: Config,
): Preferences {
  const outcome = parsePreferences(
    { ...(every !== undefined && { every }), ...(length !== undefined && { length }) },
    usualPreferences('day', { timeZone: config.siteTimeZone }),
  )
  if (!outcome.ok) throw new UsageError(outcome.reason)
  return outcome.preferences
}

async function write(
  issue: Issue,
  { format, config, now }: { format: PreviewFormat; config: Config; now: Date },
): Promise<string | Buffer> {
  switch (format) {
    case 'text':
      return renderIssue(issue, null).text
    case 'html':
      return renderIssue(issue, null).html
    case 'json':
      return `${JSON.stringify(issue, null, 2)}\n`
    case 'eml':
      return emlOf(issue, { name: 'preview', config, now })
  }
}

/**
 * The whole mail, as it would be sent, but to nobody: its recipient is made up, and its links change nothing, so that it can be
 * shown to anyone.
 */
async function emlOf(
  issue: Issue,
  { name, config, now }: { name: string; config: Config; now: Date },
): Promise<Buffer> {
  const secret = config.secret ?? (await keptSecret(config.dataFolder))
  // No issue and no subscription has the number 0.
  const none = { issueId: 0, subscriptionId: 0 }
  const { message } = issueMail(issue, { ...none, to: `${name}@preview.example`, secret, date: now })
  const composed = composeMail({ ...message, id: `preview.${name}` }, parseSender(senderOf(config)), {
    replyTo: config.mailReplyTo,
  })
  if (!composed.ok) throw new UsageError(`The email cannot be composed. ${composed.reason}`)
  return mailFile(composed.mail)
}

/** Writes every issue that would go out now into a folder, named by the number of its subscription. */
async function previewAll(target: string): Promise<void> {
  const config = settings()
  const now = new Date()
  const signal = interruption()
  const folder = resolve(target)
  await makeFolder(folder, { mode: 0o700 })
  if ((await readdir(folder)).length > 0) throw new UsageError(`${target} is not empty. Name a new folder.`)
  const progress = progressLine(process.stderr)
  let written = 0
  let quiet = 0
  await withDigestRoom(config, async (room) => {
    for await (const { subscriptionId, issue } of previewDue(room, { now })) {
      if (signal.aborted) throw new UsageError('Interrupted. Not all previews were written.')
      if (issue === null || issue.papers.length === 0) {
        quiet += 1
        continue
      }
      const eml = await emlOf(issue, { name: String(subscriptionId), config, now })
      await writeFile(join(folder, `${subscriptionId}.eml`), eml, { mode: 0o600 })
      written += 1
      progress.show(`${written.toLocaleString('en-GB')} emails`)
    }
  }).finally(() => progress.end())
  if (written + quiet === 0) {
    process.stdout.write('No digest is due now.\n')
    return
  }
  process.stdout.write(
    `${counted(written, 'email is', 'emails are')} in ${folder}; ${counted(quiet, 'subscription has', 'subscriptions have')} no news.\n`,
  )
}

function counted(count: number, one: string, more: string): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : more}`
}

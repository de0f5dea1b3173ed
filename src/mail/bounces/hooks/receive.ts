import type { HookOutcome, Posted } from './hook.ts'
import { readMailgun } from './mailgun.ts'
import { readPostmark } from './postmark.ts'
import { readSendgrid } from './sendgrid.ts'
import { readSes } from './ses.ts'
import type { BounceHooks } from './settings.ts'
import type { Certificates, FetchText } from './sns.ts'

/** Reads what was posted in the name of a sender of mail; null where that is none of those that are set. */
export async function receiveHook(
  sender: string,
  posted: Posted,
  {
    hooks,
    now,
    ...fetching
  }: { hooks: BounceHooks; now: Date; fetchText: FetchText; certificates: Certificates },
): Promise<HookOutcome | null> {
  const { mailgun, sendgrid, ses, postmark } = hooks
  if (sender === 'mailgun' && mailgun !== null) return readMailgun(posted, { key: mailgun, now })
  if (sender === 'sendgrid' && sendgrid !== null) return readSendgrid(posted, { key: sendgrid })
  if (sender === 'ses' && ses.length > 0) return readSes(posted, { topics: ses, now, ...fetching })
  if (sender === 'postmark' && postmark !== null) return readPostmark(posted, { secret: postmark })
  return null
}

import type { Context } from 'hono'
import { readSent } from '../../digests/archive.ts'
import { issueHtml } from '../../digests/email/render-issue.ts'
import { numberInCode } from '../../digests/mails.ts'
import { notFound } from '../errors/show.tsx'
import { digestRoomOf, type Site } from '../site.ts'
import { provenAddress } from '../subscribe/show.tsx'
import { sendMailDocument } from './mail-document.ts'

/**
 * `GET /mail/issues/:code`: an issue that was mailed, on the web, without anything that is its reader's alone. People forward
 * mails, so one of a reader's own front page is shown to them only, signed in.
 */
export function showIssue(site: Site) {
  return async (c: Context) => {
    const id = numberInCode('read', c.req.param('code') ?? '', { secret: site.accounts.secret })
    const sent = id === null ? null : await readSent(digestRoomOf(site), { id })
    const isTheirs = !sent || sent.onlyFor === null || sent.onlyFor === provenAddress(site)
    c.header('cache-control', 'no-store')
    if (!isTheirs && site.viewer === null)
      return c.redirect(`/sign-in?to=${encodeURIComponent(c.req.path)}`, 303)
    if (!sent || !isTheirs)
      return notFound(site, c, {
        what: 'This issue is no longer kept, or the link to it is not complete.',
        hint: 'Past issues of the front page and of topics are in the archive: /digests.',
      })
    return sendMailDocument(c, issueHtml(sent.issue, null))
  }
}

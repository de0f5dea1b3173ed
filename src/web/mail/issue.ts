import type { Context } from 'hono'
import { readSent } from '../../digests/archive.ts'
import { issueHtml } from '../../digests/email/render-issue.ts'
import { numberInCode } from '../../digests/mails.ts'
import { notFound } from '../errors/show.tsx'
import { digestRoomOf, type Site } from '../site.ts'
import { sendMailDocument } from './mail-document.ts'

/** `GET /mail/issues/:code`: an issue that was mailed, on the web, without anything that is its reader's alone. */
export function showIssue(site: Site) {
  return async (c: Context) => {
    const id = numberInCode('read', c.req.param('code') ?? '', { secret: site.accounts.secret })
    const issue = id === null ? null : await readSent(digestRoomOf(site), { id })
    if (!issue)
      return notFound(site, c, {
        what: 'This issue is no longer kept, or the link to it is not complete.',
        hint: 'Past issues of the front page and of topics are in the archive: /digests.',
      })
    return sendMailDocument(c, issueHtml(issue, null))
  }
}

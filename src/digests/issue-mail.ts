import { signedCode } from '../mail/signed-link.ts'
import type { Message } from '../mail/message.ts'
import { renderIssue } from './email/render-issue.ts'
import type { Issue, IssueLinks } from './issue.ts'
import { issueMessageId } from './message-id.ts'
import { slugOf } from './slug.ts'

/** The addresses in the mail of an issue that are of its reader alone. */
function linksOf(
  { site: { origin } }: Issue,
  { issueId, subscriptionId, secret }: { issueId: number; subscriptionId: number; secret: string },
): IssueLinks {
  const code = (purpose: 'unsubscribe' | 'read', of: number) => signedCode(purpose, String(of), { secret })
  return {
    web: `${origin}/mail/issues/${code('read', issueId)}`,
    unsubscribe: `${origin}/mail/u/${code('unsubscribe', subscriptionId)}`,
    settings: `${origin}/mail/change/${code('unsubscribe', subscriptionId)}`,
  }
}

/**
 * An issue as a mail: the same text and headers each time that it is made. Its headers are those of a list (RFC 2369, 2919) that
 * can be left by one click (RFC 8058). `leftOut`: papers that found no room in it.
 */
export function issueMail(
  issue: Issue,
  {
    issueId,
    subscriptionId,
    to,
    secret,
    date,
  }: { issueId: number; subscriptionId: number; to: string; secret: string; date: Date },
): { message: Message; leftOut: number[] } {
  const links = linksOf(issue, { issueId, subscriptionId, secret })
  const { html, text, subject, leftOut } = renderIssue(issue, links)
  const { origin, name } = issue.site
  const host = URL.parse(origin)?.hostname ?? 'localhost'
  const message = {
    id: issueMessageId(issueId, { secret }),
    to,
    subject,
    text,
    html,
    date,
    headers: {
      'List-Id': `${listName(`${issue.list.title}, ${name}`)} <${slugOf(issue.list.url.slice(origin.length))}.${host}>`,
      'List-Unsubscribe': `<${links.unsubscribe}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Archive': `<${origin}/digests>`,
      'List-Help': `<${links.settings}>`,
      'List-Post': 'NO',
      Precedence: 'bulk',
    },
  }
  return { message, leftOut }
}

/** A phrase of RFC 5322 without what would need quoting. */
function listName(text: string): string {
  return text
    .replaceAll(/[^\p{L}\p{N}\p{M} ,.’“”&/+-]+/gu, ' ')
    .replaceAll(/[,.]+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 60)
}

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import MailComposer from 'nodemailer/lib/mail-composer'
import { afterAll, describe, expect, it } from 'vitest'
import { composeMail, parseSender } from '../../mail/compose.ts'
import { plainMail } from './notice-mail.tsx'
import { renderIssue } from './render-issue.ts'
import {
  fullIssue,
  sampleConfirmation,
  sampleIssue,
  sampleLinks,
  sampleSettings,
} from './sample-issues.fixture.ts'

const isThere = spawnSync('spamassassin', ['--version']).status === 0
if (!isThere) console.warn('No SpamAssassin on this machine: nobody looks whether mails would pass for spam.')

const home = mkdtempSync(join(tmpdir(), 'spam-score-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** What SpamAssassin thinks of a mail by its own rules, without asking anyone: points, and what for. */
async function scoreOf({ subject, html, text }: { subject: string; html: string; text: string }) {
  const composed = composeMail(
    {
      id: 'digest-12.2026-11-29',
      to: 'ada@example.org',
      subject,
      html,
      text,
      date: new Date(),
      headers: {
        'List-Unsubscribe': `<${sampleLinks.unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    },
    parseSender('Tide Lines <papers@example.org>'),
  )
  if (!composed.ok) throw new Error(composed.reason)
  const mail = await new MailComposer(composed.mail).compile().build()
  const report = execFileSync('spamassassin', ['--test-mode', '--local', '--nocreate-prefs'], {
    input: mail,
    env: { ...process.env, HOME: home },
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const score = /^X-Spam-Status:[\s\S]*?\bscore=(-?[\d.]+)/m.exec(report)?.[1]
  return {
    points: score === undefined ? Number.NaN : Number(score),
    report: report.slice(report.indexOf('Content analysis')),
  }
}

describe.skipIf(!isThere)('SpamAssassin', () => {
  it.each([
    ['an issue', () => renderIssue(fullIssue(), sampleLinks)],
    [
      'an issue of a week',
      () => renderIssue(sampleIssue({ papers: 25, total: 212, every: 'week' }), sampleLinks),
    ],
    ['a confirmation', () => ({ subject: sampleConfirmation.heading, ...plainMail(sampleConfirmation) })],
    ['a link to the settings', () => ({ subject: sampleSettings.heading, ...plainMail(sampleSettings) })],
  ])('has nothing against %s', async (_, mail) => {
    const { points, report } = await scoreOf(mail())
    expect(points, report).toBeLessThan(1)
  })
})

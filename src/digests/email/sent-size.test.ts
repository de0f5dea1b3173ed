import MailComposer from 'nodemailer/lib/mail-composer'
import { describe, expect, it } from 'vitest'
import { composeMail, parseSender } from '../../mail/compose.ts'
import type { Issue } from '../issue.ts'
import { issueText, renderIssue, type RenderedIssue } from './render-issue.ts'
import { fullIssue, sampleIssue, sampleLinks, samplePaper } from './sample-issues.fixture.ts'
import { sentBytes, weigh } from './sent-size.ts'

const LARGEST = 88_000

/** The bytes of a mail as it goes to a server, with the headers of a list. */
async function sent({ subject, html, text }: RenderedIssue): Promise<number> {
  const composed = composeMail(
    {
      id: 'digest-12.2026-W03',
      to: 'ada@example.org',
      subject,
      html,
      text,
      date: new Date('2026-11-29T06:00:00Z'),
      headers: {
        'List-Unsubscribe': `<${sampleLinks.unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        'List-Id': 'Front page <front-page.papers.example.org>',
      },
    },
    parseSender('Tide Lines <papers@example.org>'),
  )
  if (!composed.ok) throw new Error(composed.reason)
  return (await new MailComposer(composed.mail).compile().build()).length
}

/** How many papers a mail tells of. */
function told({ text }: RenderedIssue): number {
  return text.match(/^ ?\d+\. /gm)?.length ?? 0
}

/** An issue of 25 papers of which each has a title, authors and a summary out of these words. */
function issueOf(words: string, { length = 1_500 } = {}): Issue {
  const much = words.repeat(Math.ceil(length / words.length)).slice(0, length)
  const papers = Array.from({ length: 25 }, (_, i) =>
    samplePaper(i, {
      title: `${i} ${much.slice(0, 90)}`,
      by: much.slice(0, 60),
      summary: much,
      reason: much.slice(0, 50),
    }),
  )
  return { ...sampleIssue({ total: 25 }), papers }
}

const CHINESE = '我们研究了一个小型循环网络对长信号的记忆，并发现它按照信号重复的顺序遗忘。'
const CYRILLIC = 'Мы изучаем, что небольшая сеть помнит о длинном сигнале, и видим, как она его забывает. '
const ARABIC = 'ندرس ما تتذكره شبكة صغيرة من إشارة طويلة ونجد أنها تنسى بالترتيب. '
const EMOJI = '🧪🔭📈 = '

describe('the size of a mail', () => {
  it.each([
    ['English', 'We follow what a small network remembers. ', 25],
    ['Chinese', CHINESE, 15],
    ['Cyrillic', CYRILLIC, 23],
    ['Arabic', ARABIC, 20],
    ['emoji', EMOJI, 20],
    ['equals signs', '=== x == y ', 25],
  ])('is told before it is sent, and stays within bounds: 25 papers in %s', async (_, words, least) => {
    for (const issue of [issueOf(words), { ...fullIssue(), papers: issueOf(words).papers }]) {
      const mail = renderIssue(issue, sampleLinks)
      const bytes = await sent(mail)
      expect(bytes).toBeLessThanOrEqual(LARGEST)
      const estimate = sentBytes([weigh(mail.html), weigh(mail.text)])
      expect(estimate).toBeGreaterThanOrEqual(bytes)
      expect(estimate).toBeLessThan(bytes * 1.09)
      expect(told(mail)).toBeGreaterThanOrEqual(least)
    }
  })

  it('is all of it for 25 papers in English', async () => {
    const issue = sampleIssue({ papers: 25, total: 212, every: 'week' })
    const mail = renderIssue(issue, sampleLinks)
    expect(mail.html.match(/>PDF</g)).toHaveLength(25)
    expect(mail.text.replaceAll(/\s+/g, ' ')).toContain(
      'We release the traces of all 312 runs, and the program that draws them.',
    )
    expect(await sent(mail)).toBeLessThan(80_000)
  })

  it('gives up length of summaries first, then links, then papers, and says how many', async () => {
    const wordy = 'A title that goes on for as long as anyone will read it. '.repeat(4)
    const issue = sampleIssue({ papers: 25 })
    const wordyIssue = {
      ...issue,
      papers: issue.papers.map((paper) => ({ ...paper, title: wordy, by: wordy, reason: wordy })),
    }
    const shortened = renderIssue(wordyIssue, sampleLinks)
    expect(told(shortened)).toBe(25)
    expect(shortened.html.match(/>PDF</g)).toHaveLength(25)
    expect(shortened.text.length).toBeLessThan(issueText(wordyIssue, sampleLinks).length - 1_000)

    const long = 'Ж'.repeat(290)
    const stuffed = {
      ...issue,
      papers: issue.papers.map((paper, i) => ({ ...paper, title: `${i} ${long}`, by: long, reason: long })),
    }
    const mail = renderIssue(stuffed, sampleLinks)
    expect(await sent(mail)).toBeLessThanOrEqual(LARGEST)
    expect(await sent(mail)).toBeGreaterThan(LARGEST * 0.85)
    expect(mail.html).not.toContain('>PDF<')
    const left = 25 - told(mail)
    expect(left).toBeGreaterThan(0)
    for (const part of [mail.html, mail.text]) {
      expect(part).toContain(`${left} more papers did not fit into this email.`)
      expect(part).toContain('See all 25 papers')
    }
  })

  it('stays within bounds whatever anyone writes', async () => {
    const endless = '潮'.repeat(1_000)
    const url = `https://papers.example.org/${'x='.repeat(1_000)}`
    const issue: Issue = {
      ...issueOf(CHINESE),
      notes: Array.from({ length: 50 }, () => endless),
      head: { text: endless, html: `<p>${endless}</p>`, by: endless },
      papers: Array.from({ length: 25 }, (_, i) =>
        samplePaper(i, {
          url,
          title: endless,
          by: endless,
          summary: endless,
          keySentence: endless,
          reason: endless,
          topic: endless,
          published: endless,
          warnings: Array.from({ length: 30 }, () => endless),
          links: Array.from({ length: 30 }, () => ({ name: endless, url })),
        }),
      ),
      warnings: Array.from({ length: 100 }, () => ({
        title: endless,
        url: 'https://papers.example.org/papers/2511.00001',
        what: endless,
        sentOn: endless,
      })),
    }
    const mail = renderIssue(issue, sampleLinks)
    expect(await sent(mail)).toBeLessThanOrEqual(LARGEST)
    expect(told(mail)).toBeGreaterThanOrEqual(1)
  })
})

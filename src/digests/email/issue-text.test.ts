import { describe, expect, it } from 'vitest'
import { columns, oneLine, shorten, wrap } from './lines.ts'
import { issueText } from './render-issue.ts'
import { fullIssue, sampleIssue, sampleLinks, samplePaper } from './sample-issues.fixture.ts'

describe('the text of an issue', () => {
  it('is worth reading by itself', () => {
    const text = issueText(fullIssue(), sampleLinks)
    expect(text.slice(0, text.indexOf(' 3. '))).toMatchInlineSnapshot(`
      "TIDE LINES
      Front page, Sunday 29 November 2026
      ------------------------------------------------------------------------

      No papers came out on Saturday 28 November.

      A note from Marta Ferreira:

        A day for people who like the sea. Read the first one with a map at
        hand.

        The reading group meets on Tuesday.

       1. Tidal memory: what a recurrent network keeps when the sea takes the
          rest
          Ines Moravec, Tobias Akande, Lin Qiaoyu and 4 others
          cs.LG, 27 November 2026
          First in the edition of 28 November, with 61 votes

          We follow what a small recurrent network remembers of a long signal,
          and find that it forgets in the order in which the signal repeats
          itself. The effect is there for every size we could afford, from a
          thousand parameters to eighty million.

          https://papers.example.org/papers/2511.10000
          arXiv: https://arxiv.org/abs/2511.10000
          PDF: https://arxiv.org/pdf/2511.10000
          Code: https://github.com/example/paper-0


       2. [RETRACTED] Counting lattice points in rooms without corners
          Tobias Akande, Lin Qiaoyu, Marta Ferreira
          math.CO, 27 November 2026
          Picked by Marta, who runs the reading group

          The effect is there for every size we could afford, from a thousand
          parameters to eighty million. A model of two equations explains most
          of it, and it tells beforehand which of two signals is kept. We
          release the traces of all 312 runs, and the program that draws them.

          https://papers.example.org/papers/2511.10137
          arXiv: https://arxiv.org/abs/2511.10137
          PDF: https://arxiv.org/pdf/2511.10137


      "
    `)
    expect(text.slice(text.indexOf('See all'))).toMatchInlineSnapshot(`
      "See all 31 papers: https://papers.example.org/

      ABOUT PAPERS IN EARLIER EMAILS

      * Retracted: Cold light from warm glass (sent on 14 October 2026)
        https://papers.example.org/papers/2509.00417

      ------------------------------------------------------------------------
      You get this because you subscribed to “Front page” at Tide Lines, every
      day.

      Read on the web:
      https://papers.example.org/emails/8841.Zm9vYmFyYmF6cXV1
      Unsubscribe from “Front page”:
      https://papers.example.org/unsubscribe/42.YmFyYmF6cXV1Zm9v
      Change your settings:
      https://papers.example.org/subscriptions?of=42&at=1
      Tide Lines: https://papers.example.org
      "
    `)
  })

  it('is 72 columns wide, and never breaks an address', () => {
    const url = `https://papers.example.org/papers/${'long-'.repeat(30)}`
    const issue = sampleIssue({
      papers: 3,
      notes: [
        'A note that says more than a line has room for, so that it has to go on in the next one, as they do.',
      ],
      head: { text: `Look at ${url} before it goes.`, html: '', by: null },
    })
    const text = issueText(
      {
        ...issue,
        papers: [
          samplePaper(0, { url }),
          samplePaper(1, {
            title: '潮汐记忆：循环网络在海水带走其余一切之后还保留着什么，以及它为什么保留这些内容而不是别的',
          }),
        ],
      },
      sampleLinks,
    )
    const wide = text.split('\n').filter((line) => columns(line) > 72 && !line.includes('://'))
    expect(wide).toEqual([])
    expect(text.split('\n')).toContain(`    ${url}`)
    expect(text).toContain(`\n  ${url}\n`)
    for (const address of Object.values(sampleLinks))
      expect(text.split('\n').some((line) => line.endsWith(address))).toBe(true)
  })

  it('obeys no terminal’s orders', () => {
    const title = 'One\u001b[31m red\u0007\r\nFrom: x\u202egnp.exe\u2028two'
    const text = issueText(
      { ...sampleIssue(), papers: [samplePaper(0, { title, reason: title, by: title })], subject: title },
      sampleLinks,
    )
    expect(text).not.toMatch(/[^\n\P{Cc}]|[\u202a-\u202e\u2028]/u)
    expect(text).not.toMatch(/^From: /m)
  })

  it('says so where nothing is new', () => {
    expect(issueText(sampleIssue({ papers: 0, total: 0 }), sampleLinks)).toContain(
      'There are no new papers in “Front page”.',
    )
  })

  it('tells anyone who reads it on the web how to subscribe', () => {
    const text = issueText(sampleIssue(), null)
    expect(text).toContain('Get “Front page” by email:')
    expect(text).toContain('https://papers.example.org/subscribe?list=%2F')
    expect(text).not.toMatch(/unsubscribe|you get this/i)
  })
})

describe('a line', () => {
  it('is wrapped between words, and between characters of Chinese but not before their marks', () => {
    expect(wrap('a '.repeat(50).trim())).toBe(`${'a '.repeat(36).trim()}\n${'a '.repeat(14).trim()}`)
    const chinese = wrap(`${'海'.repeat(36)}，${'海'.repeat(10)}`)
    expect(chinese.split('\n').map(columns)).toEqual([70, 24])
    expect(wrap('Word', { first: ' 1. ', indent: '    ' })).toBe(' 1. Word')
  })

  it('ends where a sentence does, or after a word', () => {
    expect(shorten('One two three.', 80)).toBe('One two three.')
    expect(shorten('It works well enough. Or so we think of it', 30)).toBe('It works well enough.')
    expect(shorten('It works, see Smith et al. for more of all this', 30)).toBe('It works, see Smith et al.…')
    expect(shorten('x'.repeat(100), 10)).toBe(`${'x'.repeat(9)}…`)
    expect(shorten('这个模型很好。那个不好说。', 20)).toBe('这个模型很好。')
    for (const limit of [5, 9, 10, 20, 21]) {
      for (const text of ['e\u0301'.repeat(40), '👩‍🔬'.repeat(20), '海'.repeat(50), 'ä ö ü '.repeat(20)]) {
        const short = shorten(text, limit)
        expect(columns(short)).toBeLessThanOrEqual(limit)
        expect(short.isWellFormed()).toBe(true)
      }
    }
  })

  it('keeps the joiners that scripts need', () => {
    expect(oneLine(' می\u200cخواهم\t\u0000 x\ud800 ')).toBe('می\u200cخواهم x\ufffd')
  })
})

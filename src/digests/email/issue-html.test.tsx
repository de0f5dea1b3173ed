import { HtmlValidate } from 'html-validate'
import { describe, expect, it } from 'vitest'
import type { Issue } from '../issue.ts'
import { PAPER_PLACES } from './issue-frame.ts'
import { plainMail } from './notice-mail.tsx'
import { issueHtml, renderIssue } from './render-issue.ts'
import {
  fullIssue,
  sampleConfirmation,
  sampleIssue,
  sampleLinks,
  samplePaper,
} from './sample-issues.fixture.ts'

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:standard'],
  elements: ['html5'],
  rules: {
    'void-style': 'off',
    'doctype-style': 'off',
    'attribute-empty-style': 'off',
    'attribute-boolean-style': 'off',
    'long-title': 'off',
    // Mail programs keep no style sheets, and Word needs what HTML has left behind.
    'no-inline-style': 'off',
    'no-deprecated-attr': 'off',
    'no-conditional-comment': 'off',
    'prefer-tbody': 'off',
  },
})

async function faultsOf(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line }) => `${line} ${ruleId}: ${message}`),
  )
}

/** What people see and hear of it, in its order. */
function wordsOf(html: string): string {
  return html
    .replace(/^[\s\S]*<body[^>]*>/, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}

/** Addresses that anything in a mail leads to or loads. */
function addressesOf(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src|background|action)="([^"]*)"/g)].map(([, url = '']) =>
    url.replaceAll('&amp;', '&'),
  )
}

const only = (changes: Parameters<typeof samplePaper>[1]): Issue => ({
  ...sampleIssue(),
  papers: [samplePaper(0, changes), samplePaper(1, changes)],
})

describe('the HTML of an issue', () => {
  it('is valid, whatever it has to say', async () => {
    const issues = [
      fullIssue(),
      sampleIssue({ papers: 1 }),
      sampleIssue({ papers: 0, notes: ['Nothing came out.'] }),
    ]
    for (const issue of issues) {
      expect(await faultsOf(issueHtml(issue, sampleLinks))).toEqual([])
      expect(await faultsOf(issueHtml(issue, null))).toEqual([])
    }
  })

  it('says everything in the order in which it is read', () => {
    const words = wordsOf(issueHtml(fullIssue(), sampleLinks))
    const order = [
      'Tide Lines',
      'Front page',
      'Sunday 29 November 2026',
      'No papers came out on Saturday',
      'A note from Marta Ferreira',
      'A day for people who like',
      'What is left of a signal',
      'Tidal memory',
      'Ines Moravec, Tobias Akande, Lin Qiaoyu and 4 others',
      'cs.LG · 27 November 2026',
      'First in the edition of 28 November, with 61 votes',
      'We follow what a small recurrent network',
      'arXiv',
      'Retracted',
      'Counting lattice points',
      'Expression of concern · Corrected',
      'Learning to wait',
      'See all 31 papers',
      'About papers in earlier emails',
      'Cold light from warm glass',
      'You get this because you subscribed to “Front page” at Tide Lines, every day.',
      'Read on the web',
      'Unsubscribe from “Front page”',
      'Change your settings',
    ]
    const places = order.map((text, i) =>
      words.indexOf(text, i === 0 ? 0 : words.indexOf(order[i - 1] ?? '') + 1),
    )
    expect(
      places.every((at) => at >= 0),
      order.filter((_, i) => (places[i] ?? -1) < 0).join('; '),
    ).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('leads where it says, by plain addresses, and loads nothing but its picture', () => {
    const issue = fullIssue()
    const html = issueHtml(issue, sampleLinks)
    const allowed = new Set([
      issue.site.origin,
      issue.list.url,
      `${issue.site.origin}/papers/2511.10000`,
      ...Object.values(sampleLinks),
      ...issue.warnings.map(({ url }) => url),
      ...issue.papers.flatMap(({ url, links, picture }) => [
        url,
        ...links.map((link) => link.url),
        picture?.url ?? url,
      ]),
    ])
    expect(addressesOf(html).filter((url) => !allowed.has(url))).toEqual([])
    expect(html.match(/<img\b/g)).toHaveLength(1)
    expect(html).toMatch(/<img src="[^"]+" alt="Figure from “Tidal memory[^"]*" width="552" height="294"/)
    expect(html).not.toMatch(/url\(|<link|@import|<script/i)
  })

  it('tells an inbox what the subject does not', () => {
    expect(wordsOf(issueHtml(sampleIssue(), sampleLinks))).toMatch(
      /^ ?Counting lattice points in rooms without corners · /,
    )
  })

  it('has in the archive a link to subscribe in place of what is a reader’s own', () => {
    const list = { title: 'Votes & order', url: 'https://papers.example.org/papers?q=votes&order=new' }
    const html = issueHtml({ ...fullIssue(), list }, null)
    expect(html).toContain(
      'href="https://papers.example.org/subscribe?list=%2Fpapers%3Fq%3Dvotes%26order%3Dnew"',
    )
    expect(wordsOf(html)).toContain('Get “Votes &amp; order” by email')
    expect(wordsOf(html)).not.toMatch(/unsubscribe|You get this|settings/i)
    expect(html).not.toContain('.invalid/')
  })

  it('puts each reader’s own addresses into what is remembered for all', () => {
    const links = {
      web: 'https://p.example/a?b=1&c=$&',
      unsubscribe: 'https://p.example/u/$1',
      settings: 'https://p.example/s',
    }
    const [first, second] = [issueHtml(fullIssue(), sampleLinks), issueHtml(fullIssue(), links)]
    expect(addressesOf(second)).toEqual(expect.arrayContaining(Object.values(links)))
    expect(addressesOf(second).filter((url) => Object.values(sampleLinks).includes(url))).toEqual([])
    expect(issueHtml(fullIssue(), sampleLinks)).toBe(first)
    expect(second).not.toContain('.invalid/')
  })

  it('gives a paper to one reader in one place for one reason, and to another otherwise', () => {
    const issue = sampleIssue({ papers: 4 })
    const turned = issue.papers
      .toReversed()
      .map((paper, i) => ({ ...paper, reason: i === 2 ? '' : `Because of $& <${i}>` }))
    renderIssue(issue, sampleLinks)
    const { html, text } = renderIssue({ ...issue, papers: turned }, sampleLinks)
    expect(wordsOf(html)).toMatch(/ 4 +Tidal memory/)
    expect(text).toMatch(/^ 4\. Tidal memory/m)
    for (const i of [0, 1, 3]) {
      expect(html).toContain(`>Because of $&amp; &lt;${i}&gt;</p>`)
      expect(text).toContain(`\n    Because of $& <${i}>\n`)
    }
    expect(html.match(/font:italic 15px/g)).toHaveLength(3)
    for (const place of Object.values(PAPER_PLACES)) expect(html + text).not.toContain(place)
  })

  it('shows what sources say as text, whatever it is', async () => {
    const evil = `"><script>alert('x')</script><img src=x onerror=alert(1)> & </title><!--[if mso]>`
    const hostile: Issue = {
      ...only({
        title: evil,
        by: evil,
        topic: evil,
        published: evil,
        summary: evil,
        keySentence: 'Other.',
        reason: evil,
        warnings: [evil],
        links: [{ name: evil, url: 'https://ok.example/"onclick="x' }],
      }),
      site: { name: evil, origin: 'https://papers.example.org' },
      list: { title: evil, url: 'https://papers.example.org/' },
      when: evil,
      subject: evil,
      notes: [evil],
      head: { text: evil, html: '', by: evil },
      warnings: [{ title: evil, url: 'javascript:alert(1)', what: evil, sentOn: evil }],
      total: 99,
    }
    const html = issueHtml(hostile, sampleLinks)
    expect(html).not.toMatch(/<script|<img|\sonerror=(?!alert\(1\)&gt;)|\sonclick=/i)
    expect(html.match(/<!--/g)).toHaveLength(
      issueHtml(sampleIssue(), sampleLinks).match(/<!--/g)?.length ?? 0,
    )
    expect(await faultsOf(html)).toEqual([])
  })

  it('links nothing but addresses of the web', () => {
    const urls = [
      'javascript:alert(1)',
      ' JaVaScRiPt:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,<b>',
      'vbscript:x',
      'file:///etc/passwd',
      '/papers/1',
      'mailto:a@example.org',
      '',
    ]
    for (const url of urls) {
      const issue: Issue = {
        ...only({ url, links: [{ name: 'PDF', url }], picture: { url, width: 10, height: 10, caption: '' } }),
        warnings: [{ title: 'Earlier', url, what: 'Retracted', sentOn: '1 May' }],
        head: { text: '', html: `<p><a href="${url.replaceAll('<', '&lt;')}">there</a></p>`, by: null },
      }
      const { html, text } = renderIssue(issue, sampleLinks)
      expect(addressesOf(html).filter((address) => !address.startsWith('https://'))).toEqual([])
      expect(html).not.toContain('<img')
      expect(text).not.toMatch(/script:|data:text|file:|mailto:/i)
    }
  })

  it('shows a curator’s note with the styles of a mail and nothing that is not known', () => {
    const html =
      '<p style="position:fixed" onclick="x">One <a href="/papers/1" rel="nofollow">here</a>, <a href="javascript:x">no</a></p><iframe src="https://x.example"></iframe><pre class="y"><code>a &lt; b</code></pre><form action="/x">'
    const mail = issueHtml(sampleIssue({ head: { text: 'One', html, by: null } }), null)
    expect(mail).toContain('href="https://papers.example.org/papers/1"')
    expect(mail).toContain('a &lt; b')
    expect(mail).not.toMatch(/position:fixed|onclick|<iframe|<form|javascript|rel=/)
    expect(wordsOf(mail)).toContain('A note from the curators')
  })

  it('shows formulas of a note as text', () => {
    const head = {
      text: 'With α ≤ β, see below.\n\nThen read on.',
      html: '<p>With <math><mi>α</mi></math></p>',
      by: null,
    }
    const mail = issueHtml(sampleIssue({ head }), null)
    expect(mail).not.toContain('<math')
    expect(wordsOf(mail)).toContain('With α ≤ β, see below. Then read on.')
  })

  it('tells the key sentence apart, or in bold where the summary has it', () => {
    const summary = 'We look. We find that it holds. We stop.'
    const apart = issueHtml(only({ summary, keySentence: 'It holds for all.' }), null)
    expect(apart).toMatch(/<p [^>]*font:italic[^>]*>It holds for all\.<\/p>/)
    const within = issueHtml(only({ summary, keySentence: 'We find that it holds.' }), null)
    expect(within).toContain('We look. <strong>We find that it holds.</strong> We stop.')
    expect(within.split('We find that it holds.')).toHaveLength(3)
  })
})

describe('a small mail', () => {
  it('says the same in HTML and in text', async () => {
    const { html, text } = plainMail(sampleConfirmation)
    expect(await faultsOf(html)).toEqual([])
    expect(addressesOf(html)).toEqual([sampleConfirmation.site.origin, sampleConfirmation.button.url])
    for (const said of [
      sampleConfirmation.heading,
      sampleConfirmation.button.label,
      ...sampleConfirmation.afterwards,
    ]) {
      expect(wordsOf(html)).toContain(said)
      expect(text.replaceAll('\n', ' ')).toContain(said)
    }
    expect(text).toContain(`\n${sampleConfirmation.button.url}\n`)
  })

  it('shows what people wrote as text, and leads nowhere else', () => {
    const { html } = plainMail({ ...sampleConfirmation, heading: '<b>“x”</b>', paragraphs: ['<img src=x>'] })
    expect(html).not.toMatch(/<b>|<img/)
    expect(() => plainMail({ ...sampleConfirmation, button: { label: 'Go', url: 'javascript:x' } })).toThrow(
      /cannot be linked/,
    )
  })
})

describe('letters', () => {
  it('are 14 pixels high at least', () => {
    const html = issueHtml(fullIssue(), sampleLinks) + plainMail(sampleConfirmation).html
    const sizes = [...html.matchAll(/\bfont(?:-size)?:[^;"]*?(\d+)px/g)].map(([, size]) => Number(size))
    expect(sizes.length).toBeGreaterThan(20)
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(14)
  })
})

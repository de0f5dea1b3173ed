import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inventedPaper } from '../papers/export/invented-paper.fixture.ts'
import { toldPaper, type Message } from './message.ts'
import { SHAPES, usualShape, writeMessage, type Shape } from './shapes.ts'
import { shownSecret, signatureHeaders } from './sign.ts'

const ORIGIN = 'https://tides.example'
const NASTY = '<!channel> <@U1> *a* _b_ [x](http://evil.example) @everyone & "q" <b>'

const message = (titles: string[], facts: Partial<Message> = {}): Message => ({
  id: 'msg_1',
  at: new Date('2026-11-27T15:00:00Z'),
  kind: 'papers',
  site: { name: 'Tide Lines', origin: ORIGIN },
  list: { title: 'New papers', url: `${ORIGIN}/papers/new` },
  edition: null,
  heading: `${titles.length} new papers: New papers`,
  url: `${ORIGIN}/papers/new`,
  papers: titles.map((title) => ({
    ...toldPaper(inventedPaper({ authors: [{ name: 'Ada & Co' }] }), ORIGIN),
    title,
    url: `${ORIGIN}/papers/doi/10.5555/a(b)_c`,
  })),
  total: titles.length,
  ...facts,
})
const written = (shape: Shape, of: Message) => JSON.parse(writeMessage(of, { shape, chat: '-1001' }))
/** All texts of a message, joined. */
const textIn = (body: unknown): string =>
  typeof body === 'string'
    ? body
    : typeof body === 'object' && body !== null
      ? Object.values(body).map(textIn).join('\n')
      : ''

describe('a title that means something to a chat', () => {
  it('is plain text in Slack', () => {
    const { text, blocks, unfurl_links: unfurl } = written('slack', message([NASTY]))
    expect(text).toBe('1 new papers: New papers')
    expect(unfurl).toBe(false)
    expect(blocks[1].text.text).toBe(
      `<${ORIGIN}/papers/doi/10.5555/a(b)_c|&lt;!channel&gt; &lt;@U1&gt; \u200B*\u200Ba\u200B*\u200B \u200B_\u200Bb\u200B_\u200B [x](http://evil.example) @everyone &amp; "q" &lt;b&gt;>\nAda &amp; Co`,
    )
  })

  it('is plain text in Discord, and calls no one', () => {
    const { content, embeds, allowed_mentions: mentions } = written('discord', message([NASTY]))
    expect(mentions).toEqual({ parse: [] })
    expect(content).toBe('1 new papers: New papers')
    expect(embeds[0].description).toBe(
      `[\\<!channel\\> \\<@U1\\> \\*a\\* \\_b\\_ \\[x\\](http://evil.example) @everyone & "q" \\<b\\>](${ORIGIN}/papers/doi/10.5555/a%28b%29%5Fc)\nAda & Co`.replace(
        '\\!',
        '!',
      ),
    )
  })

  it('is plain text in Mattermost, and calls no one', () => {
    const { text } = written('mattermost', message([NASTY]))
    expect(text).toContain(
      `[&lt;!channel&gt; &lt;@\u200BU1&gt; \\*a\\* \\_b\\_ \\[x\\](http://evil.example) @\u200Beveryone &amp; "q" &lt;b&gt;](${ORIGIN}/papers/doi/10.5555/a%28b%29%5Fc)\nAda &amp; Co`,
    )
  })

  it('is plain text on a card of Teams', () => {
    const [{ contentType, content }] = written('teams', message([NASTY])).attachments
    expect([contentType, content.type, content.version]).toEqual([
      'application/vnd.microsoft.card.adaptive',
      'AdaptiveCard',
      '1.4',
    ])
    expect(content.body[1].text).toBe(
      `[&lt;!channel&gt; &lt;@U1&gt; \\*a\\* \\_b\\_ \\[x\\](http://evil.example) @everyone &amp; "q" &lt;b&gt;](${ORIGIN}/papers/doi/10.5555/a%28b%29%5Fc)`,
    )
  })

  it('is plain text in Telegram', () => {
    expect(written('telegram', message([NASTY]))).toEqual({
      chat_id: '-1001',
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      text: `<b><a href="${ORIGIN}/papers/new">1 new papers: New papers</a></b>\n\n<a href="${ORIGIN}/papers/doi/10.5555/a(b)_c">&lt;!channel&gt; &lt;@U1&gt; *a* _b_ [x](http://evil.example) @everyone &amp; &quot;q&quot; &lt;b&gt;</a>\nAda &amp; Co`,
    })
  })

  it('stays what it is, whatever it is', () => {
    const title = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.string({
        unit: fc.constantFrom(
          '<',
          '>',
          '&',
          '@',
          '!',
          '|',
          '*',
          '[',
          ']',
          '(',
          ')',
          '\\',
          '"',
          '{',
          'a',
          ' ',
        ),
        maxLength: 60,
      }),
    )
    fc.assert(
      fc.property(fc.array(title, { maxLength: 25 }), (titles) => {
        const of = message(titles)
        const slack = textIn(written('slack', of).blocks)
        // Only links begin with a bracket, and they lead here.
        for (const [, to] of slack.matchAll(/<([^|>]*)/g)) expect(to).toContain(ORIGIN)
        const telegram = written('telegram', of).text
        expect(
          telegram.replaceAll(/<\/?b>|<a href="https:\/\/tides\.example[^"<>]*">|<\/a>/g, ''),
        ).not.toMatch(/[<>]/)
        expect(written('mattermost', of).text).not.toMatch(/@(?!\u200B)|<!/)
        for (const shape of ['discord', 'mattermost', 'teams'] as const)
          for (const [, to] of textIn(written(shape, of)).matchAll(/(?<!\\)\]\(([^)]*)\)/g))
            expect(to).toContain(ORIGIN)
      }),
    )
  })
})

describe('what would be too long', () => {
  const long = Array.from({ length: 25 }, (_, i) => `${i} ${'<&*'.repeat(200)}`)
  it.each(SHAPES.map(({ shape }) => shape))('is left to the link in the shape %s', (shape) => {
    const body = written(shape, message(long, { total: 400 }))
    if (shape === 'json') {
      expect(body.data.papers).toHaveLength(25)
      expect(body.data.total).toBe(400)
      return
    }
    expect(textIn(body)).toMatch(/And 3\d\d more papers/)
    if (shape === 'discord') expect(body.embeds[0].description.length).toBeLessThanOrEqual(4_096)
    if (shape === 'telegram') expect(body.text.length).toBeLessThanOrEqual(4_096)
    if (shape === 'teams') expect(JSON.stringify(body).length).toBeLessThanOrEqual(28_000)
    if (shape === 'slack') {
      expect(body.blocks.length).toBeLessThanOrEqual(50)
      for (const block of body.blocks) expect(block.text.text.length).toBeLessThanOrEqual(3_000)
    }
  })
})

it('is signed as Standard Webhooks says', () => {
  // The expected signature was worked out with OpenSSL.
  const secret = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const headers = signatureHeaders({
    id: 'msg_1',
    at: new Date('2025-11-27T15:00:00.900Z'),
    body: '{"a":1}',
    secrets: [secret, secret],
  })
  expect(headers['webhook-id']).toBe('msg_1')
  expect(headers['webhook-timestamp']).toBe('1764255600')
  expect(headers['webhook-signature']).toBe(
    'v1,3CysOEq8rZx1jyfYrbtFhruOP/PAD4yoze+jtxVvcOs= v1,3CysOEq8rZx1jyfYrbtFhruOP/PAD4yoze+jtxVvcOs=',
  )
  expect(shownSecret(secret)).toBe(`whsec_${secret}`)
})

it.each([
  ['https://hooks.slack.com/services/T/B/x', 'slack'],
  ['https://discord.com/api/webhooks/1/x', 'discord'],
  ['https://evildiscord.com/api/webhooks/1/x', 'json'],
  ['https://api.telegram.org/bot1:x', 'telegram'],
  ['https://prod-1.westeurope.logic.azure.com:443/workflows/x', 'teams'],
  ['https://chat.example/hooks/x', 'json'],
  ['nonsense', 'json'],
])('for %s is %s by itself', (target, shape) => expect(usualShape(target)).toBe(shape))

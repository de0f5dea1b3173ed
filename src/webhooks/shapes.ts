import { toJson } from '../papers/export/json.ts'
import { cut, restOf, type Message, type ToldPaper } from './message.ts'

/** How a message is written for a receiver. */
export type Shape = 'json' | 'slack' | 'discord' | 'mattermost' | 'teams' | 'telegram'

export const SHAPES: readonly { shape: Shape; name: string; hint: string }[] = [
  { shape: 'json', name: 'JSON', hint: 'for a program of your own' },
  { shape: 'slack', name: 'Slack', hint: 'an incoming webhook: https://hooks.slack.com/services/…' },
  { shape: 'discord', name: 'Discord', hint: 'a channel’s webhook: https://discord.com/api/webhooks/…' },
  { shape: 'mattermost', name: 'Mattermost', hint: 'an incoming webhook: https://chat.example.org/hooks/…' },
  { shape: 'teams', name: 'Microsoft Teams', hint: 'the address that a workflow for webhooks gives' },
  {
    shape: 'telegram',
    name: 'Telegram',
    hint: 'https://api.telegram.org/bot… with the bot’s token, and a chat',
  },
]

/** The shape that the service at an address takes, as far as its host tells. */
export function usualShape(target: string): Shape {
  const host = URL.parse(target)?.hostname ?? ''
  if (host === 'hooks.slack.com') return 'slack'
  if (/(?:^|\.)discord(?:app)?\.com$/.test(host)) return 'discord'
  if (host === 'api.telegram.org') return 'telegram'
  if (/\.(?:logic\.azure\.com|powerplatform\.com|webhook\.office\.com)$/.test(host)) return 'teams'
  return 'json'
}

/** The body that a receiver takes. What does not fit in is left out from the end, and counted in the line about the rest. */
export function writeMessage(
  message: Message,
  { shape, chat }: { shape: Shape; chat: string | null },
): string {
  switch (shape) {
    case 'json':
      return JSON.stringify(jsonBody(message))
    case 'slack':
      return fitting(message, slackBody, SLACK_BYTES)
    case 'discord':
      return fitting(message, discordBody, Infinity)
    case 'mattermost':
      return fitting(message, mattermostBody, Infinity)
    case 'teams':
      return fitting(message, teamsBody, TEAMS_BYTES)
    case 'telegram':
      return fitting(message, (one) => telegramBody(one, chat), Infinity)
  }
}

/** A body that may be too long for its receiver, beside what has to be counted. */
type Draft = { body: object; tooLong: boolean }

function fitting(message: Message, draft: (message: Message) => Draft, mostBytes: number): string {
  for (let count = message.papers.length; ; count--) {
    const { body, tooLong } = draft({ ...message, papers: message.papers.slice(0, count) })
    const text = JSON.stringify(body)
    if (count === 0 || (!tooLong && Buffer.byteLength(text) <= mostBytes)) return text
  }
}

/** Titles are rarely longer, and authors never need to be. */
const LONGEST_TITLE = 300
const LONGEST_BY = 200
const LONGEST_HEADING = 500

// --- JSON ---

/** The `type` and `data` that Standard Webhooks recommends; papers as their JSON exports, with fewer authors. */
function jsonBody({ kind, at, site, list, edition, url, papers, total }: Message) {
  return {
    type: { papers: 'papers.new', edition: 'edition.published', test: 'webhook.test' }[kind],
    timestamp: at.toISOString(),
    data: {
      site: { name: site.name, url: site.origin },
      list: { title: list.title, url: list.url },
      ...(edition === null ? {} : { edition }),
      total,
      url,
      papers: papers.map((told) => jsonPaper(told, site.name)),
    },
  }
}

/** A collaboration of thousands would make a message megabytes long. */
const AUTHORS_NAMED = 50

function jsonPaper({ paper, url }: ToldPaper, siteName: string) {
  const { authors, provenance: _, ...rest } = toJson(paper, { url, siteName })
  return {
    ...rest,
    authors: authors.slice(0, AUTHORS_NAMED),
    authorsTruncated: rest.authorsTruncated || authors.length > AUTHORS_NAMED,
  }
}

// --- Slack: https://docs.slack.dev/messaging/formatting-message-text ---

const SLACK_BYTES = 60_000
/** Of a section. */
const SLACK_TEXT = 3_000

function slackBody(message: Message): Draft {
  const { heading, url, papers } = message
  const rest = restOf(message)
  const section = (text: string) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: cut(text, SLACK_TEXT), verbatim: true },
  })
  const blocks = [
    section(`*${slackLink(url, cut(heading, LONGEST_HEADING))}*`),
    ...papers.map(({ title, by, url }) =>
      section(
        [slackLink(url, cut(title, LONGEST_TITLE)), slack(cut(by, LONGEST_BY))]
          .filter((line) => line !== '')
          .join('\n'),
      ),
    ),
    ...(rest === null ? [] : [section(slackLink(url, rest))]),
  ]
  return {
    body: { text: slack(cut(heading, LONGEST_HEADING)), blocks, unfurl_links: false, unfurl_media: false },
    tooLong: false,
  }
}

/** Everything that means something begins with one of three characters; what styles text is kept from doing so. */
function slack(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu, (mark) => `\u200B${mark}\u200B`)
}

function slackLink(url: string, text: string): string {
  const address = url
    .replaceAll('&', '&amp;')
    .replaceAll('|', '%7C')
    .replaceAll('<', '%3C')
    .replaceAll('>', '%3E')
  return `<${address}|${slack(text).replaceAll('|', '¦')}>`
}

// --- Discord: https://discord.com/developers/docs/resources/webhook#execute-webhook ---

const DISCORD_CONTENT = 2_000
const DISCORD_DESCRIPTION = 4_096

function discordBody(message: Message): Draft {
  const { heading, url, papers } = message
  const rest = restOf(message)
  const lines = papers.map(({ title, by, url }) =>
    [markdownLink(url, cut(title, LONGEST_TITLE)), markdown(cut(by, LONGEST_BY))]
      .filter((line) => line !== '')
      .join('\n'),
  )
  const description = [...lines, ...(rest === null ? [] : [markdownLink(url, rest)])].join('\n\n')
  const content = cut(markdown(cut(heading, LONGEST_HEADING)), DISCORD_CONTENT)
  return {
    body: {
      content,
      embeds: [
        {
          title: markdown(cut(message.list.title, 100)),
          url,
          ...(description === '' ? {} : { description }),
        },
      ],
      // No one is called: a title may say @everyone.
      allowed_mentions: { parse: [] },
    },
    tooLong: description.length > DISCORD_DESCRIPTION,
  }
}

// --- Mattermost: https://developers.mattermost.com/integrate/webhooks/incoming/ ---

/** Its oldest servers take no more. */
const MATTERMOST_TEXT = 4_000

function mattermostBody(message: Message): Draft {
  const { heading, url, papers } = message
  const rest = restOf(message)
  const text = [
    `**${mattermostLink(url, cut(heading, LONGEST_HEADING))}**`,
    ...papers.map(({ title, by, url }) =>
      [mattermostLink(url, cut(title, LONGEST_TITLE)), mattermost(cut(by, LONGEST_BY))]
        .filter((line) => line !== '')
        .join('\n'),
    ),
    ...(rest === null ? [] : [mattermostLink(url, rest)]),
  ].join('\n\n')
  return { body: { text }, tooLong: text.length > MATTERMOST_TEXT }
}

/** It reads Slack's `<!channel>` too, and calls whoever stands after an @. */
function mattermost(text: string): string {
  return markdown(text.replaceAll('&', '&amp;').replaceAll('@', '@\u200B'))
    .replaceAll('\\<', '&lt;')
    .replaceAll('\\>', '&gt;')
}

function mattermostLink(url: string, text: string): string {
  return `[${mattermost(text)}](${markdownAddress(url)})`
}

// --- Microsoft Teams: https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/ ---

/** 28 KB, less what it adds itself. */
const TEAMS_BYTES = 26_000

function teamsBody(message: Message): Draft {
  const { heading, url, papers } = message
  const rest = restOf(message)
  const block = (text: string, more: object = {}) => ({ type: 'TextBlock', text, wrap: true, ...more })
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      block(card(cut(heading, LONGEST_HEADING)), { weight: 'Bolder', size: 'Medium' }),
      ...papers.flatMap(({ title, by, url }) => [
        block(`[${card(cut(title, LONGEST_TITLE))}](${markdownAddress(url)})`, { spacing: 'Medium' }),
        ...(by === '' ? [] : [block(card(cut(by, LONGEST_BY)), { isSubtle: true, spacing: 'None' })]),
      ]),
      ...(rest === null ? [] : [block(card(rest), { spacing: 'Medium' })]),
    ],
    actions: [{ type: 'Action.OpenUrl', title: 'Read on the site', url }],
  }
  return {
    body: {
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
    },
    tooLong: false,
  }
}

/** A card reads some Markdown, and fills `{{DATE(…)}}` in. */
function card(text: string): string {
  return markdown(text.replaceAll('&', '&amp;'))
    .replaceAll('\\<', '&lt;')
    .replaceAll('\\>', '&gt;')
    .replaceAll('{{', '{\u200B{')
}

// --- Telegram: https://core.telegram.org/bots/api#html-style ---

const TELEGRAM_TEXT = 4_096

function telegramBody(message: Message, chat: string | null): Draft {
  const { heading, url, papers } = message
  const rest = restOf(message)
  const link = (to: string, text: string) => `<a href="${html(to)}">${html(text)}</a>`
  const text = [
    `<b>${link(url, cut(heading, LONGEST_HEADING))}</b>`,
    ...papers.map(({ title, by, url }) =>
      [link(url, cut(title, LONGEST_TITLE)), html(cut(by, LONGEST_BY))]
        .filter((line) => line !== '')
        .join('\n'),
    ),
    ...(rest === null ? [] : [link(url, rest)]),
  ].join('\n\n')
  return {
    body: {
      chat_id: chat ?? '',
      text,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
    },
    tooLong: text.length > TELEGRAM_TEXT,
  }
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

// --- Markdown ---

/** Whatever could begin markup is preceded by a backslash; a line break would end a line of a list. */
function markdown(text: string): string {
  return text
    .replaceAll(/[\\`*_~|[\]<>#]/g, (mark) => `\\${mark}`)
    .replaceAll(/\s+/g, ' ')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/^[+-]/, '\\$&')
}

function markdownAddress(url: string): string {
  return url.replaceAll(
    /[()<>\s\\*_]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

function markdownLink(url: string, text: string): string {
  return `[${markdown(text)}](${markdownAddress(url)})`
}

import { randomUUID } from 'node:crypto'
import type { Every, Issue, IssueLinks, IssuePaper } from '../issue.ts'
import { subscribeAddress } from './addresses.ts'
import { oneLine, shorten } from './lines.ts'

/** How much of an issue is told: less where a mail would be too large. */
export type Extent = {
  /** How many columns the summaries take at most. */
  summary: number
  /** Whether papers have links besides the one of their title. */
  hasLinks: boolean
  /** Whether what stands around the papers is told at length: notes of curators above all. */
  isFrameWhole: boolean
  /** How many papers, from the first. */
  papers: number
}

/** Everything; summaries as long as they are read with pleasure. */
export const IN_FULL: Extent = { summary: 320, hasLinks: true, isFrameWhole: true, papers: 25 }

/** What stands in a frame for what is put in later: nothing that a source says is the same. */
export const PLACES = {
  top: `top-${randomUUID()}`,
  papers: `papers-${randomUUID()}`,
  web: `https://web-${randomUUID()}.invalid/`,
  unsubscribe: `https://unsubscribe-${randomUUID()}.invalid/`,
  settings: `https://settings-${randomUUID()}.invalid/`,
} as const

/**
 * What stands in a paper for its number and for why it is there: another reader may get it in another place for another reason.
 * Controls, which no text keeps (lines.ts) and no address may have.
 */
export const PAPER_PLACES = { rank: '\u0001', reason: '\u0002' } as const

/** All that a mail says besides its papers, in lines; for everybody the same but for the addresses of `IssueLinks`. */
export type Frame = {
  site: { name: string; origin: string }
  list: { title: string; url: string }
  /** `every day`. */
  every: string
  when: string
  subject: string
  /** What an inbox shows after the subject. */
  preheader: string
  notes: string[]
  head: { heading: string; text: string; html: string | null } | null
  warnings: { title: string; url: string; what: string; sentOn: string }[]
  /** Papers that are told of, that are left out of the mail for its size, and that there were to choose from. */
  shown: number
  leftOut: number
  total: number
  /** For a subscriber, or for anyone who reads it on the web. */
  footer: { kind: 'subscriber'; links: IssueLinks } | { kind: 'anyone'; subscribe: string }
}

const EVERY: Record<Every, string> = { day: 'every day', week: 'every week', month: 'every month' }

/** What sources and people write is as long as they like: in a mail it has a line, or a few. */
const LONGEST_LINE = 300
const LONGEST_NAME = 90
const LONGEST_PREHEADER = 160
const MOST_NOTES = 7
const MOST_WARNINGS = 20
/** Where the frame cannot be whole. */
const BRIEF_LINE = 60
const BRIEF_NOTE = 500

/** The frame of an issue, with places for what is a subscriber's alone if it `isPersonal`. */
export function frameOf(
  issue: Issue,
  { isPersonal, extent }: { isPersonal: boolean; extent: Extent },
): Frame {
  const shown = Math.min(issue.papers.length, extent.papers)
  const longest = extent.isFrameWhole ? LONGEST_LINE : BRIEF_LINE
  return {
    site: { name: line(issue.site.name, LONGEST_NAME), origin: issue.site.origin },
    list: { title: line(issue.list.title, LONGEST_NAME), url: issue.list.url },
    every: EVERY[issue.every],
    when: line(issue.when, longest),
    subject: line(issue.subject, longest),
    preheader: preheaderOf(issue),
    notes: issue.notes.slice(0, MOST_NOTES).map((note) => line(note, longest)),
    head: issue.head && headOf(issue.head, extent),
    warnings: issue.warnings.slice(0, MOST_WARNINGS).map(({ title, url, what, sentOn }) => ({
      title: line(title, longest),
      url,
      what: line(what, LONGEST_NAME),
      sentOn: line(sentOn, LONGEST_NAME),
    })),
    shown,
    leftOut: issue.papers.length - shown,
    total: issue.total,
    footer: isPersonal
      ? { kind: 'subscriber', links: PLACES }
      : { kind: 'anyone', subscribe: subscribeAddress(issue) },
  }
}

function headOf({ text, html, by }: NonNullable<Issue['head']>, { isFrameWhole }: Extent): Frame['head'] {
  const heading = by === null ? 'A note from the curators' : `A note from ${line(by, LONGEST_NAME)}`
  if (!isFrameWhole) return { heading, text: shorten(oneLine(text), BRIEF_NOTE), html: null }
  // Mail programs know nothing of MathML; in the text, formulas are characters.
  return { heading, text, html: html === '' || html.includes('<math') ? null : html }
}

/** The titles that the subject does not tell. */
function preheaderOf({ papers, subject, notes }: Issue): string {
  const titles = papers.slice(0, 5).map(({ title }) => oneLine(title))
  const news = titles.filter((title) => title !== '' && !subject.includes(title.slice(0, 40)))
  return shorten((news.length > 0 ? news : notes.map(oneLine)).join(' · '), LONGEST_PREHEADER)
}

/** Why a paper is there, in a line. */
export function reasonOf({ reason }: IssuePaper): string {
  return line(reason)
}

/** A paper in lines, as far as it is told, with a place for its reason. */
export function paperOf(paper: IssuePaper, { summary, hasLinks }: Extent): IssuePaper {
  return {
    ...paper,
    title: line(paper.title),
    by: line(paper.by),
    topic: line(paper.topic, LONGEST_NAME),
    published: paper.published === null ? null : line(paper.published, LONGEST_NAME),
    summary: paper.summary === null ? null : line(paper.summary, summary) || null,
    keySentence: paper.keySentence === null ? null : line(paper.keySentence) || null,
    picture: paper.picture && { ...paper.picture, caption: line(paper.picture.caption, 200) },
    reason: paper.reason === '' ? '' : PAPER_PLACES.reason,
    warnings: paper.warnings.slice(0, 5).map((warning) => line(warning, LONGEST_NAME)),
    links: hasLinks ? paper.links.slice(0, 6).map(({ name, url }) => ({ name: line(name, 40), url })) : [],
  }
}

/** `Read on the web`, and the other links of the footer, in their order. */
export function footerLinks({ footer, list, site }: Frame): { name: string; url: string }[] {
  const home = { name: site.name, url: site.origin }
  if (footer.kind === 'anyone') return [{ name: `Get “${list.title}” by email`, url: footer.subscribe }, home]
  const { web, unsubscribe, settings } = footer.links
  return [
    { name: 'Read on the web', url: web },
    { name: `Unsubscribe from “${list.title}”`, url: unsubscribe },
    { name: 'Change your settings', url: settings },
    home,
  ]
}

/** Why a subscriber gets the mail. */
export function whyItComes({ footer, list, site, every }: Frame): string | null {
  if (footer.kind === 'anyone') return null
  return `You get this because you subscribed to “${list.title}” at ${site.name}, ${every}.`
}

/** What is said of the papers that are not in the mail, and the link to them all; null where there are no others. */
export function moreOf({ shown, leftOut, total }: Frame): { said: string | null; link: string } | null {
  const all = `See all ${total.toLocaleString('en-GB')} papers`
  if (leftOut > 0) {
    const others = leftOut === 1 ? '1 more paper' : `${leftOut} more papers`
    return { said: `${others} did not fit into this email.`, link: total > shown ? all : 'See all papers' }
  }
  return total > shown ? { said: null, link: all } : null
}

/** What is said where a paper would be. */
export function nothingNew({ list }: Frame): string {
  return `There are no new papers in “${list.title}”.`
}

/** A paper's key sentence apart from its summary, unless it is told there. */
export function standfirst({ keySentence, summary }: IssuePaper): string | null {
  return keySentence !== null && !summary?.includes(keySentence) ? keySentence : null
}

function line(text: string, limit = LONGEST_LINE): string {
  return shorten(oneLine(text), limit)
}

import { parseDay } from '../../papers/calendar.ts'
import { parseIdentifier } from '../../papers/identifiers.ts'
import { authorsInLine } from './author-list.ts'
import { parseDate, parsePublished } from './dates.ts'
import type { PaperDraft } from './validate-paper.ts'
import { saysWithdrawn } from './withdrawn.ts'
import { childOf, childrenOf, textOf, type XmlElement } from './xml-records.ts'

const ANNOUNCED = /^\s*arXiv:\S+\s+Announce Type:\s*([\w-]+)\s*/i
const ABSTRACT = /^Abstract:\s*/i
// Until 2024 the title ended with it.
const IN_TITLE = /\s*\(arXiv:(\S+?)(?:v\d+)?\s*\[[\w.-]+\]\s*([A-Z ]*)\)\s*$/

/**
 * Whether an entry of Atom or an item of RSS is of arXiv's daily announcements (rss.arxiv.org), and not of its API: it says
 * how a paper was announced.
 */
export function isAnnouncement(entry: XmlElement): boolean {
  return (
    childOf(entry, 'announce_type') !== undefined ||
    /^oai:arxiv\.org:/i.test(idOf(entry)) ||
    ANNOUNCED.test(summaryOf(entry)) ||
    entry.name === 'item'
  )
}

/**
 * A paper as arXiv announces it, of source `arxiv-daily`: names in one line, no comments, no versions. Only a new paper's
 * day of announcement says when it came out; replaced and cross-listed ones are announced again long after.
 */
export function draftOfAnnouncement(entry: XmlElement): PaperDraft {
  const summary = summaryOf(entry)
  const titled = IN_TITLE.exec(textOf(entry, 'title') ?? '')
  const kind = announceType(entry)
  const abstract = withoutMarkup(summary.replace(ANNOUNCED, '').replace(ABSTRACT, ''))
  const announced = dateOf(entry)
  return {
    source: 'arxiv-daily',
    identifiers: [idOf(entry) === '' ? titled?.[1] : idOf(entry)],
    dois: [textOf(entry, 'DOI') ?? textOf(entry, 'doi')],
    asOf: textOf(entry, 'updated') ?? announced,
    title: (textOf(entry, 'title') ?? '').replace(IN_TITLE, ''),
    abstract,
    indentedParagraphs: true,
    ...authorsInLine(creatorsOf(entry)),
    published: kind === 'new' ? dayOf(announced ?? '') : undefined,
    categories: childrenOf(entry, 'category').map(
      (category) => category.attributes.get('term') ?? category.text.trim(),
    ),
    journalReference: textOf(entry, 'journal_reference') ?? textOf(entry, 'journal_ref'),
    license: textOf(entry, 'rights'),
    withdrawn: saysWithdrawn({ abstract: abstract.trim() }),
  }
}

/** How a paper was announced: `new`, `cross`, `replace`, `replace-cross`; empty where its entry does not say. */
export function announceType(entry: XmlElement): string {
  const titled = IN_TITLE.exec(textOf(entry, 'title') ?? '')
  return (
    textOf(entry, 'announce_type')?.trim().toLowerCase() ??
    ANNOUNCED.exec(summaryOf(entry))?.[1]?.toLowerCase() ??
    (titled?.[2] === '' ? 'new' : '')
  )
}

/** The day (`YYYY-MM-DD`) of an entry's announcement, as the feed dates it; null where it does not. */
export function announcedOn(entry: XmlElement): string | null {
  return dayWritten(dateOf(entry) ?? '')
}

/** The day (`YYYY-MM-DD`) that a feed names in whatever form; null where it is none. */
export function dayWritten(announced: string): string | null {
  return parseDay(parsePublished(dayOf(announced) ?? '')?.value ?? '')
}

function dateOf(entry: XmlElement): string | undefined {
  return textOf(entry, 'published') ?? textOf(entry, 'pubDate') ?? textOf(entry, 'date')
}

/** `oai:arXiv.org:2402.16845v1`, or the address of the paper's page. */
function idOf(entry: XmlElement): string {
  const links = childrenOf(entry, 'link').map((link) => link.attributes.get('href') ?? link.text)
  const written = [textOf(entry, 'id'), textOf(entry, 'guid'), ...links, entry.attributes.get('about')]
  const texts = written.map((text) => text?.trim() ?? '').filter((text) => text !== '')
  return texts.find((text) => parseIdentifier(text)?.identifier.scheme === 'arxiv') ?? texts[0] ?? ''
}

function summaryOf(entry: XmlElement): string {
  return textOf(entry, 'summary') ?? textOf(entry, 'description') ?? ''
}

/** All names, in one line or in one element each; the feeds of RSS 1.0 have links around them. */
function creatorsOf(entry: XmlElement): string {
  const creators = childrenOf(entry, 'creator')
  const named = creators.length > 0 ? creators : childrenOf(entry, 'author')
  return named.map(({ text }) => withoutMarkup(text).trim()).join(', ')
}

function withoutMarkup(text: string): string {
  return text.replace(/<\/?(?:p|a|br|i|b|em|strong)(?:\s[^<>]*)?\/?>/gi, '')
}

/** The day that a feed names, in the time zone in which it names it: arXiv announces at midnight of its own. */
function dayOf(announced: string): string | undefined {
  const iso = /^\s*(\d{4}-\d\d-\d\d)/.exec(announced)?.[1]
  if (iso !== undefined) return iso
  const mail = /(\d{1,2} [a-z]{3} \d{4})/i.exec(announced)?.[1]
  return mail ?? parseDate(announced)?.value.slice(0, 10)
}

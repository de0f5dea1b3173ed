import type { IssuePaper } from '../issue.ts'
import { safeAddress } from './addresses.ts'
import {
  footerLinks,
  moreOf,
  nothingNew,
  PAPER_PLACES,
  PLACES,
  standfirst,
  whyItComes,
  type Frame,
} from './issue-frame.ts'
import { columns, paragraphs, wrap } from './lines.ts'

/** What is about a paper stands under its title, after its number. */
const INDENT = '    '
const RULE = '-'.repeat(72)

/** An issue's text without its papers: `PLACES` are where they and the reader's addresses go. */
export function frameText(frame: Frame): string {
  const { site, list, when, notes, head, warnings, shown } = frame
  const more = moreOf(frame)
  const why = whyItComes(frame)
  return [
    [wrap(site.name.toUpperCase()), wrap(`${list.title}, ${when}`), RULE].join('\n'),
    ...notes.map((note) => wrap(note)),
    ...(head
      ? [wrap(`${head.heading}:`), ...paragraphs(head.text).map((text) => wrap(text, { indent: '  ' }))]
      : []),
    shown > 0 ? PLACES.papers : wrap(nothingNew(frame)),
    ...(more
      ? [
          [more.said === null ? null : wrap(more.said), linked(more.link, list.url)]
            .filter((part) => part !== null)
            .join('\n'),
        ]
      : []),
    ...(warnings.length > 0
      ? [
          'ABOUT PAPERS IN EARLIER EMAILS',
          ...warnings.map(({ title, url, what, sentOn }) =>
            lines([
              wrap(`${what}: ${title} (sent on ${sentOn})`, { first: '* ', indent: '  ' }),
              address(url, '  '),
            ]),
          ),
        ]
      : []),
    lines([
      RULE,
      why === null ? null : `${wrap(why)}\n`,
      ...footerLinks(frame).map(({ name, url }) => linked(name, url)),
    ]),
  ]
    .join('\n\n')
    .concat('\n')
}

/** A paper as text, with room for its number before the title and a place for its reason. */
export function paperText(paper: IssuePaper): string {
  const facts = [paper.topic, paper.published ?? ''].filter((fact) => fact !== '').join(', ')
  const warned = paper.warnings.map((warning) => `[${warning.toUpperCase()}] `).join('')
  const body = [standfirst(paper), paper.summary].filter((part) => part !== null)
  return [
    lines([
      wrap(warned + paper.title, { indent: INDENT }),
      ...[paper.by, facts, paper.reason]
        .filter((fact) => fact !== '')
        .map((fact) => wrap(fact, { indent: INDENT })),
    ]),
    ...body.map((part) => wrap(part, { indent: INDENT })),
    lines([
      address(paper.url, INDENT),
      ...paper.links.map(({ name, url }) => {
        const safe = safeAddress(url)
        return safe === null ? null : `${INDENT}${name}: ${safe}`
      }),
    ]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** That text with its number and its reason. */
export function placedText(text: string, { rank, reason }: { rank: number; reason: string }): string {
  const number = `${rank}. `.padStart(INDENT.length)
  return (
    number +
    text.slice(INDENT.length).replace(INDENT + PAPER_PLACES.reason, () => wrap(reason, { indent: INDENT }))
  )
}

/** A name and an address: on one line where there is room. */
function linked(name: string, url: string): string {
  const safe = safeAddress(url)
  if (safe === null) return wrap(name)
  const one = `${name}: ${safe}`
  return columns(one) <= 72 ? one : `${wrap(`${name}:`)}\n${safe}`
}

function address(url: string, indent: string): string | null {
  const safe = safeAddress(url)
  return safe === null ? null : indent + safe
}

function lines(parts: (string | null)[]): string {
  return parts.filter((part) => part !== null).join('\n')
}

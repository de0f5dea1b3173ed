import { parseIdentifier, type PaperIdentifier } from '../../../papers/identifiers.ts'
import type { HarvestedPaper } from '../../../papers/harvested-paper.ts'
import { answerPieces } from '../../answer-text.ts'
import { announcedOn, announceType, dayWritten, draftOfAnnouncement } from '../../formats/arxiv-daily.ts'
import { outcomeOf, refusalOf } from '../../formats/refusal.ts'
import { childrenOf, readXmlRecords, textOf, type XmlElement } from '../../formats/xml-records.ts'
import type { HarvestOutcome } from '../../../papers/harvested-paper.ts'

/** One entry of the day's announcements. */
export type Announcement = {
  type: 'new' | 'cross' | 'replace' | 'replace-cross' | 'unknown'
  outcome: HarvestOutcome
}

/** The announcements of a day; `day` is the one that the feed bears, null where it bears none. */
export type AnnouncementFeed = { day: string | null; announcements: Announcement[] }

/** Reads the feed of rss.arxiv.org, RSS or Atom; null where it is neither, or not whole. */
export async function readAnnouncements(body: Buffer): Promise<AnnouncementFeed | null> {
  const head = body.subarray(0, 8_192).toString('utf8')
  const tail = body.subarray(-1_024).toString('utf8')
  if (!/<(?:rss|feed|rdf:RDF)[\s>]/i.test(head) || !/<\/(?:rss|feed|rdf:RDF)>\s*$/i.test(tail)) return null
  const days = new Set<string>()
  const announcements: Announcement[] = []
  for await (const record of readXmlRecords(answerPieces(body), { elements: ['entry', 'item'] })) {
    const position = `entry ${record.number} (line ${record.line})`
    if (!record.ok) {
      announcements.push({
        type: 'unknown',
        outcome: refusalOf({ position, reason: record.reason }, record.xml),
      })
      continue
    }
    const day = announcedOn(record.element)
    if (day !== null) days.add(day)
    announcements.push(announcementOf(record.element, { position, xml: record.xml, day }))
  }
  // The feed itself is dated by the day on which it was made, also when nothing was announced.
  return { day: [...days].toSorted().at(-1) ?? feedDay(head), announcements }
}

function announcementOf(
  entry: XmlElement,
  { position, xml, day }: { position: string; xml: string; day: string | null },
): Announcement {
  const said = announceType(entry)
  const type =
    said === 'new' || said === 'cross' || said === 'replace' || said === 'replace-cross' ? said : 'unknown'
  const outcome = outcomeOf(position, draftOfAnnouncement(entry), xml)
  if (!outcome.ok) return { type, outcome }
  const paper: HarvestedPaper = { ...outcome.paper }
  if (type === 'new' && day !== null) paper.announced = day
  const version = versionIn(entry)
  // The day is all that is known of a new version until the whole record comes.
  if (type.startsWith('replace') && version > 1 && day !== null)
    paper.versions = [{ number: version, submittedAt: `${day}T00:00:00.000Z` }]
  return { type, outcome: { ...outcome, paper } }
}

function versionIn(entry: XmlElement): number {
  const written = [
    textOf(entry, 'guid'),
    textOf(entry, 'id'),
    ...childrenOf(entry, 'link').map(({ text }) => text),
  ]
  for (const text of written) {
    const version = parseIdentifier(text?.trim() ?? '')?.version
    if (version !== undefined) return version
  }
  return 1
}

function feedDay(head: string): string | null {
  const beforeEntries = head.split(/<(?:item|entry)[\s>]/)[0] ?? ''
  const written = /<(?:pubDate|updated|dc:date|lastBuildDate)>([^<]*)</.exec(beforeEntries)?.[1] ?? ''
  return dayWritten(written)
}

export function arxivIdentifier(value: string): PaperIdentifier {
  return { scheme: 'arxiv', value }
}

import { byline } from '../papers/byline.ts'
import { plainDay } from '../papers/dates-in-words.ts'
import { addressPath } from '../papers/identifiers.ts'
import type { Paper } from '../papers/paper.ts'
import { plainText } from '../papers/plain-text.ts'

/** What a webhook says, in whatever shape. Addresses are absolute; texts are plain. */
export type Message = {
  /** Names it once and for all. */
  id: string
  at: Date
  kind: 'papers' | 'edition' | 'test'
  site: { name: string; origin: string }
  list: { title: string; url: string }
  /** The day of the edition. */
  edition: string | null
  /** One line. */
  heading: string
  /** Where all of them can be read. */
  url: string
  papers: ToldPaper[]
  /** How many papers there are to tell, of which `papers` are the first. */
  total: number
}

export type ToldPaper = {
  paper: Paper
  url: string
  title: string
  /** The first authors, and how many more there are. */
  by: string
}

export function toldPaper(paper: Paper, origin: string): ToldPaper {
  return {
    paper,
    url: origin + addressPath(paper.address),
    title: plainText(paper.title),
    by: byline(paper),
  }
}

export function headingOf({
  kind,
  total,
  list,
  edition,
  isRanked,
  siteName,
}: {
  kind: Message['kind']
  total: number
  list: string
  edition: string | null
  isRanked: boolean
  siteName: string
}): string {
  const count = total === 1 ? '1 paper' : `${total.toLocaleString('en-GB')} papers`
  switch (kind) {
    case 'test':
      return `This is a test from ${siteName}. Papers from “${list.replaceAll(/^“|”$/g, '')}” will appear here.`
    case 'edition':
      return `${siteName}: the edition of ${plainDay(edition ?? '')}, ${count}`
    case 'papers':
      return isRanked
        ? `${count} now among the ${list.toLowerCase()}`
        : `${count.replace(' ', ' new ')}: ${list}`
  }
}

/** The line that leads to the rest, or null where nothing is left. */
export function restOf({ papers, total }: Pick<Message, 'papers' | 'total'>): string | null {
  const rest = total - papers.length
  if (rest <= 0) return null
  return rest === 1 ? 'And 1 more paper' : `And ${rest.toLocaleString('en-GB')} more papers`
}

/** A text in at most `most` UTF-16 units, cut between characters. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text
    .slice(0, most - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`
}

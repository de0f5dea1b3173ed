import {
  ResourceNotFoundError,
  type Resource,
  type ResourceTemplateType,
  type TextResourceContents,
} from '@modelcontextprotocol/server'
import type { Asking } from '../api/operation.ts'
import { askedPaper } from '../api/reading/find-paper.ts'
import { longDay } from '../papers/dates-in-words.ts'
import { markdownOf } from '../api/shapes/paper-text.ts'
import { addressPath } from '../papers/identifiers.ts'
import type { Paper } from '../papers/paper.ts'
import { plainText } from '../papers/plain-text.ts'
import { dailyPapers } from '../ranking/daily-papers.ts'
import { newestEdition } from '../ranking/editions.ts'
import type { Site } from '../web/site.ts'

const NEWEST = 'broadsheet://editions/newest'
const PAPER = /^broadsheet:\/\/papers\/(.+)$/
const TYPE = 'text/markdown'

/** An edition can have hundreds of papers; those at its head are what it is about. */
const MOST_OF_EDITION = 50

export const TEMPLATES: ResourceTemplateType[] = [
  {
    name: 'paper',
    title: 'A paper',
    // An identifier can have slashes.
    uriTemplate: 'broadsheet://papers/{+id}',
    description: 'The facts and the abstract of a paper, by its arXiv identifier, DOI or id on this site',
    mimeType: TYPE,
  },
]

/** The newest edition and its papers. */
export async function listResources({ site, now }: Asking): Promise<Resource[]> {
  const { day, papers } = await edition(site, now)
  return [
    {
      name: 'newest-edition',
      title: day === null ? 'The newest edition' : `The edition of ${longDay(day)}`,
      uri: NEWEST,
      description: 'The papers at the head of the newest edition, with their abstracts',
      mimeType: TYPE,
    },
    ...papers.map((paper) => ({
      name: paper.address,
      title: plainText(paper.title),
      uri: paperUri(paper.address),
      mimeType: TYPE,
    })),
  ]
}

export function paperUri(address: string): string {
  return `broadsheet:/${addressPath(address)}`
}

/** Throws `ResourceNotFoundError`. */
export async function readResource(asking: Asking, uri: string): Promise<TextResourceContents> {
  if (uri === NEWEST) return readEdition(asking)
  const [, id] = PAPER.exec(uri) ?? []
  const paper = id === undefined ? null : await paperWithId(asking, decoded(id))
  if (paper === null) throw new ResourceNotFoundError(uri)
  return { uri, mimeType: TYPE, text: markdownOf(asking.site, paper) }
}

/** The paper that an id names, as far as who asks may see it. */
export async function paperWithId({ site }: Asking, id: string): Promise<Paper | null> {
  const found = await askedPaper(site, id)
  return found.ok ? found.paper : null
}

/** The newest edition as one text. */
export async function readEdition({ site, now }: Asking): Promise<TextResourceContents> {
  const { day, papers } = await edition(site, now)
  const title = day === null ? `${site.name} has no edition yet` : `${site.name}, ${longDay(day)}`
  const entries = papers.map(
    (paper, i) =>
      `## ${i + 1}. ${plainText(paper.title)}\n\n${[
        `id ${paper.address}`,
        `${paper.votes} ${paper.votes === 1 ? 'vote' : 'votes'}`,
        site.origin + addressPath(paper.address),
      ].join(' · ')}\n\n${plainText(paper.synopsis ?? paper.abstract ?? '')}`,
  )
  return { uri: NEWEST, mimeType: TYPE, text: [`# ${title}`, ...entries].join('\n\n') }
}

async function edition({ db, timeZone }: Site, now: Date): Promise<{ day: string | null; papers: Paper[] }> {
  const day = await newestEdition(db, { now, timeZone })
  if (day === null) return { day, papers: [] }
  const papers = await dailyPapers(db, {
    from: day,
    to: day,
    sort: 'edition',
    offset: 0,
    limit: MOST_OF_EDITION,
  })
  return { day, papers }
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

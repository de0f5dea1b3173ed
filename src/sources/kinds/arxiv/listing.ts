import { Parser } from 'htmlparser2'
import { parseIdentifier } from '../../../papers/identifiers.ts'
import { answerText } from '../../answer-text.ts'
import { ARXIV_PAGES } from '../../services.ts'
import { SourceTrouble, type TaskRun } from '../../source-kind.ts'

/** What arXiv's page of new papers in a category says: the day it is of, and its new papers as far as they are shown. */
export type Listing = { day: string; newIds: string[] }

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
)

/** Asks for `/list/CATEGORY/new`. Throws `SourceTrouble` where that page tells no day. */
export async function askForListing(
  { client, urls, signal }: Pick<TaskRun<unknown>, 'client' | 'urls' | 'signal'>,
  category: string,
): Promise<Listing> {
  const url = new URL(`${urls.arxivPages}/list/${category}/new?skip=0&show=2000`)
  const { status, body } = await client.request(ARXIV_PAGES, url, {
    headers: { accept: 'text/html' },
    mostBytes: 16_000_000,
    signal,
  })
  const html = status === 200 ? await answerText(body, { most: 16_000_000 }) : null
  const listing = html === null ? null : readListing(html)
  if (listing === null)
    throw new SourceTrouble(`arXiv’s list of new papers in ${category} tells no day that could be compared.`)
  return listing
}

/** `Showing new listings for Monday, 30 November 2026`, and the links below `New submissions`; null without a day. */
function readListing(html: string): Listing | null {
  let day: string | null = null
  let inNew = false
  let heading: string | null = null
  const newIds = new Set<string>()
  const parser = new Parser({
    onopentag(name, { href = '' }) {
      if (/^h[1-6]$/.test(name)) heading = ''
      const path = /^(?:https?:\/\/[^/]+)?\/abs\/(.+)$/.exec(href)?.[1]
      if (name !== 'a' || !inNew || path === undefined) return
      const identifier = parseIdentifier(path)?.identifier
      if (identifier?.scheme === 'arxiv') newIds.add(identifier.value)
    },
    ontext(text) {
      if (heading !== null) heading += text
      day ??= dayIn(text)
    },
    onclosetag(name) {
      if (heading === null || !/^h[1-6]$/.test(name)) return
      day ??= dayIn(heading)
      if (/submissions|cross-?lists|replacements|listings/i.test(heading))
        inNew = /^\s*new submissions/i.test(heading)
      heading = null
    },
  })
  parser.end(html)
  return day === null ? null : { day, newIds: [...newIds] }
}

function dayIn(text: string): string | null {
  const [, day = '', month = '', year] =
    /new listings for\s+(?:[a-z]+,?\s+)?(\d{1,2})\s+([a-z]+)\.?,?\s+(\d{4})/i.exec(text) ??
    /^\s*(?:[a-z]+,\s+)?(\d{1,2})\s+([a-z]+)\s+(\d{4})\s*$/i.exec(text) ??
    []
  const number = MONTHS.findIndex((name) => name.startsWith(month.toLowerCase())) + 1
  if (year === undefined || month.length < 3 || number === 0) return null
  return `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`
}

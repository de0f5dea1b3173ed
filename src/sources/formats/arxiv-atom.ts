import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { parseIdentifier } from '../../papers/identifiers.ts'
import { authorsInLine } from './author-list.ts'
import { draftOfAnnouncement, isAnnouncement } from './arxiv-daily.ts'
import { cleanLine } from './clean-text.ts'
import { outcomeOf, refusalOf } from './refusal.ts'
import type { PaperDraft } from './validate-paper.ts'
import { saysWithdrawn } from './withdrawn.ts'
import { childOf, childrenOf, readXmlRecords, textOf, type XmlElement } from './xml-records.ts'

/**
 * Papers from arXiv's feeds: Atom of its API (source `arxiv-atom`), and Atom and RSS of its daily announcements (source
 * `arxiv-daily`), each entry told apart by what is in it. Positions are `entry 3 (line 120)`.
 */
export async function* readArxivAtom(chunks: AsyncIterable<string>): AsyncGenerator<HarvestOutcome> {
  for await (const record of readXmlRecords(chunks, { elements: ['entry', 'item'] })) {
    const position = `entry ${record.number} (line ${record.line})`
    if (record.ok)
      yield outcomeOf(
        position,
        isAnnouncement(record.element) ? draftOfAnnouncement(record.element) : draftOf(record.element),
        record.xml,
      )
    else yield refusalOf({ position, reason: record.reason }, record.xml)
  }
}

function draftOf(entry: XmlElement): PaperDraft | { refused: string } {
  const id = textOf(entry, 'id')?.trim() ?? ''
  const abstract = textOf(entry, 'summary')
  if (/^https?:\/\/arxiv\.org\/api\/errors/i.test(id)) {
    const message = cleanLine(abstract ?? '')
      .slice(0, 500)
      .replace(/\.$/, '')
    return { refused: `arXiv answered with an error: ${message === '' ? 'it does not say which' : message}.` }
  }
  const published = textOf(entry, 'published')
  const updated = textOf(entry, 'updated')
  const comments = textOf(entry, 'comment')
  const links = childrenOf(entry, 'link').map((link) => ({
    title: link.attributes.get('title'),
    url: link.attributes.get('href') ?? '',
  }))
  const linkedDoi = links.find(({ title }) => title === 'doi')?.url
  return {
    source: 'arxiv-atom',
    identifiers: [id],
    dois: [textOf(entry, 'doi') ?? linkedDoi],
    asOf: updated,
    title: textOf(entry, 'title'),
    abstract,
    indentedParagraphs: true,
    ...authorsOf(entry),
    published,
    versions: versionsOf({ number: parseIdentifier(id)?.version, published, updated }),
    primaryCategory: childOf(entry, 'primary_category')?.attributes.get('term'),
    categories: childrenOf(entry, 'category')
      .map((category) => category.attributes.get('term') ?? '')
      // Its feed also gives the classes of the ACM and the AMS as categories.
      .filter((term) => /^[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[A-Za-z]+)*)?$/.test(term)),
    comments,
    journalReference: textOf(entry, 'journal_ref'),
    withdrawn: saysWithdrawn({ comments: comments?.trim() ?? '', abstract: abstract?.trim() ?? '' }),
    // Its links to the paper itself add nothing to its identifiers.
    links: links.filter(({ title, url }) => title !== 'doi' && parseIdentifier(url) === null),
  }
}

function versionsOf({
  number = 1,
  published,
  updated,
}: {
  number: number | undefined
  published: string | undefined
  updated: string | undefined
}): PaperDraft['versions'] {
  const first = { number: 1, date: published }
  return number > 1 ? [first, { number, date: updated }] : [first]
}

/** Each name is in an element of its own, but in feeds that have passed through other programs. */
function authorsOf(entry: XmlElement): Pick<PaperDraft, 'authors' | 'others'> {
  const authors = childrenOf(entry, 'author').map(authorOf)
  const [only, ...others] = authors
  return only?.name?.includes(',') && others.length === 0 ? authorsInLine(only.name) : { authors }
}

function authorOf(author: XmlElement): { name: string | undefined; affiliation?: string } {
  const affiliation = childrenOf(author, 'affiliation')
    .map(({ text }) => text.trim())
    .join('; ')
  return { name: textOf(author, 'name'), ...(affiliation === '' ? {} : { affiliation }) }
}

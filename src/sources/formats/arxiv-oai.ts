import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { authorsInLine } from './author-list.ts'
import { outcomeOf, refusalOf } from './refusal.ts'
import { quote, type PaperDraft } from './validate-paper.ts'
import type { AuthorDraft } from './valid-authors.ts'
import { saysWithdrawn } from './withdrawn.ts'
import { childOf, childrenOf, readXmlRecords, textOf, type XmlElement } from './xml-records.ts'

/**
 * Papers from responses of arXiv's OAI-PMH server, in its formats `arXiv` (source `arxiv-oai`) and `arXivRaw` (source
 * `arxiv-raw`): one response, several one after another, or bare records. Positions are `record 3 (line 120)`.
 */
export async function* readArxivOai(chunks: AsyncIterable<string>): AsyncGenerator<HarvestOutcome> {
  for await (const record of readXmlRecords(chunks, { elements: ['record'] })) {
    const position = `record ${record.number} (line ${record.line})`
    if (record.ok) yield outcomeOf(position, draftOf(record.element), record.xml)
    else yield refusalOf({ position, reason: record.reason }, record.xml)
  }
}

function draftOf(record: XmlElement): PaperDraft | { refused: string } {
  const header = childOf(record, 'header')
  const name = textOf(header, 'identifier')?.trim() ?? ''
  if (header?.attributes.get('status') === 'deleted') {
    return { refused: `The record${name === '' ? '' : ` ${quote(name)}`} was deleted at its source.` }
  }
  const metadata = childOf(record, 'metadata')
  const content = metadata?.children[0]
  if (!content) return { refused: 'It has no metadata.' }
  if (content.name !== 'arXiv' && content.name !== 'arXivRaw') {
    return { refused: `Its metadata is in the format ${quote(content.name)}, not arXiv or arXivRaw.` }
  }

  const datestamp = textOf(header, 'datestamp')
  const comments = textOf(content, 'comments')
  const abstract = textOf(content, 'abstract')
  const categories = textOf(content, 'categories')?.trim().split(/\s+/) ?? []
  const withdrawn = saysWithdrawn({ comments: comments?.trim() ?? '', abstract: abstract?.trim() ?? '' })
  const shared = {
    identifiers: [textOf(content, 'id') ?? name.replace(/^oai:arXiv\.org:/i, '')],
    dois: [textOf(content, 'doi')],
    title: textOf(content, 'title'),
    abstract,
    indentedParagraphs: true,
    primaryCategory: categories[0],
    categories,
    comments,
    journalReference: textOf(content, 'journal-ref'),
    license: textOf(content, 'license'),
  }
  if (content.name === 'arXiv') {
    return {
      ...shared,
      source: 'arxiv-oai',
      asOf: datestamp ?? textOf(content, 'updated'),
      authors: childrenOf(childOf(content, 'authors'), 'author').map(authorOf),
      published: textOf(content, 'created'),
      withdrawn,
    }
  }
  const versions = childrenOf(content, 'version').map((version) => ({
    number: Number(/^v(\d+)$/.exec(version.attributes.get('version') ?? '')?.[1] ?? 0),
    date: textOf(version, 'date'),
    emptied:
      /^0 ?kb$/i.test(textOf(version, 'size')?.trim() ?? '') ||
      textOf(version, 'source_type')?.trim() === 'I',
  }))
  const ordered = versions.toSorted((a, b) => a.number - b.number)
  return {
    ...shared,
    source: 'arxiv-raw',
    asOf: datestamp ?? ordered.at(-1)?.date,
    ...authorsInLine(textOf(content, 'authors') ?? ''),
    published: ordered[0]?.date,
    versions: ordered,
    withdrawn: withdrawn || ordered.at(-1)?.emptied === true,
  }
}

function authorOf(author: XmlElement): AuthorDraft {
  const affiliation = childrenOf(author, 'affiliation')
    .map(({ text }) => text.trim())
    .join('; ')
  return {
    family: textOf(author, 'keyname'),
    given: textOf(author, 'forenames'),
    suffix: textOf(author, 'suffix'),
    affiliation,
  }
}

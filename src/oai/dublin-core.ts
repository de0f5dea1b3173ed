import { categoryName } from '../papers/categories.ts'
import { dateParts } from '../papers/export/dates.ts'
import { plainLine } from '../papers/export/plain-line.ts'
import { notesOf, referenceOf } from '../papers/export/reference.ts'
import { addressPath } from '../papers/identifiers.ts'
import { invertedName } from '../papers/names.ts'
import { othersText } from '../papers/others.ts'
import type { Paper } from '../papers/paper.ts'
import { referenceText } from '../papers/publication.ts'
import { paragraphsOf } from '../papers/tex/clean.ts'
import { element } from './xml.ts'

/** A paper in unqualified Dublin Core, in plain text: libraries read no TeX. */
export function toDublinCore(paper: Paper, { origin }: { origin: string }): string {
  const { year, month, day } = dateParts(paper.published)
  const reference = referenceOf(paper)
  const abstract = paper.abstract ?? paper.synopsis ?? ''
  return [
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd">',
    element('dc:title', plainLine(paper.title)),
    ...paper.authors.map((author) => element('dc:creator', invertedName(author))),
    element('dc:creator', paper.authorsTruncated ? othersText(paper.authorsMissing) : null),
    ...paper.categories.map((category) => element('dc:subject', categoryName(category))),
    element('dc:description', paragraphsOf(abstract).map(plainLine).filter(Boolean).join('\n\n')),
    element('dc:description', plainLine(notesOf(paper))),
    element('dc:publisher', plainLine(reference.publisher ?? '')),
    element('dc:date', [year, month, day].filter((part) => part !== undefined).join('-')),
    element('dc:type', 'Text'),
    element('dc:identifier', origin + addressPath(paper.address)),
    element('dc:identifier', paper.arxivId === null ? null : `https://arxiv.org/abs/${paper.arxivId}`),
    element('dc:identifier', paper.doi === null ? null : `https://doi.org/${paper.doi}`),
    element('dc:source', plainLine(reference.verbatim ?? referenceText(reference, year))),
    element('dc:relation', paper.publishedAs === null ? null : `https://doi.org/${paper.publishedAs.doi}`),
    element('dc:rights', paper.licenseUrl),
    '</oai_dc:dc>',
  ].join('')
}

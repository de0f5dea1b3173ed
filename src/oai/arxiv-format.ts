import { dividedName, wholeFamily } from '../papers/names.ts'
import type { Author } from '../papers/harvested-paper.ts'
import { othersText } from '../papers/others.ts'
import type { Paper } from '../papers/paper.ts'
import { element } from './xml.ts'

/** A paper of arXiv in the format of arXiv's own provider, with its texts in TeX, as they were written. */
export function toArxivFormat(paper: Paper & { arxivId: string }): string {
  const last = paper.versions.at(-1)
  const abstract = (paper.abstract ?? '')
    .split('\n\n')
    .map((paragraph) => `  ${paragraph}\n`)
    .join('')
  return [
    '<arXiv xmlns="http://arxiv.org/OAI/arXiv/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:schemaLocation="http://arxiv.org/OAI/arXiv/ http://arxiv.org/OAI/arXiv.xsd">',
    element('id', paper.arxivId),
    element('created', dayOf(paper.versions[0]?.submittedAt ?? paper.published?.value)),
    element('updated', last !== undefined && last.number > 1 ? dayOf(last.submittedAt) : null),
    '<authors>',
    ...paper.authors.map(authorOf),
    paper.authorsTruncated ? `<author>${element('keyname', othersText(paper.authorsMissing))}</author>` : '',
    '</authors>',
    element('title', paper.title),
    // They are divided by spaces.
    element('categories', paper.categories.filter((category) => !/\s/.test(category)).join(' ')),
    element('comments', paper.comments),
    element('journal-ref', paper.journalReference),
    element('doi', paper.doi),
    element('license', paper.licenseUrl),
    element('abstract', abstract),
    '</arXiv>',
  ].join('')
}

/** The day of a date that is known as exactly as that. */
function dayOf(date: string | undefined): string | null {
  return /^\d{4}-\d{2}-\d{2}/.exec(date ?? '')?.[0] ?? null
}

/** The format gives every author a key name, and has no particles beside it. */
function authorOf(author: Author): string {
  const name = dividedName(author)
  return [
    '<author>',
    element('keyname', name === null ? author.name : wholeFamily(name)),
    element('forenames', name?.given),
    element('suffix', name?.suffix),
    element('affiliation', author.affiliation),
    '</author>',
  ].join('')
}

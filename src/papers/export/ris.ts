import type { Paper } from '../paper.ts'
import { invertedName } from '../names.ts'
import { othersText } from '../others.ts'
import { plainText } from '../plain-text.ts'
import { dateParts } from './dates.ts'

/**
 * The paper as a RIS record, its lines ended by CRLF: `JOUR` with a journal reference, else `UNPB`, which reference
 * managers read as a preprint.
 */
export function toRis(paper: Paper, options: { url: string; siteName: string }): string {
  const { year, month, day } = dateParts(paper.published)
  const isArticle = paper.journalReference !== null
  const date = year === undefined ? '' : `${year}/${month ?? ''}/${day ?? ''}/`
  const notes = [paper.withdrawn ? 'Withdrawn' : '', paper.comments ?? '']
    .filter((note) => note !== '')
    .join('. ')
  const lines: [tag: string, value: string][] = [
    ['TI', paper.title],
    ...paper.authors.map((author): [string, string] => ['AU', invertedName(author)]),
    // As MEDLINE does; readers of RIS have no other sign for it.
    ['AU', paper.authorsTruncated ? othersText(paper.authorsMissing) : ''],
    ['PY', year ?? ''],
    ['DA', date],
    ['AB', paper.abstract ?? ''],
    ['T2', paper.journalReference ?? ''],
    ['JO', paper.journalReference ?? ''],
    ['PB', paper.arxivId === null || isArticle ? '' : 'arXiv'],
    ['AN', paper.arxivId === null ? '' : `arXiv:${paper.arxivId}`],
    // Reference managers read M3 of an article as its DOI.
    ['M3', isArticle ? '' : 'preprint'],
    ['DO', paper.doi ?? ''],
    ['UR', options.url],
    ...paper.categories.map((category): [string, string] => ['KW', category]),
    ['N1', notes],
    ['DP', options.siteName],
    ['ID', paper.address],
  ]
  const asWritten = new Set(['AU', 'PY', 'DA', 'AN', 'DO', 'UR', 'KW', 'DP', 'ID'])
  const written = lines.flatMap(([tag, value]) => {
    const line = asWritten.has(tag) ? value.replace(/[\s\p{Cc}]+/gu, ' ').trim() : plainText(value)
    return line === '' ? [] : [`${tag}  - ${line}`]
  })
  return [`TY  - ${isArticle ? 'JOUR' : 'UNPB'}`, ...written, 'ER  - ', ''].join('\r\n')
}

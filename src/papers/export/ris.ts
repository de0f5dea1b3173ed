import type { Paper } from '../paper.ts'
import { invertedName } from '../names.ts'
import { othersText } from '../others.ts'
import type { WorkType } from '../publication.ts'
import { dateParts } from './dates.ts'
import { plainLine } from './plain-line.ts'
import { notesOf, referenceOf } from './reference.ts'

/** RIS's types, and what `M3` says where several kinds of work have one type. */
const TYPES: Readonly<Record<WorkType, [type: string, kind?: string]>> = {
  article: ['JOUR'],
  inproceedings: ['CPAPER'],
  incollection: ['CHAP'],
  inbook: ['CHAP', 'Part of a book'],
  book: ['BOOK'],
  proceedings: ['CONF', 'Proceedings'],
  phdthesis: ['THES', 'PhD thesis'],
  mastersthesis: ['THES', 'Master’s thesis'],
  techreport: ['RPRT'],
  manual: ['RPRT', 'Manual'],
  booklet: ['PAMP'],
  dataset: ['DATA'],
  software: ['COMP'],
  patent: ['PAT'],
  online: ['ELEC'],
  unpublished: ['MANSCPT'],
  misc: ['GEN'],
}

/**
 * The paper as a RIS record, its lines ended by CRLF: `JOUR` with a journal reference, else as what it came out, or `UNPB`, which
 * reference managers read as a preprint. `C1` is the journal reference as its source writes it, where the other lines do
 * not say the same.
 */
export function toRis(paper: Paper, options: { url: string; siteName: string }): string {
  const { year, month, day } = dateParts(paper.published)
  const reference = referenceOf(paper)
  // Reference managers read M3 of an article as its DOI.
  const [type, kind] = reference.type === null ? ['UNPB', 'preprint'] : TYPES[reference.type]
  const date = year === undefined ? '' : `${year}/${month ?? ''}/${day ?? ''}/`
  const [start, end] = pagesOf(reference.pages ?? '')
  const lines: [tag: string, value: string][] = [
    ['TI', paper.title],
    ...paper.authors.map((author): [string, string] => ['AU', invertedName(author)]),
    // As MEDLINE does; readers of RIS have no other sign for it.
    ['AU', paper.authorsTruncated ? othersText(paper.authorsMissing) : ''],
    ['PY', year ?? ''],
    ['DA', date],
    ['AB', paper.abstract ?? ''],
    ['T2', reference.container ?? ''],
    ['JO', reference.type === 'article' ? (reference.container ?? '') : ''],
    ['VL', reference.volume ?? ''],
    ['IS', reference.issue ?? ''],
    ['SP', start],
    ['EP', end],
    ['PB', reference.publisher ?? (reference.type === null && paper.arxivId ? 'arXiv' : '')],
    ['AN', paper.arxivId === null ? '' : `arXiv:${paper.arxivId}`],
    ['M3', kind ?? ''],
    ['DO', paper.doi ?? ''],
    ['UR', options.url],
    ...paper.categories.map((category): [string, string] => ['KW', category]),
    ['N1', notesOf(paper)],
    ['C1', reference.verbatim === null ? '' : `${VERBATIM}${reference.verbatim}`],
    ['DP', options.siteName],
    ['ID', paper.address],
  ]
  const asWritten = new Set(['AU', 'PY', 'DA', 'AN', 'DO', 'UR', 'KW', 'DP', 'ID'])
  const written = lines.flatMap(([tag, value]) => {
    const line = asWritten.has(tag) ? value.replace(/[\s\p{Cc}]+/gu, ' ').trim() : plainLine(value)
    return line === '' ? [] : [`${tag}  - ${line}`]
  })
  return [`TY  - ${type}`, ...written, 'ER  - ', ''].join('\r\n')
}

/** What stands in `C1` before a journal reference. */
export const VERBATIM = 'Journal reference: '

function pagesOf(pages: string): [start: string, end: string] {
  const [, start, end] = /^([^\s–-]+)–([^\s–-]+)$/.exec(plainLine(pages)) ?? []
  return start === undefined || end === undefined ? [pages, ''] : [start, end]
}

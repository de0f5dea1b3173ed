import type { Author } from '../harvested-paper.ts'
import { dividedName, invertedName } from '../names.ts'
import type { Paper } from '../paper.ts'
import { plainText } from '../plain-text.ts'
import type { WorkType } from '../publication.ts'
import { authorsTold } from './authors-told.ts'
import { referenceOf, type Reference } from './reference.ts'

/** The vocabularies of OpenURL in which works can be described (`info:ofi/fmt:kev:mtx:…`). */
type Vocabulary = 'journal' | 'book' | 'dissertation' | 'dc'

/** What works are in them, and the words by which reference managers know what kind they are. */
const KINDS: Readonly<Record<WorkType | 'preprint', [vocabulary: Vocabulary, kind: string]>> = {
  article: ['journal', 'article'],
  inproceedings: ['book', 'proceeding'],
  incollection: ['book', 'bookitem'],
  inbook: ['book', 'bookitem'],
  book: ['book', 'book'],
  proceedings: ['book', 'book'],
  phdthesis: ['dissertation', 'PhD thesis'],
  mastersthesis: ['dissertation', 'Master’s thesis'],
  techreport: ['book', 'report'],
  manual: ['book', 'report'],
  booklet: ['book', 'document'],
  preprint: ['dc', 'preprint'],
  dataset: ['dc', 'dataset'],
  software: ['dc', 'computerProgram'],
  patent: ['dc', 'patent'],
  online: ['dc', 'webpage'],
  unpublished: ['dc', 'manuscript'],
  misc: ['dc', 'document'],
}

/**
 * The paper as a ContextObject of OpenURL (ANSI/NISO Z39.88-2004) in key-encoded values: the `title` of a COinS `span`,
 * by which Zotero and others know the works on a page. A preprint is told in Dublin Core, whose `type` says that it is
 * one; the other vocabularies know only what has come out.
 */
export function toCoins(paper: Paper, { url }: { url: string }): string {
  const reference = referenceOf(paper)
  // Zotero reads no arXiv identifiers here, but every paper at arXiv has a DOI too.
  const doi = paper.doi ?? (paper.arxivId && `10.48550/arXiv.${paper.arxivId}`)
  const [vocabulary, kind] = KINDS[reference.type ?? 'preprint']
  const values: [key: string, value: string | null | undefined][] = [
    ['ctx_ver', 'Z39.88-2004'],
    ['rft_val_fmt', `info:ofi/fmt:kev:mtx:${vocabulary}`],
    ...placeIn(vocabulary, { kind, title: plainText(paper.title), paper, reference }),
    ['rft.date', paper.published?.value.slice(0, 10)],
    ...authorsTold(paper).map((author): [string, string] => [
      vocabulary === 'dc' ? 'rft.creator' : 'rft.au',
      nameOf(author),
    ]),
    ['rft_id', doi && `info:doi/${doi}`],
    ['rft_id', paper.arxivId && `info:arxiv/${paper.arxivId}`],
    ['rft_id', url],
  ]
  return values.flatMap(([key, value]) => (value ? [`${key}=${encode(value)}`] : [])).join('&')
}

/** What the work is, its title, and where it came out, by the keys of its vocabulary. */
function placeIn(
  vocabulary: Vocabulary,
  { kind, title, paper, reference }: { kind: string; title: string; paper: Paper; reference: Reference },
): [key: string, value: string | null | undefined][] {
  const { volume, issue, pages } = reference
  const plain = (text: string | undefined) => text && plainText(text)
  const container = plain(reference.container)
  const publisher = plain(reference.publisher)
  switch (vocabulary) {
    case 'journal':
      return [
        ['rft.genre', kind],
        ['rft.atitle', title],
        ['rft.jtitle', container],
        ['rft.volume', plain(volume)],
        ['rft.issue', plain(issue)],
        ['rft.pages', plain(pages)],
      ]
    case 'book': {
      const isPart = kind === 'proceeding' || kind === 'bookitem'
      return [
        ['rft.genre', kind],
        ...(isPart
          ? ([
              ['rft.atitle', title],
              ['rft.btitle', container],
            ] as [string, string | undefined][])
          : ([['rft.btitle', title]] as [string, string][])),
        ['rft.pages', plain(pages)],
        ['rft.pub', publisher],
      ]
    }
    case 'dissertation':
      return [
        ['rft.title', title],
        ['rft.inst', publisher],
        ['rft.degree', kind],
      ]
    case 'dc':
      return [
        ['rft.type', kind],
        ['rft.title', title],
        ['rft.source', container],
        ['rft.publisher', publisher ?? (reference.type === null && paper.arxivId ? 'arXiv' : undefined)],
      ]
  }
}

/** A name, inverted. One that is not divided has a comma at its end, lest whoever reads it take its last word for a family. */
function nameOf(author: Author): string {
  const name = invertedName(author)
  return dividedName(author) === null && name.includes(' ') ? `${name},` : name
}

/** As forms are encoded. */
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll('%20', '+')
}

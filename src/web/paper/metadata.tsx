import { authorsTold } from '../../papers/export/authors-told.ts'
import { referenceOf } from '../../papers/export/reference.ts'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Author } from '../../papers/harvested-paper.ts'
import { invertedName, wholeFamily } from '../../papers/names.ts'
import { plainText } from '../../papers/plain-text.ts'
import type { WorkType } from '../../papers/publication.ts'
import { doiUrl } from '../parts/places.tsx'
import type { Site } from '../site.ts'

/**
 * The `citation_*` tags of Highwire Press, which Google Scholar and Zotero read. COinS would win over them in Zotero, and
 * know less: they are on lists only.
 */
export function citationTags(site: Site, paper: Paper) {
  const told = authorsTold(paper)
  const tags: [string, string][] = [
    ['citation_title', plainText(paper.title)],
    ...told.flatMap((author): [string, string][] => [
      ['citation_author', told.length === 1 ? onlyName(author) : invertedName(author)],
      ...(author.affiliation
        ? ([['citation_author_institution', author.affiliation]] as [string, string][])
        : []),
      ...(author.orcid
        ? ([['citation_author_orcid', `https://orcid.org/${author.orcid}`]] as [string, string][])
        : []),
    ]),
  ]
  if (paper.published) {
    const date = paper.published.value.slice(0, 10).replaceAll('-', '/')
    tags.push(['citation_publication_date', date], ['citation_online_date', date])
  }
  if (paper.arxivId) {
    tags.push(
      ['citation_arxiv_id', paper.arxivId],
      ['citation_pdf_url', `https://arxiv.org/pdf/${paper.arxivId}`],
    )
  }
  if (paper.doi) tags.push(['citation_doi', paper.doi])
  tags.push(...placeTags(paper))
  if (paper.abstract) tags.push(['citation_abstract', plainText(paper.abstract)])
  for (const category of paper.categories) tags.push(['citation_keywords', category])
  tags.push(['citation_abstract_html_url', site.origin + addressPath(paper.address)])
  return (
    <>
      {tags.map(([name, content]) => (
        <meta name={name} content={content} />
      ))}
    </>
  )
}

/** Where it came out, by which Zotero also knows what kind of work it is. */
function placeTags(paper: Paper): [name: string, content: string][] {
  const { type, ...reference } = referenceOf(paper)
  const container = plainText(reference.container ?? '')
  const publisher = plainText(reference.publisher ?? '')
  if (type === null)
    return [
      // Zotero takes what has no journal for an article in one, unless it is told.
      ['DC.type', 'preprint'],
      ...(paper.arxivId
        ? ([
            ['citation_publisher', 'arXiv'],
            ['citation_technical_report_number', `arXiv:${paper.arxivId}`],
          ] as [string, string][])
        : []),
    ]
  const [firstPage = '', lastPage = ''] = plainText(reference.pages ?? '').split(/\s*[-–—]+\s*/)
  const tags: [string, string][] = [
    [CONTAINER_TAGS[type] ?? 'citation_journal_title', container],
    ['citation_volume', plainText(reference.volume ?? '')],
    ['citation_issue', plainText(reference.issue ?? '')],
    ['citation_firstpage', firstPage],
    ['citation_lastpage', lastPage],
    [PUBLISHER_TAGS[type] ?? 'citation_publisher', publisher],
  ]
  return tags.filter(([, content]) => content !== '')
}

const CONTAINER_TAGS: Partial<Record<WorkType, string>> = {
  inproceedings: 'citation_conference_title',
  incollection: 'citation_inbook_title',
  inbook: 'citation_inbook_title',
}
const PUBLISHER_TAGS: Partial<Record<WorkType, string>> = {
  phdthesis: 'citation_dissertation_institution',
  mastersthesis: 'citation_dissertation_institution',
  techreport: 'citation_technical_report_institution',
}

/**
 * The name of the only author. Zotero takes `van Loon, Ada B.`, alone and with spaces on both sides of its comma, for two
 * people; spaces that are not broken at it reads as spaces of a name.
 */
function onlyName(author: Author): string {
  const [family = '', ...rest] = invertedName(author).split(', ')
  const isTakenForTwo = family.includes(' ') && (rest[0] ?? '').includes(' ')
  return [family, ...rest.map((part) => (isTakenForTwo ? part.replaceAll(' ', '\u00A0') : part))].join(', ')
}

function creator(author: Author) {
  const { family } = author
  return {
    '@type': author.kind === 'collaboration' ? 'Organization' : 'Person',
    name: author.name,
    givenName: author.given,
    familyName: family && wholeFamily({ ...author, family }),
    honorificSuffix: author.suffix,
    affiliation: author.affiliation && { '@type': 'Organization', name: author.affiliation },
    sameAs: author.orcid && `https://orcid.org/${author.orcid}`,
  }
}

/** schema.org's ScholarlyArticle as JSON-LD, safe inside a script element. */
export function jsonLd(site: Site, paper: Paper): string {
  const url = site.origin + addressPath(paper.address)
  const data = {
    '@context': 'https://schema.org',
    '@type': 'ScholarlyArticle',
    '@id': url,
    url,
    headline: plainText(paper.title),
    name: plainText(paper.title),
    abstract: paper.abstract === null ? undefined : plainText(paper.abstract),
    description: paper.synopsis === null ? undefined : plainText(paper.synopsis),
    author: authorsTold(paper).map(creator),
    datePublished: paper.published?.value.slice(0, 10),
    keywords: paper.categories.length > 0 ? paper.categories : undefined,
    license: paper.licenseUrl ?? undefined,
    identifier: [
      ...(paper.arxivId ? [{ '@type': 'PropertyValue', propertyID: 'arXiv', value: paper.arxivId }] : []),
      ...(paper.doi ? [{ '@type': 'PropertyValue', propertyID: 'DOI', value: paper.doi }] : []),
    ],
    sameAs: [
      ...(paper.arxivId ? [`https://arxiv.org/abs/${paper.arxivId}`] : []),
      ...(paper.doi ? [doiUrl(paper.doi)] : []),
    ],
  }
  // `<` would let a text end the script element or open a comment.
  return JSON.stringify(data).replaceAll('<', String.raw`\u003c`)
}

import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Author } from '../../papers/harvested-paper.ts'
import { invertedName, wholeFamily } from '../../papers/names.ts'
import { plainText } from '../../papers/plain-text.ts'
import { doiUrl } from '../parts/places.tsx'
import type { Site } from '../site.ts'

/** Of a larger collaboration, machines are told the first authors; exports have them all. */
const MOST_AUTHORS = 200
const AUTHORS_OF_MANY = 50

function authorsTold({ authors }: Paper): Author[] {
  return authors.length > MOST_AUTHORS ? authors.slice(0, AUTHORS_OF_MANY) : authors
}

/** The `citation_*` tags of Highwire Press, which Google Scholar and Zotero read. */
export function citationTags(site: Site, paper: Paper) {
  const tags: [string, string][] = [
    ['citation_title', plainText(paper.title)],
    ...authorsTold(paper).flatMap((author): [string, string][] => [
      ['citation_author', invertedName(author)],
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
  if (paper.journalReference) tags.push(['citation_journal_title', plainText(paper.journalReference)])
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

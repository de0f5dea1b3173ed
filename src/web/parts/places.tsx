import { identifierPath } from '../../papers/identifiers.ts'
import { categoryName } from '../../papers/categories.ts'
import type { Paper } from '../../papers/paper.ts'

/** A paper's category, and the places outside that a list leads to. */
export function Places({ paper }: { paper: Paper }) {
  return (
    <>
      {paper.primaryCategory && (
        <li>
          <a
            href={`/topics/${encodeURIComponent(paper.primaryCategory)}`}
            title={categoryName(paper.primaryCategory)}
          >
            {paper.primaryCategory}
          </a>
        </li>
      )}
      {outLinks(paper).map(({ href, name }) => (
        <li>
          <a href={href} rel="noopener">
            {name}
          </a>
        </li>
      ))}
    </>
  )
}

const LINK_NAMES = {
  code: 'Code',
  project: 'Project',
  dataset: 'Data',
  model: 'Model',
  demo: 'Demo',
  paper: 'Published version',
  other: 'Link',
} as const

/** The places outside that a list leads to: the original first, then one link of each kind. */
function outLinks(paper: Paper): { href: string; name: string }[] {
  const links: { href: string; name: string }[] = []
  if (paper.arxivId) {
    links.push({ href: `https://arxiv.org/abs/${paper.arxivId}`, name: 'arXiv' })
    links.push({ href: `https://arxiv.org/pdf/${paper.arxivId}`, name: 'PDF' })
  } else if (paper.doi) {
    links.push({ href: doiUrl(paper.doi), name: 'DOI' })
  }
  for (const kind of ['code', 'project', 'dataset', 'model', 'demo'] as const) {
    const link = paper.links.find((candidate) => candidate.kind === kind)
    if (link) links.push({ href: link.url, name: LINK_NAMES[kind] })
  }
  return links
}

export function linkName(kind: keyof typeof LINK_NAMES): string {
  return LINK_NAMES[kind]
}

export function doiUrl(doi: string): string {
  return `https://doi.org/${identifierPath(doi)}`
}

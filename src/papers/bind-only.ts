import type { HarvestedPaper } from './harvested-paper.ts'
import { identifierPath, type PaperIdentifier } from './identifiers.ts'

/**
 * A statement as whoever owns `identifier` may make it: it speaks of that identifier and binds no other. What else it names
 * is a claim. arXiv shows the DOI that authors give; here too it is a link.
 */
export function bindOnly(paper: HarvestedPaper, identifier: PaperIdentifier): HarvestedPaper {
  const { claims: before = [], ...facts } = paper
  const named = [...paper.identifiers, ...before]
  const claims = named.filter(
    (one, place) => !isSame(one, identifier) && named.findIndex((other) => isSame(one, other)) === place,
  )
  const given = paper.links ?? []
  const links = [
    ...given,
    ...(identifier.scheme === 'arxiv' ? claims : [])
      .filter(({ scheme }) => scheme === 'doi')
      .map(({ value }) => ({ kind: 'paper' as const, url: doiUrl(value) }))
      .filter(({ url }) => !given.some((link) => link.url === url)),
  ]
  return {
    ...facts,
    identifiers: [identifier],
    ...(claims.length > 0 ? { claims } : {}),
    ...(links.length > 0 ? { links } : {}),
  }
}

function doiUrl(doi: string): string {
  return `https://doi.org/${identifierPath(doi)}`
}

function isSame(one: PaperIdentifier, other: PaperIdentifier): boolean {
  return one.scheme === other.scheme && one.value === other.value
}

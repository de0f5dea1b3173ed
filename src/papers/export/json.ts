import { NAME_PARTS } from '../names.ts'
import type { Paper } from '../paper.ts'

/** The paper as a plain object for programs; TeX in its texts is kept as written, instants are ISO 8601 in UTC. */
export function toJson(paper: Paper, options: { url: string; siteName: string }) {
  return {
    id: paper.address,
    uuid: paper.uuid,
    url: options.url,
    site: options.siteName,
    identifiers: { arxiv: paper.arxivId, doi: paper.doi },
    title: paper.title,
    abstract: paper.abstract,
    synopsis: paper.synopsis,
    authors: paper.authors.map((author) => ({
      name: author.name,
      ...(author.kind === undefined ? {} : { kind: author.kind }),
      ...(author.literal === undefined ? {} : { literal: author.literal }),
      ...Object.fromEntries(
        NAME_PARTS.flatMap((part) => (author[part] === undefined ? [] : [[part, author[part]]])),
      ),
      affiliation: author.affiliation ?? null,
      orcid: author.orcid ?? null,
    })),
    authorsTruncated: paper.authorsTruncated,
    authorsMissing: paper.authorsMissing,
    published: paper.published,
    versions: paper.versions.map(({ number, submittedAt }) => ({ number, submittedAt })),
    primaryCategory: paper.primaryCategory,
    categories: [...paper.categories],
    comments: paper.comments,
    journalReference: paper.journalReference,
    publication: paper.publication,
    licenseUrl: paper.licenseUrl,
    withdrawn: paper.withdrawn,
    notices: paper.notices.map(({ kind, date, doi }) => ({ kind, date: date ?? null, doi: doi ?? null })),
    publishedAs: paper.publishedAs && { ...paper.publishedAs },
    links: paper.links.map(({ kind, url, sources }) => ({ kind, url, sources: [...sources] })),
    provenance: { ...paper.provenance },
    edition: paper.edition,
    editionFrom: paper.editionFrom,
    votes: paper.votes,
    heat: paper.heat,
    recordedAt: paper.recordedAt.toISOString(),
    changedAt: paper.changedAt.toISOString(),
  }
}

/**
 * What is known of the paper, without what only one site knows of it (votes, heat, when it came in), as an `import` of
 * JSON Lines takes it back.
 */
export function toJsonRecord(paper: Paper, options: { url: string; siteName: string }) {
  const { uuid: _, site: __, provenance: ___, edition, editionFrom, ...rest } = toJson(paper, options)
  const { votes: ____, heat: _____, recordedAt: ______, changedAt: _______, ...facts } = rest
  return {
    ...facts,
    links: facts.links.map(({ kind, url }) => ({ kind, url })),
    ...(editionFrom === 'listing' && edition !== null ? { listedOn: edition } : {}),
  }
}

import type { Source } from '../papers/harvested-paper.ts'

/**
 * Under what the sources give away what they say of papers, as SPDX identifiers; of those that are not here nothing is known,
 * and abstracts may be their publishers'.
 */
const OF_SOURCES: Partial<Record<Source, string>> = {
  // https://info.arxiv.org/help/license/index.html#metadata-license
  'arxiv-oai': 'CC0-1.0',
  'arxiv-raw': 'CC0-1.0',
  'arxiv-atom': 'CC0-1.0',
  'arxiv-daily': 'CC0-1.0',
  // https://docs.openalex.org/additional-help/faq
  openalex: 'CC0-1.0',
  // https://www.semanticscholar.org/product/api/license
  'semantic-scholar': 'ODC-By-1.0',
}

export function metadataLicense(source: Source): string | null {
  return OF_SOURCES[source] ?? null
}

/** Of what several sources say: the one that all of them have, else null. */
export function commonLicense(sources: Source[]): string | null {
  const [first = null, ...others] = new Set(sources.map(metadataLicense))
  return others.length === 0 ? first : null
}

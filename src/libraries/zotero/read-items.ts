import { z } from 'zod'
import { doisIn, parseIdentifier, type PaperIdentifier } from '../../papers/identifiers.ts'

/** An item of a library at Zotero, as far as it is looked at here. */
export type ZoteroItem = { key: string; title: string; identifiers: PaperIdentifier[] }

const text = z.string().catch('')
const items = z.array(
  z.object({
    key: z.string().min(1).max(20),
    data: z.object({
      itemType: text,
      title: text,
      DOI: text,
      archiveID: text,
      url: text,
      extra: text,
    }),
  }),
)

/** They hang on others, or are notes of the reader's own. */
const NO_WORKS = new Set(['attachment', 'note', 'annotation'])
/** Fields that Zotero's forms have no place for are lines of `extra`: `arXiv:2412.19723 [cs.CL]`, `DOI: 10.1000/182`. */
const EXTRA_ARXIV = /^\s*arxiv(?:\s*id)?\s*:\s*(\S+)/im
const EXTRA_DOI = /^\s*doi\s*:\s*(\S+)/im

/** The works of a page of Zotero's answer; null where it is none. */
export function readItems(json: unknown): ZoteroItem[] | null {
  const parsed = items.safeParse(json)
  if (!parsed.success) return null
  return parsed.data
    .filter(({ data }) => !NO_WORKS.has(data.itemType))
    .map(({ key, data }) => ({
      key,
      title: data.title.replaceAll(/<\/?(?:i|b|sub|sup|span)\b[^>]*>/g, ''),
      identifiers: identifiersOf(data),
    }))
}

/** Its arXiv identifier and its DOI, wherever they are written. */
function identifiersOf(data: z.infer<typeof items>[number]['data']): PaperIdentifier[] {
  const { DOI, archiveID, url, extra } = data
  const found = [
    ...[archiveID, EXTRA_ARXIV.exec(extra)?.[1] ?? ''].map((written) => parseIdentifier(written)?.identifier),
    ...[DOI, EXTRA_DOI.exec(extra)?.[1] ?? ''].flatMap((written) => doisIn(written)),
    parseIdentifier(url)?.identifier,
  ].filter((one) => one !== undefined)
  const byName = new Map(found.map((one) => [`${one.scheme} ${one.value}`, one]))
  // An arXiv identifier names one paper; a DOI may be of what it became.
  return [...byName.values()].toSorted((a, b) => Number(b.scheme === 'arxiv') - Number(a.scheme === 'arxiv'))
}

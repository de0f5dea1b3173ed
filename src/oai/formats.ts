import type { OaiRecord } from '../papers/oai-records.ts'
import type { Paper } from '../papers/paper.ts'
import { toArxivFormat } from './arxiv-format.ts'
import { toDublinCore } from './dublin-core.ts'

export type Format = {
  prefix: string
  schema: string
  namespace: string
  /** Whether only papers of arXiv have it. */
  onArxiv: boolean
  write: (paper: Paper, options: { origin: string }) => string
}

export const FORMATS: readonly Format[] = [
  {
    prefix: 'oai_dc',
    schema: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
    namespace: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
    onArxiv: false,
    write: toDublinCore,
  },
  {
    prefix: 'arXiv',
    schema: 'http://arxiv.org/OAI/arXiv.xsd',
    namespace: 'http://arxiv.org/OAI/arXiv/',
    onArxiv: true,
    write: ({ arxivId, ...paper }) => (arxivId === null ? '' : toArxivFormat({ ...paper, arxivId })),
  },
]

export function formatNamed(prefix: string): Format | null {
  return FORMATS.find((format) => format.prefix === prefix) ?? null
}

/** The formats of a record; of one that is deleted, those in which its deletion is told. */
export function formatsOf(record: OaiRecord): Format[] {
  return FORMATS.filter((format) => record.onArxiv || !format.onArxiv)
}

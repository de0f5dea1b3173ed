import type { ColumnType, Generated } from 'kysely'
import type { Author, PaperVersion, PublishedDate, Source } from '../papers/harvested-paper.ts'
import type { Fact, Paper, SourcedLink } from '../papers/paper.ts'

/** jsonb: read as a value, written as its JSON text. */
type Json<T> = ColumnType<T, string, string>

type PapersTable = {
  id: Generated<number>
  uuid: Generated<string>
  address: string
  arxiv_id: string | null
  doi: string | null
  title: string
  abstract: string | null
  synopsis: string | null
  authors: Json<Author[]>
  authors_truncated: boolean
  published: Json<PublishedDate | null>
  versions: Json<PaperVersion[]>
  primary_category: string | null
  categories: string[]
  comments: string | null
  journal_reference: string | null
  license_url: string | null
  withdrawn: boolean
  links: Json<SourcedLink[]>
  provenance: Json<Partial<Record<Fact, Source>>>
  /** `YYYY-MM-DD` */
  edition: string
  edition_from: Paper['editionFrom']
  dated_at: Date
  votes: Generated<number>
  heat: Generated<number>
  attention: Generated<number>
  recorded_at: Date
  changed_at: Date
  /** Grows with every change of its facts. */
  index_seq: Generated<number>
}

/** The tables of db/migrations, as Kysely knows them. */
export type Database = {
  migrations: { name: string; sha256: string; applied_at: Generated<Date> }
  site_state: { name: string; value: Json<unknown> }
  papers: PapersTable
  paper_identifiers: { scheme: string; value: string; paper_id: number }
  paper_records: {
    paper_id: number
    source: Source
    facts: Json<unknown>
    digest: string
    as_of: Date | null
    recorded_at: Date
  }
  paper_authors: {
    name_key: string
    dated_at: Date
    paper_id: number
    position: number
    name: string
    orcid: string | null
  }
  paper_categories: { category: string; dated_at: Date; paper_id: number }
  signals: {
    id: Generated<number>
    paper_id: number
    kind: string
    origin: string
    origin_key: string
    amount: number
    weight: number
    at: Date
    recorded_at: Date
  }
  paper_removals: { paper_id: number; index_seq: Generated<number> }
  paper_embeddings: {
    model: string
    paper_id: number
    digest: Buffer
    vector: Buffer
    seq: Generated<number>
  }
  embedding_models: {
    model: string
    through: Generated<number>
    in_use: Generated<boolean>
    dimensions: number | null
  }
  embedding_queue: { model: string; paper_id: number }
  imports: {
    id: Generated<number>
    name: string
    format: string
    started_at: Date
    finished_at: Date | null
    new: Generated<number>
    updated: Generated<number>
    unchanged: Generated<number>
    refused: Generated<number>
  }
  import_refusals: { import_id: number; number: number; position: string; reason: string }
}

import type { ColumnType, Generated } from 'kysely'
import type { HarvestedPaper, PaperVersion, PublishedDate, Source } from '../papers/harvested-paper.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import type { Fact, Paper, SourcedLink } from '../papers/paper.ts'
import type { StoredProvenance } from '../papers/publication.ts'
import type { StoredAuthor } from '../papers/stored-authors.ts'

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
  authors: Json<StoredAuthor[]>
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
  provenance: Json<StoredProvenance<Partial<Record<Fact, Source>>>>
  /** `YYYY-MM-DD`, or null for a paper that is in no edition. */
  edition: string | null
  edition_from: Exclude<Paper['editionFrom'], null> | null
  dated_at: Date
  votes: Generated<number>
  /** Votes weighed in tenths. */
  vote_points: Generated<number>
  comment_count: Generated<number>
  pick_count: Generated<number>
  hidden: Generated<boolean>
  comments_locked: Generated<boolean>
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
  identifier_claims: { paper_id: number; source: Source; scheme: string; value: string }
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
  /** Papers that are not hidden, by primary category, '' for none. The database keeps both counts itself. */
  edition_counts: { edition: string; category: string; papers: number }
  topic_counts: { category: string; papers: number }
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
    /** The event that this one undoes. */
    takes_back: Generated<number | null>
  }
  paper_removals: { paper_id: number; index_seq: Generated<number> }
  paper_merges: { merged_id: number; kept_id: number; merged_at: Date }
  /** Filled by the database as papers change. `stamp` is microseconds since 1970. */
  oai_records: {
    paper_id: number
    uuid: string
    stamp: number
    edition: string | null
    categories: string[]
    on_arxiv: boolean
  }
  oai_topics: { category: string; stamp: number; paper_id: number }
  oai_pending: { id: Generated<number>; paper_ids: number[] }
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
  embedding_queue: {
    model: string
    paper_id: number
    /** Until then, who claimed it is embedding it. */
    leased_until: Generated<Date | null>
  }
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
  readers: ReadersTable
  sessions: {
    id: Generated<string>
    token: string
    reader_id: string
    expires_at: Date
    created_at: Generated<Date>
    updated_at: Generated<Date>
    ip_address: string | null
    user_agent: string | null
  }
  identities: {
    id: Generated<string>
    reader_id: string
    provider: string
    subject: string
    created_at: Generated<Date>
  }
  verifications: { identifier: string; value: string; expires_at: Date; created_at: Generated<Date> }
  tokens: {
    id: Generated<string>
    reader_id: string
    name: string
    hash: Buffer
    ending: string
    scopes: string[]
    created_at: Date
    expires_at: Date | null
    last_used_at: Generated<Date | null>
  }
  idempotency_keys: {
    reader_id: string
    key: Buffer
    request: Buffer
    answered_at: Date
    status: number
    location: string | null
    body: string
  }
  passkeys: { id: Generated<string>; reader_id: string; name: string | null; created_at: Date | null }
  removed_identities: { provider: string; subject: string; reader_id: string; removed_at: Date }
  suspended_ways_in: { hash: string; suspended_at: Date; reader_id: string | null }
  used_proofs: { hash: string; expires_at: Date }
  rate_limits: { key: string; window_start: Date; count: number }
  outgoing_mail: {
    id: Generated<number>
    key: string
    recipient: string
    subject: string
    text_body: string
    html_body: string | null
    headers: Json<Record<string, string>>
    queued_at: Date
    due_at: Date | null
    attempts: Generated<number>
    sent_at: Date | null
    failure: string | null
    urgent: Generated<boolean>
    expires_at: Date | null
    claimed_until: Date | null
  }
  votes: { paper_id: number; reader_id: string; event: string; points: number; voted_at: Date }
  first_acts: {
    paper_id: number
    reader_id: string
    kind: 'vote' | 'pick' | 'comment'
    at: Date
    weight: number
  }
  picks: { paper_id: number; curator_id: string; event: string; note: string; picked_at: Date }
  reading_list: { reader_id: string; paper_id: number; added_at: Date; read_at: Date | null }
  not_for_me: { reader_id: string; paper_id: number; at: Date }
  collections: {
    id: string
    reader_id: string
    title: string
    description: Generated<string>
    public: Generated<boolean>
    hidden: Generated<boolean>
    created_at: Date
    changed_at: Date
  }
  collection_papers: {
    collection_id: string
    paper_id: number
    position: number
    note: Generated<string>
    added_at: Date
  }
  comments: {
    id: Generated<number>
    paper_id: number
    parent_id: number | null
    reader_id: string | null
    body: string
    event: string | null
    written_at: Date
    edited_at: Date | null
    deleted_at: Date | null
    hidden_at: Date | null
    html: string | null
    html_version: Generated<number>
  }
  comment_edits: {
    comment_id: number
    replaced_at: Date
    body: string
    html: string | null
    html_version: Generated<number>
  }
  reactions: { comment_id: number; reader_id: string; reaction: string; at: Date }
  imported_sites: {
    site: string
    name: string
    url: string | null
    taken_at: Date
    began_at: Date
    finished_at: Date | null
  }
  imported_comments: { site: string; number: number; comment_id: number | null }
  imported_reactions: { comment_id: number; reaction: string; count: number }
  submissions: {
    id: Generated<number>
    scheme: 'arxiv' | 'doi'
    value: string
    reader_id: string | null
    note: Generated<string>
    found: Json<HarvestedPaper[]>
    state: 'waiting' | 'accepted' | 'refused'
    paper_id: number | null
    submitted_at: Date
    decided_at: Date | null
    decided_by: string | null
    reason: string | null
  }
  lookups: { scheme: string; value: string; asked_at: Date; found: Json<HarvestedPaper | null> | null }
  source_turns: { source: string; next_at: Date }
  service_connections: { service: string; holder: string; held_until: Date }
  sources: {
    id: Generated<number>
    name: string
    kind: string
    settings: Json<unknown>
    must_have: string[]
    must_not_have: string[]
    /** Whether it was added on the machine itself: its addresses may be of a private network. */
    trusted: boolean
    created_at: Date
    paused_at: Date | null
    told_silent_at: Date | null
    resumed_at: Generated<Date | null>
  }
  webhooks: {
    id: Generated<number>
    list: string
    target: string
    shape: 'json' | 'slack' | 'discord' | 'mattermost' | 'teams' | 'telegram'
    chat: string | null
    secret: string
    former_secret: Generated<string | null>
    former_until: Generated<Date | null>
    at_hour: number | null
    most: number
    least_heat: number | null
    /** Whether it was added on the machine itself: its address may be of a private network. */
    trusted: boolean
    created_at: Date
    paused_at: Generated<Date | null>
    /** Why it paused itself; null where somebody did. */
    pause_reason: Generated<string | null>
    next_at: Date
    told_edition: string | null
    last_told_at: Generated<Date | null>
    trouble: Generated<string | null>
    holder: Generated<string | null>
    held_until: Generated<Date | null>
  }
  webhook_papers: { webhook_id: number; paper_id: number }
  webhook_deliveries: {
    id: Generated<number>
    webhook_id: number
    message_id: string
    kind: 'papers' | 'edition' | 'test'
    edition: string | null
    papers: Json<number[]>
    total: number
    queued_at: Date
    due_at: Date | null
    attempts: Generated<number>
    delivered_at: Generated<Date | null>
    failure: Generated<string | null>
  }
  websub_topics: {
    id: Generated<number>
    path: string
    type: string
    body: string
    digest: string
    version: Generated<number>
    changed_at: Date
    next_at: Date
    holder: Generated<string | null>
    held_until: Generated<Date | null>
  }
  websub_subscriptions: {
    id: Generated<number>
    topic_id: number
    callback: string
    callback_host: string
    network: string
    secret: string | null
    expires_at: Date
    told_version: number
    due_at: Date | null
    attempts: Generated<number>
    failure: Generated<string | null>
    holder: Generated<string | null>
    held_until: Generated<Date | null>
  }
  websub_asks: {
    id: Generated<number>
    path: string
    callback: string
    callback_host: string
    network: string
    mode: 'subscribe' | 'unsubscribe' | 'denied'
    lease_seconds: number
    secret: string | null
    reason: string | null
    due_at: Date
    attempts: Generated<number>
    holder: Generated<string | null>
    held_until: Generated<Date | null>
  }
  zotero_accounts: {
    reader_id: string
    sealed_key: Buffer
    user_id: number
    username: string
    may_write: boolean
    places: Json<PlaceElsewhere[]>
    connected_at: Date
  }
  library_imports: {
    id: Generated<number>
    reader_id: string
    collection_id: string
    name: string
    library: string | null
    zotero_collection: string | null
    file: Buffer | null
    state: 'waiting' | 'done' | 'failed'
    version: number | null
    pass_version: number | null
    next_start: Generated<number>
    restarts: Generated<number>
    total: number | null
    read_at: Date | null
    left_out: Generated<boolean>
    due_at: Date | null
    attempts: Generated<number>
    trouble: string | null
    holder: Generated<string | null>
    held_until: Generated<Date | null>
    asked_at: Date
    finished_at: Date | null
  }
  library_items: {
    import_id: number
    key: string
    place: number
    title: string
    identifiers: Json<PaperIdentifier[]>
    state: 'waiting' | 'added' | 'there' | 'absent' | 'full' | 'bare' | 'unreadable'
    reason: string | null
  }
  zotero_saves: {
    reader_id: string
    library: string
    paper_id: number
    item_key: string
    state: 'waiting' | 'saved' | 'failed'
    queued_at: Date
    saved_at: Date | null
    due_at: Date | null
    attempts: Generated<number>
    failure: string | null
    holder: Generated<string | null>
    held_until: Generated<Date | null>
  }
  tastes: {
    reader_id: string
    learns_opened: Generated<boolean>
    learns_searches: Generated<boolean>
    feed_key: Generated<string | null>
    begun_at: Generated<Date | null>
  }
  interests: {
    id: Generated<number>
    reader_id: string
    name: string
    named_by_reader: Generated<boolean>
    boost: Generated<number>
    paused_at: Generated<Date | null>
    created_at: Date
  }
  interest_papers: {
    reader_id: string
    paper_id: number
    /** null: its interest was dropped. */
    interest_id: number | null
    excluded_at: Generated<Date | null>
  }
  followed_topics: { reader_id: string; category: string; at: Date }
  followed_authors: { reader_id: string; name_key: string; name: string; at: Date }
  paper_ratings: { reader_id: string; paper_id: number; likes: boolean; asked: Generated<boolean>; at: Date }
  opened_papers: { reader_id: string; paper_id: number; at: Date }
  seen_papers: { reader_id: string; paper_id: number; at: Date }
  reader_searches: { id: Generated<number>; reader_id: string; text: string; at: Date }
  paper_notes: { reader_id: string; paper_id: number; body: string; changed_at: Date }
  taste_changes: { id: Generated<number>; reader_id: string }
  subscribers: {
    id: Generated<number>
    /** null: the archive. */
    email: string | null
    /** Made from the address. */
    domain: Generated<string | null>
    created_at: Date
    paused_at: Generated<Date | null>
    suppressed_at: Generated<Date | null>
    suppressed_for: Generated<'bounces' | 'complaint' | null>
    bounce_score: Generated<number>
    bounced_at: Generated<Date | null>
  }
  subscriptions: {
    id: Generated<number>
    subscriber_id: number
    list: string
    every: 'day' | 'week' | 'month'
    hour: number
    time_zone: string
    /** Bit 0 is Monday. */
    weekdays: number
    length: number
    not_about: Generated<string[]>
    created_at: Date
    confirmed_at: Generated<Date | null>
    paused_at: Generated<Date | null>
    next_at: Generated<Date | null>
    next_period: Generated<string | null>
    looked_at: Generated<Date | null>
    covered_to: Generated<string | null>
  }
  digest_runs: {
    id: Generated<number>
    every: 'day' | 'week' | 'month'
    period: string
    begun_at: Date
    finished_at: Generated<Date | null>
    paused_at: Generated<Date | null>
    /** Why it paused itself; null where a curator did. */
    pause_reason: Generated<string | null>
    resume_at: Generated<Date | null>
    told_late_at: Generated<Date | null>
  }
  digest_issues: {
    id: Generated<number>
    run_id: number
    subscription_id: number | null
    period: string
    due_at: Date
    composed_at: Date
    expires_at: Date
    state: IssueState
    content: Json<unknown> | null
    due_again_at: Generated<Date | null>
    attempts: Generated<number>
    claimed_until: Generated<Date | null>
    holder: Generated<string | null>
    sent_at: Generated<Date | null>
    failure: Generated<string | null>
    complained_at: Generated<Date | null>
    unsubscribed_at: Generated<Date | null>
  }
  digest_papers: {
    subscriber_id: number
    paper_id: number
    issue_id: number
    warned_at: Generated<Date | null>
  }
  suppressed_addresses: { hash: string; since: Date }
  mail_reports: { key: string; read_at: Date }
  mail_turns: { key: string; next_at: Date }
  edition_heads: {
    edition: string
    note: Generated<string>
    note_html: Generated<string | null>
    html_version: Generated<number>
    top_paper_id: Generated<number | null>
    curator_id: Generated<string | null>
    written_at: Date
  }
  source_tasks: {
    source_id: number
    task: string
    cursor: Json<unknown> | null
    next_at: Date
    failures: Generated<number>
    trouble: string | null
    last_whole_at: Date | null
    last_new_at: Date | null
    holder: string | null
    held_until: Date | null
  }
  harvest_runs: {
    id: Generated<number>
    source_id: number
    task: string
    started_at: Date
    finished_at: Date | null
    outcome: 'whole' | 'failed' | 'stopped' | null
    reason: string | null
    new: Generated<number>
    updated: Generated<number>
    unchanged: Generated<number>
    passed_over: Generated<number>
    quarantined: Generated<number>
  }
  quarantined_records: {
    id: Generated<number>
    source_id: number
    digest: string
    position: string
    record: string
    reason: string
    first_at: Date
    last_at: Date
    times: Generated<number>
  }
  paper_pictures: {
    paper_id: number
    version: number
    asked_at: Date
    next_at: Date | null
    image: Buffer | null
    digest: string | null
    width: number | null
    height: number | null
    caption: string | null
  }
  fact_queries: {
    service: string
    paper_id: number
    asked_at: Date
    next_at: Date
    etag: string | null
  }
  arxiv_holidays: { day: string; name: string }
  authorship_claims: {
    paper_id: number
    reader_id: string
    state: 'waiting' | 'confirmed' | 'refused'
    by: 'orcid' | 'curator'
    note: Generated<string>
    claimed_at: Date
    decided_at: Date | null
  }
  flags: {
    id: Generated<number>
    paper_id: number | null
    comment_id: number | null
    collection_id: string | null
    reader_id: string | null
    reason: string
    note: Generated<string>
    flagged_at: Date
    settled_at: Date | null
    settled_by: string | null
  }
  suspicions: {
    id: Generated<number>
    key: string
    kind: 'ring' | 'burst'
    evidence: Json<unknown>
    found_at: Date
    settled_at: Date | null
    settled_by: string | null
  }
  moderation_log: {
    id: Generated<number>
    at: Date
    curator_id: string | null
    act: string
    subject: string
    address: string | null
    reason: string
    about: string | null
  }
}

/** What became of an issue of a digest. */
export type IssueState =
  | 'waiting'
  | 'sending'
  | 'sent'
  | 'in doubt'
  | 'bounced'
  | 'given up'
  | 'expired'
  | 'skipped'
  | 'published'

/** A library of a reader's, or a collection in it. */
type PlaceElsewhere = { library: string; collection: string | null; name: string }

type ReadersTable = {
  id: Generated<string>
  email: string
  email_verified: Generated<boolean>
  name: Generated<string>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  curator: Generated<boolean>
  orcid: string | null
  orcid_verified: Generated<boolean>
  public: Generated<boolean>
  mail_replies: Generated<boolean>
  trusted_at: Date | null
  suspended_at: Date | null
  /** The site whose dump they came with; null for readers who have an account here. */
  from_site: Generated<string | null>
  /** Whether they are a curator there. */
  curator_there: Generated<boolean>
}

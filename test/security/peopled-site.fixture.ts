import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import { sql, type Kysely } from 'kysely'
import { expect } from 'vitest'
import { stated } from '../papers.ts'
import { post, signIn } from '../readers.ts'
import { NOON, openSite, TIME_ZONE, type TestSite } from '../site.ts'
import { makeToken, SCOPES } from '../../src/accounts/tokens.ts'
import type { Evidence } from '../../src/moderation/suspicions/evidence.ts'
import { submitPaper } from '../../src/moderation/submissions.ts'
import type { Database } from '../../src/db/schema.ts'
import { sealKey } from '../../src/libraries/zotero/sealed-key.ts'
import { addWebhook } from '../../src/webhooks/webhooks.ts'
import { importPapers } from '../../src/sources/import.ts'

const YESTERDAY = new Date(NOON.getTime() - 86_400_000)

/** A text that somebody, or a source, gives and that pages show. */
import { mailReaders, type MailedReaders } from './mailed-readers.fixture.ts'

export type Field =
  | 'name'
  | 'paper title'
  | 'hidden paper title'
  | 'abstract'
  | 'author'
  | 'paper comments'
  | 'comment'
  | 'collection title'
  | 'collection description'
  | 'collection note'
  | 'pick note'
  | 'edition note'
  | 'flag note'
  | 'claim note'
  | 'submission title'
  | 'submission note'
  | 'reason'
  | 'passkey name'
  | 'token name'
  | 'import name'
  | 'import refusal'
  | 'library name'
  | 'library item'
  | 'search'
  | 'private note'
  | 'interest name'
  | 'followed author'
  | 'remembered search'
  | 'issue reason'

type Who = 'ada' | 'bert' | 'nina' | 'cora' | 'sven'

/** A site on which everything has happened once: addresses and ids of all that can be asked for. */
export type PeopledSite = TestSite & {
  cookies: Record<Who, string>
  readers: Record<Who, string>
  /** `shown` is Ada's, on the shown paper; `answer` Bert's to it; the others are Bert's. */
  comments: Record<'shown' | 'answer' | 'hidden' | 'deleted', number>
  /** The first two are Ada's, the hidden one Bert's. */
  collections: Record<'open' | 'private' | 'hidden', string>
  /** Their numbers, by address. */
  papers: Record<string, number>
  /** Ada's interests. */
  interestIds: Record<'first' | 'second', number>
  /** A search of Ada's that is remembered. */
  searchId: number
  importId: number
  /** Of a library into Ada's private collection. */
  libraryImportId: number
  submissionIds: Record<'first' | 'second', number>
  /** The last is of somebody who is suspended already. */
  suspicionIds: Record<'first' | 'second' | 'ofSuspended', number>
  passkeyId: string
  /** Ada's, for everything that a reader may do, with the token itself. */
  tokenId: string
  token: string
  webhookId: number
  /** A source, and what it could not read. */
  sourceName: string
  quarantinedIds: { first: number; second: number }
  mailed: MailedReaders
}

/** The edition of those that come in today. */
export const EDITION = '2026-01-15'
export const SHOWN = '2601.00001'
export const OTHER = '2601.00002'
export const HIDDEN = '2601.00003'
/** A paper on which nothing happened. */
export const ALONE = 'doi/10.5555/lakes'

/**
 * Ada (long there, her page public), Bert (his is not), Nina (new), Cora (a curator) and Sven (suspended) have done what
 * readers do; `text` is what they, and sources, write.
 */
export async function openPeopledSite(
  db: Kysely<Database>,
  {
    text = (field) => `Some ${field}`,
    ...facts
  }: { text?: (field: Field) => string } & Parameters<typeof openSite>[1] = {},
): Promise<PeopledSite> {
  const opened = openSite(db, facts)
  const { app } = opened
  const paperText = {
    title: text('paper title'),
    abstract: text('abstract'),
    authors: [{ name: text('author') }, { name: 'Iris Sand' }],
    comments: text('paper comments'),
    categories: ['cs.CL', 'math.AG'],
    published: { value: EDITION, precision: 'day' as const },
  }
  await opened.record([
    stated([SHOWN, 'doi/10.5555/tides.1'], paperText),
    stated(OTHER, {
      title: 'Lakes have tides too',
      authors: [{ name: 'Iris Sand' }],
      published: paperText.published,
    }),
    stated(HIDDEN, { ...paperText, title: text('hidden paper title') }),
    stated(ALONE, {
      title: 'Tides of lakes',
      authors: [{ name: 'Sol Lake', orcid: '0000-0002-1825-0097' }],
    }),
  ])
  const rows = await db.selectFrom('papers').select(['id', 'address']).execute()
  const papers = Object.fromEntries(rows.map(({ id, address }) => [address, id]))

  const [ada, bert, nina, cora, sven] = await Promise.all([
    signIn(db, { email: 'ada@readers.example', name: text('name'), isPublic: true }),
    signIn(db, { email: 'bert@readers.example', name: text('name'), mailReplies: true }),
    signIn(db, { email: 'nina@readers.example', name: text('name'), createdAt: NOON }),
    signIn(db, { email: 'cora@readers.example', name: text('name'), curator: true, isPublic: true }),
    signIn(db, { email: 'sven@readers.example', name: text('name') }),
  ])
  const act = async (who: { cookie: string }, path: string, fields: Record<string, string>) =>
    doing(app, path, fields, who.cookie)
  const said = async (who: { cookie: string }, path: string) => {
    // One's own comment and nobody else's, even where all say the same.
    await act(who, path, { body: text('comment') })
    const { id } = await db
      .selectFrom('comments')
      .select('id')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    return id
  }
  const collected = async (who: { cookie: string }, fields: Record<string, string>) => {
    const title = text('collection title')
    const all = { title, description: text('collection description'), ...fields }
    const answer = await act(who, '/collections', { ...all, paper: SHOWN })
    return answer.headers.get('location')?.replace('/collections/', '') ?? ''
  }

  for (const who of [ada, bert]) await act(who, `/papers/${SHOWN}/vote`, { vote: '1' })
  const comments = {
    shown: await said(ada, `/papers/${SHOWN}/comments`),
    answer: 0,
    hidden: await said(bert, `/papers/${OTHER}/comments`),
    deleted: 0,
  }
  comments.answer = await said(bert, `/comments/${comments.shown}/reply`)
  comments.deleted = await said(sven, `/papers/${OTHER}/comments`)
  await act(ada, `/comments/${comments.shown}/edit`, { body: `${text('comment')} (and more)` })
  await act(bert, `/comments/${comments.shown}/react`, { on: 'thanks' })
  await act(sven, `/comments/${comments.deleted}/delete`, {})
  const collections = {
    open: await collected(ada, { public: 'on' }),
    private: await collected(ada, {}),
    hidden: await collected(bert, { public: 'on' }),
  }
  await act(ada, `/collections/${collections.open}/papers/note`, {
    paper: SHOWN,
    note: text('collection note'),
  })
  for (const address of [SHOWN, HIDDEN]) await act(ada, `/papers/${address}/save`, { save: '1' })
  await act(ada, `/papers/${HIDDEN}/collect`, { collection: collections.open })
  await act(ada, `/papers/${HIDDEN}/vote`, { vote: '1' })
  await act(ada, `/papers/${HIDDEN}/not-for-me`, { 'not-for-me': '1' })
  await said(bert, `/papers/${HIDDEN}/comments`)
  await act(cora, `/papers/${HIDDEN}/pick`, { pick: '1', note: text('pick note') })
  await act(ada, `/papers/${OTHER}/not-for-me`, { 'not-for-me': '1' })
  const flag = { reason: 'other', note: text('flag note') }
  await act(bert, `/papers/${SHOWN}/flag`, flag)
  await act(bert, `/comments/${comments.shown}/flag`, flag)
  await act(bert, `/collections/${collections.open}/flag`, flag)
  await act(nina, `/papers/${SHOWN}/claim`, { note: text('claim note') })
  await act(cora, `/papers/${SHOWN}/pick`, { pick: '1', note: text('pick note') })
  await act(cora, `/desk/editions/${EDITION}/head`, { note: text('edition note'), top: SHOWN })
  const why = { reason: text('reason') }
  await act(cora, `/desk/papers/${papers[HIDDEN]}/hiding`, why)
  await act(cora, `/desk/comments/${comments.hidden}/hiding`, why)
  await act(cora, `/desk/collections/${collections.hidden}/hiding`, why)
  await act(cora, `/desk/readers/${sven.reader.id}/suspension`, why)

  const submitted = async (value: string) => {
    await submitPaper(db, {
      writeNote: async () => {},
      found: stated(value, { title: text('submission title'), abstract: text('abstract') }),
      identifier: { scheme: 'arxiv', value },
      readerId: nina.reader.id,
      trusted: false,
      note: text('submission note'),
      now: NOON,
      timeZone: TIME_ZONE,
    })
    const { id } = await db
      .selectFrom('submissions')
      .select('id')
      .where('value', '=', value)
      .executeTakeFirstOrThrow()
    return id
  }
  const submissionIds = { first: await submitted('2601.00042'), second: await submitted('2601.00043') }
  const suspected = async (key: string, by: string) => {
    const evidence = burst(papers[SHOWN] ?? 0, { title: text('paper title'), by })
    const { id } = await db
      .insertInto('suspicions')
      .values({ key, kind: 'burst', evidence: JSON.stringify(evidence), found_at: NOON })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }
  const suspicionIds = {
    first: await suspected('a burst', bert.reader.id),
    second: await suspected('another burst', bert.reader.id),
    ofSuspended: await suspected('a burst by Sven', sven.reader.id),
  }
  async function* outcomes() {
    yield { ok: false as const, position: 'line 1', reason: text('import refusal') }
  }
  const facet = { format: 'jsonl', timeZone: TIME_ZONE, now: () => NOON }
  await importPapers(db, outcomes(), { name: text('import name'), ...facet })
  const { id: importId } = await db.selectFrom('imports').select('id').executeTakeFirstOrThrow()
  await db
    .insertInto('identities')
    .values({ reader_id: ada.reader.id, provider: 'github', subject: '4711' })
    .execute()
  const { rows: passkeys } = await sql<{ id: string }>`
    insert into passkeys (name, public_key, reader_id, credential_id, counter, device_type, backed_up, created_at)
    values (${text('passkey name')}, 'none', ${ada.reader.id}, 'none', 0, 'singleDevice', false, ${NOON})
    returning id`.execute(db)
  const tokenId = randomUUID()
  const token = await makeToken(db, {
    id: tokenId,
    readerId: ada.reader.id,
    facts: {
      name: text('token name').slice(0, 60).toWellFormed(),
      scopes: SCOPES.filter((scope) => scope !== 'curate'),
      lifetime: 90,
    },
    now: NOON,
  })
  if (!token.ok) throw new Error('no token was made')
  const { interestIds, searchId } = await interested(db, { readerId: ada.reader.id, papers, text })
  await signIn(db, { email: 'zoe@readers.example', now: YESTERDAY })
  // Nothing listens there.
  const webhook = await addWebhook(
    opened.site.search,
    { list: '/papers/new', target: 'http://127.0.0.1:9/secretsecretsecret', shape: 'json' },
    { origin: opened.site.origin, trusted: true, now: NOON },
  )
  await act(ada, `/papers/${SHOWN}/note`, { body: text('private note') })
  await forgetRates(db)
  const people = { ada, bert, nina, cora, sven }
  return {
    ...opened,
    cookies: mapped(people, ({ cookie }) => cookie),
    readers: mapped(people, ({ reader }) => reader.id),
    comments,
    collections,
    libraryImportId: await imported(db, { readerId: ada.reader.id, collectionId: collections.private, text }),
    papers,
    interestIds,
    searchId,
    importId,
    submissionIds,
    suspicionIds,
    passkeyId: passkeys[0]?.id ?? '',
    tokenId,
    token: token.token,
    webhookId: webhook.ok ? webhook.id : 0,
    sourceName: 'arxiv',
    quarantinedIds: await addSource(db),
    mailed: await mailReaders(db, {
      words: text('search'),
      reason: text('issue reason'),
      paperId: papers[SHOWN] ?? 0,
      hiddenId: papers[HIDDEN] ?? 0,
      bertId: bert.reader.id,
      edition: EDITION,
      secret: opened.site.accounts.secret,
    }),
  }
}

/** What a reader's own front page is made of: two interests, what they follow and rated, opened and were shown, and a search. */
async function interested(
  db: Kysely<Database>,
  {
    readerId: reader_id,
    papers,
    text,
  }: { readerId: string; papers: Record<string, number>; text: (field: Field) => string },
): Promise<Pick<PeopledSite, 'interestIds' | 'searchId'>> {
  const name = text('interest name').slice(0, 50).toWellFormed()
  const [first, second] = await db
    .insertInto('interests')
    .values([1, 2].map(() => ({ reader_id, name, created_at: NOON })))
    .returning('id')
    .execute()
  await db
    .insertInto('interest_papers')
    .values([
      { reader_id, paper_id: papers[SHOWN] ?? 0, interest_id: first?.id ?? 0 },
      { reader_id, paper_id: papers[OTHER] ?? 0, interest_id: null, excluded_at: NOON },
    ])
    .execute()
  await db.insertInto('followed_topics').values({ reader_id, category: 'cs.CL', at: NOON }).execute()
  const author = text('followed author').slice(0, 200).toWellFormed()
  await db
    .insertInto('followed_authors')
    .values({ reader_id, name_key: author, name: author, at: NOON })
    .execute()
  const row = { reader_id, paper_id: papers[SHOWN] ?? 0, at: NOON }
  await db
    .insertInto('paper_ratings')
    .values({ ...row, likes: true })
    .execute()
  // What the forms of the pages send about these papers changes something.
  await db
    .insertInto('seen_papers')
    .values({ ...row, paper_id: papers[OTHER] ?? 0 })
    .execute()
  await db
    .insertInto('opened_papers')
    .values({ ...row, at: new Date(NOON.getTime() - 86_400_000) })
    .execute()
  await db.insertInto('tastes').values({ reader_id, learns_searches: true }).execute()
  const search = await db
    .insertInto('reader_searches')
    .values({ reader_id, text: text('remembered search').slice(0, 300).toWellFormed(), at: NOON })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { interestIds: { first: first?.id ?? 0, second: second?.id ?? 0 }, searchId: search.id }
}

/** A source as it was before any was added at the desk: the site's field can still be chosen. */
async function addSource(db: Kysely<Database>): Promise<{ first: number; second: number }> {
  const { rows } = await sql<{ id: number }>`
    with s as (
      insert into sources (name, kind, settings, trusted, created_at)
      values ('arxiv', 'arxiv', '{"categories": ["cs.CL"]}', false, ${NOON}) returning id),
    t as (
      insert into source_tasks (source_id, task, next_at)
      select id, 'announcements', ${new Date(NOON.getTime() + 86_400_000)} from s)
    insert into quarantined_records (source_id, digest, position, record, reason, first_at, last_at)
    select s.id, n::text, 'record 7', '<record><em>x</em></record>', 'It has <b>no</b> metadata & more.', ${NOON}, ${NOON} from s, generate_series(1, 2) n
    returning id`.execute(db)
  return { first: rows[0]?.id ?? 0, second: rows[1]?.id ?? 0 }
}

/** Nobody has done anything often. */
export async function forgetRates(db: Kysely<Database>): Promise<void> {
  await db.deleteFrom('rate_limits').execute()
}

async function doing(
  app: Hono,
  path: string,
  fields: Record<string, string>,
  cookie: string,
): Promise<Response> {
  const answer = await post(app, path, fields, { cookie })
  if (answer.status >= 400) expect.fail(`${path} was refused: ${answer.status} ${await answer.text()}`)
  return answer
}

function mapped<T, R>(record: Record<Who, T>, make: (value: T) => R): Record<Who, R> {
  return Object.fromEntries(Object.entries(record).map(([who, value]) => [who, make(value)])) as Record<
    Who,
    R
  >
}

function burst(paperId: number, { title, by }: { title: string; by: string }): Evidence {
  return {
    kind: 'burst',
    accounts: [{ readerId: by, createdAt: YESTERDAY.toISOString(), votes: 1 }],
    paper: { paperId, title, votes: 2, theirs: [{ readerId: by, at: NOON.toISOString() }] },
    from: YESTERDAY.toISOString(),
    to: NOON.toISOString(),
    figures: { votes: 2, young: 1, youngUsually: 0.1, expected: 0.5, because: 'young' },
  }
}

/** An account at Zotero, and a library that was imported. */
async function imported(
  db: Kysely<Database>,
  {
    readerId,
    collectionId,
    text,
  }: { readerId: string; collectionId: string; text: (field: Field) => string },
): Promise<number> {
  await db
    .insertInto('zotero_accounts')
    .values({
      reader_id: readerId,
      sealed_key: sealKey('abcdefghijklmnopqrstuvwx', {
        readerId,
        secret: 'a secret that is only for tests, long enough',
      }),
      user_id: 4711,
      username: text('library name'),
      may_write: true,
      places: JSON.stringify([{ library: 'users/4711', collection: null, name: text('library name') }]),
      connected_at: NOON,
    })
    .execute()
  const { id } = await db
    .insertInto('library_imports')
    .values({
      reader_id: readerId,
      collection_id: collectionId,
      name: text('library name').slice(0, 200).toWellFormed(),
      library: null,
      zotero_collection: null,
      file: null,
      state: 'done',
      version: null,
      pass_version: null,
      total: 1,
      read_at: NOON,
      due_at: null,
      trouble: null,
      asked_at: NOON,
      finished_at: NOON,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('library_items')
    .values({
      import_id: id,
      key: 'one',
      place: 1,
      title: text('library item').slice(0, 400).toWellFormed(),
      identifiers: JSON.stringify([{ scheme: 'arxiv', value: '2601.00077' }]),
      state: 'absent',
      reason: null,
    })
    .execute()
  return id
}

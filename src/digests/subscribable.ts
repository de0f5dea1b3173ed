import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { printedName } from '../papers/authors.ts'
import { categoryName } from '../papers/categories.ts'
import { NO_SUCH_LIST, titleOf } from '../lists/followed-list.ts'
import { countPapers } from '../ranking/count-papers.ts'
import { findCollection } from '../shelves/collections.ts'
import { mailedTitle, parseMailedList, type MailedList, type OwnList } from './mailed-list.ts'

/** A list that can come by mail, and the one way to write its address. */
export type Subscribable = { list: MailedList; address: string; title: string }

const LONGEST_ADDRESS = 2_000

/** `is: 'own'`: it is a reader's own, and nobody is signed in who could have it. */
export type NotSubscribable = { ok: false; is: 'nothing' | 'own'; reason: string }

const NOTHING = 'There is no such list here, or nothing on it yet.'

/**
 * The list of an address on this site, where it is there to be followed: a topic or an author with papers, a public
 * collection, any search; for the reader who is signed in (`readerId`, null for everybody else) their own front page and each of
 * their interests. Or in a sentence why not.
 */
export async function findSubscribable(
  db: Kysely<Database>,
  text: string,
  { origin, readerId }: { origin: string; readerId: string | null },
): Promise<({ ok: true } & Subscribable) | NotSubscribable> {
  const parsed = parseMailedList(text.trim() === '' ? '/' : text, origin)
  if (!parsed || parsed.address.length > LONGEST_ADDRESS)
    return { ok: false, is: 'nothing', reason: NO_SUCH_LIST }
  const { list } = parsed
  if (list.kind === 'own' && readerId === null)
    return { ok: false, is: 'own', reason: 'Sign in to get your own front page by email.' }
  if (!(await isThere(db, list, { readerId }))) return { ok: false, is: 'nothing', reason: NOTHING }
  return { ok: true, ...parsed, title: await mailedTitle(db, list) }
}

async function isOwn(
  db: Kysely<Database>,
  { interestId }: OwnList,
  readerId: string | null,
): Promise<boolean> {
  if (readerId === null || interestId === null) return readerId !== null
  const interest = await db
    .selectFrom('interests')
    .select('id')
    .where('id', '=', interestId)
    .where('reader_id', '=', readerId)
    .executeTakeFirst()
  return interest !== undefined
}

async function isThere(
  db: Kysely<Database>,
  list: MailedList,
  { readerId }: { readerId: string | null },
): Promise<boolean> {
  switch (list.kind) {
    case 'own':
      return isOwn(db, list, readerId)
    case 'editions':
    case 'ranked':
    case 'picks':
    case 'search':
      return true
    case 'collection':
      return (await findCollection(db, { id: list.id, asking: null })) !== null
    case 'papers':
      switch (list.list.kind) {
        case 'new':
          return true
        case 'topic':
          return (await countPapers(db, list.list)) > 0
        case 'name':
        case 'orcid':
          return (await printedName(db, list.list)) !== null
      }
  }
}

/**
 * What a list is called in a mail that nobody has confirmed yet: never by what a stranger typed, such as a search or the
 * title of a collection, since such mails would be theirs to write.
 */
export async function plainTitle(db: Kysely<Database>, list: MailedList): Promise<string> {
  switch (list.kind) {
    case 'own':
      return 'your own front page'
    case 'search':
      return 'a saved search'
    case 'collection':
      return 'a collection of papers'
    case 'editions':
      return 'the front page'
    case 'ranked':
    case 'picks':
      return (await titleOf(db, list)).toLowerCase()
    case 'papers':
      switch (list.list.kind) {
        case 'new':
          return 'new papers'
        case 'topic':
          return categoryName(list.list.category)
        case 'name':
        case 'orcid':
          return `papers by ${(await printedName(db, list.list)) ?? 'an author'}`
      }
  }
}

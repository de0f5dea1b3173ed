import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { printedName } from '../papers/authors.ts'
import { categoryName } from '../papers/categories.ts'
import { NO_SUCH_LIST, parseListAddress, titleOf, type FollowedList } from '../lists/followed-list.ts'
import { countPapers } from '../ranking/count-papers.ts'
import { findCollection } from '../shelves/collections.ts'

/** A list that can come by mail, and the one way to write its address. */
export type Subscribable = { list: FollowedList; address: string; title: string }

const LONGEST_ADDRESS = 2_000

/**
 * The list of an address on this site, where it is there to be followed: a topic or an author with papers, a public
 * collection, any search. Or in a sentence why not.
 */
export async function findSubscribable(
  db: Kysely<Database>,
  text: string,
  { origin }: { origin: string },
): Promise<({ ok: true } & Subscribable) | { ok: false; reason: string }> {
  const parsed = parseListAddress(text.trim() === '' ? '/' : text, origin)
  if (!parsed || parsed.address.length > LONGEST_ADDRESS) return { ok: false, reason: NO_SUCH_LIST }
  if (!(await isThere(db, parsed.list)))
    return { ok: false, reason: 'There is no such list here, or nothing on it yet.' }
  return { ok: true, ...parsed, title: await titleOf(db, parsed.list) }
}

async function isThere(db: Kysely<Database>, list: FollowedList): Promise<boolean> {
  switch (list.kind) {
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
export async function plainTitle(db: Kysely<Database>, list: FollowedList): Promise<string> {
  switch (list.kind) {
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

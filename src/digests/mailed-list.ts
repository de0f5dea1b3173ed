import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { addressOnSite, parseListAddress, titleOf, type FollowedList } from '../lists/followed-list.ts'

/**
 * A reader's own front page, or of it only what one of their interests finds. It comes by mail to them alone: nothing else here
 * (webhooks, the archive) knows such a list.
 */
export type OwnList = { kind: 'own'; interestId: number | null }

/** A list that can come by mail. */
export type MailedList = FollowedList | OwnList

/** Where a reader's own front page is. */
export const OWN_PAGE = '/for-you'
/** The address of what one interest finds. */
export function interestList(interestId: number): string {
  return `${OWN_PAGE}/interests/${interestId}`
}
const OWN = /^\/for-you(?:\/interests\/([1-9]\d{0,14}))?\/?$/

/** Reads the address of a list that can come by mail, as `parseListAddress` does; null when it is none. */
export function parseMailedList(text: string, origin: string): { list: MailedList; address: string } | null {
  const own = OWN.exec(addressOnSite(text, origin)?.pathname ?? '')
  if (own === null) return parseListAddress(text, origin)
  const [, interest] = own
  return interest === undefined
    ? { list: { kind: 'own', interestId: null }, address: OWN_PAGE }
    : {
        list: { kind: 'own', interestId: Number(interest) },
        address: interestList(Number(interest)),
      }
}

/** The list at an address that is kept, where it is a reader's own; null for all others. */
export function ownListAt(address: string): OwnList | null {
  const list = address.startsWith(OWN_PAGE) ? parseMailedList(address, '')?.list : undefined
  return list?.kind === 'own' ? list : null
}

/** What people call the list at an address that is kept. */
export async function mailedTitleAt(db: Kysely<Database>, address: string): Promise<string> {
  const parsed = parseMailedList(address, '')
  return parsed ? mailedTitle(db, parsed.list) : 'a list'
}

/** What people call a list. What an interest is called is for its reader only. */
export async function mailedTitle(db: Kysely<Database>, list: MailedList): Promise<string> {
  if (list.kind !== 'own') return titleOf(db, list)
  if (list.interestId === null) return 'For you'
  const interest = await db
    .selectFrom('interests')
    .select('name')
    .where('id', '=', list.interestId)
    .executeTakeFirst()
  return interest ? `For you: ${interest.name}` : 'For you: an interest that is no more'
}

import { displayName } from '../accounts/reader.ts'
import { addressPath } from '../papers/identifiers.ts'
import { plainText } from '../papers/plain-text.ts'
import type { Subject } from './moderation-log.ts'

/** Characters of a title in the log. */
const LONGEST_TITLE = 200

export function paperSubject({ title, address }: { title: string; address: string }): Subject {
  return { subject: quoted(title), address: addressPath(address) }
}

/** A comment by its writer and paper, never by its text. */
export function commentSubject({
  id,
  readerId,
  name,
  title,
}: {
  id: number
  readerId: string | null
  name: string | null
  title: string
}): Subject {
  const by = readerId === null ? '' : ` by ${displayName({ id: readerId, name: name ?? '' })}`
  return { subject: `a comment${by} on ${quoted(title)}`, address: `/comments/${id}`, about: readerId }
}

/** A collection by its owner: its title may be what is wrong with it. */
export function collectionSubject({
  id,
  readerId,
  name,
}: {
  id: string
  readerId: string
  name: string
}): Subject {
  return {
    subject: `a collection by ${displayName({ id: readerId, name })}`,
    address: `/collections/${id}`,
    about: readerId,
  }
}

/** A reader by the name shown with what they write, with a link if their page is public. */
export function readerSubject(reader: { id: string; name: string; public: boolean }): Subject {
  return {
    subject: displayName(reader),
    address: reader.public ? `/readers/${reader.id}` : null,
    about: reader.id,
  }
}

export function quoted(title: string): string {
  const plain = plainText(title)
  return `“${plain.length > LONGEST_TITLE ? `${plain.slice(0, LONGEST_TITLE - 1).toWellFormed()}…` : plain}”`
}

/** `1 vote`, `3 votes` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`
}

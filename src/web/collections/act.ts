import type { Context } from 'hono'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import {
  addToCollection,
  LONGEST_NOTE,
  MOST_PAPERS,
  moveInCollection,
  noteInCollection,
  parseNote,
  removeFromCollection,
  type PapersChange,
} from '../../shelves/collection-papers.ts'
import {
  createCollection,
  deleteCollection,
  editCollection,
  isCollectionId,
  MOST_COLLECTIONS,
  parseCollection,
} from '../../shelves/collections.ts'
import { findPaper } from '../../papers/find.ts'
import { addressPath, parseAddress, parseIdentifier } from '../../papers/identifiers.ts'
import { refused } from '../errors/show.tsx'
import type { Form } from '../forms/read-form.ts'
import { goBack, readerAction, type ReaderAction } from '../forms/reader-action.ts'
import { findRequestedPaper } from '../paper/find-requested-paper.ts'
import { audienceOf, type Site } from '../site.ts'
import { collectionFormPage } from './form.tsx'
import { collectionPath } from './links.tsx'

const LIMIT = { limit: RATE_LIMITS.change }

/** `POST /collections`; `paper` is the address of a first paper. */
export function makeCollection(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const given = factsIn(form)
    const parsed = parseCollection(given)
    const paper = form.text('paper')
    if (!parsed.ok) return c.html(collectionFormPage(own, { facts: given, paper, problem: parsed }), 422)
    const made = await createCollection(site.db, { readerId: reader.id, facts: parsed.facts, now })
    if (!made.ok) return refused(own, c, TOO_MANY)
    const paperId = await namedPaper(site, paper)
    if (paperId !== null)
      await addToCollection(site.db, { collectionId: made.id, readerId: reader.id, paperId, now })
    if (parsed.facts.public) site.changed(['collections'])
    return c.redirect(collectionPath(made.id), 303)
  })
}

/** `POST /collections/…/edit` */
export function changeCollection(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const id = c.req.param('id') ?? ''
    if (!isCollectionId(id)) return refused(own, c, NO_COLLECTION)
    const given = factsIn(form)
    const parsed = parseCollection(given)
    if (!parsed.ok) return c.html(collectionFormPage(own, { id, facts: given, problem: parsed }), 422)
    const outcome = await editCollection(site.db, { id, readerId: reader.id, facts: parsed.facts, now })
    return answer(own, c, { form, outcome, otherwise: collectionPath(id) })
  })
}

/** `POST /collections/…/delete` with `confirm`. */
export function dropCollection(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form }, c) => {
    const id = c.req.param('id') ?? ''
    if (!isCollectionId(id)) return refused(own, c, NO_COLLECTION)
    if (!form.ticked('confirm')) return refused(own, c, UNCONFIRMED)
    const outcome = await deleteCollection(site.db, { id, readerId: reader.id })
    return answer(own, c, { form, outcome, otherwise: '/collections' })
  })
}

/** `POST /collections/…/papers/add` with `paper`: an identifier, an address or a URL of one. */
export function addPaper(site: Site) {
  return onPaper(site, ({ collectionId, paperId, readerId, now }) =>
    addToCollection(site.db, { collectionId, readerId, paperId, now }),
  )
}

/** `POST /collections/…/papers/remove` with `paper`. */
export function removePaper(site: Site) {
  return onPaper(site, ({ collectionId, paperId, readerId, now }) =>
    removeFromCollection(site.db, { collectionId, readerId, paperId, now }),
  )
}

/** `POST /collections/…/papers/move` with `paper` and the place it is `to` have, from 1. */
export function movePaper(site: Site) {
  return onPaper(site, async ({ collectionId, paperId, readerId, form, now }) => {
    const to = form.text('to')
    if (!/^\d{1,6}$/.test(to)) return NO_PLACE
    return moveInCollection(site.db, { collectionId, readerId, paperId, to: Number(to), now })
  })
}

/** `POST /collections/…/papers/note` with `paper` and `note`. */
export function notePaper(site: Site) {
  return onPaper(site, async ({ collectionId, paperId, readerId, form, now }) => {
    const note = parseNote(form.text('note'), { longest: LONGEST_NOTE })
    if (note === null) return LONG_NOTE
    return noteInCollection(site.db, { collectionId, readerId, paperId, note, now })
  })
}

/** `POST /papers/…/collect` with `collection`: the id of one, or `new` to make one with the paper in it. */
export function collectPaper(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const paper = await findRequestedPaper(own, c)
    if (!paper) return refused(own, c, NO_PAPER)
    const id = form.text('collection')
    if (id === 'new') return c.redirect(`/collections/new?paper=${encodeURIComponent(paper.address)}`, 303)
    if (!isCollectionId(id)) return refused(own, c, NO_COLLECTION)
    const outcome = await addToCollection(site.db, {
      collectionId: id,
      readerId: reader.id,
      paperId: paper.id,
      now,
    })
    return answer(own, c, { form, outcome, otherwise: addressPath(paper.address) })
  })
}

type Refusal = { status: 404 | 422; title: string; reason: string }
type OnPaper = { collectionId: string; paperId: number; readerId: string; form: Form; now: Date }

function onPaper(site: Site, change: (on: OnPaper) => Promise<PapersChange | Refusal>) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const collectionId = c.req.param('id') ?? ''
    if (!isCollectionId(collectionId)) return refused(own, c, NO_COLLECTION)
    const paperId = await namedPaper(site, form.text('paper'))
    if (paperId === null) return refused(own, c, NO_PAPER)
    const outcome = await change({ collectionId, paperId, readerId: reader.id, form, now })
    if ('reason' in outcome) return refused(own, c, outcome)
    return answer(own, c, { form, outcome, otherwise: collectionPath(collectionId) })
  })
}

function answer(
  site: ReaderAction['site'],
  c: Context,
  { form, outcome, otherwise }: { form: Form; outcome: PapersChange; otherwise: string },
): Response | Promise<Response> {
  if (!outcome.ok) return refused(site, c, REFUSALS[outcome.kind])
  if (outcome.seen) site.changed(['collections'])
  return goBack(c, form, otherwise)
}

async function namedPaper(site: Site, text: string): Promise<number | null> {
  const parsed = parseAddress(text) ?? parseIdentifier(text)
  const paper = parsed && (await findPaper(site.db, parsed.identifier, { seenBy: audienceOf(site) }))
  return paper ? paper.id : null
}

function factsIn(form: Form) {
  return { title: form.text('title'), description: form.text('description'), public: form.ticked('public') }
}

const NO_COLLECTION = {
  status: 404,
  title: 'Not in this edition',
  reason: 'There is no such collection.',
} as const
const NO_PAPER = {
  status: 404,
  title: 'Paper not found',
  reason: 'This paper is not on this site yet. Submit it first, then add it to a collection.',
} as const
const FULL = {
  status: 422,
  title: 'This collection is full',
  reason: `A collection can have up to ${MOST_PAPERS} papers. Remove some, or create another collection.`,
} as const
const TOO_MANY = {
  status: 422,
  title: 'You have reached the limit',
  reason: `You can have up to ${MOST_COLLECTIONS} collections. Delete one you no longer need.`,
} as const
const UNCONFIRMED = {
  status: 422,
  title: 'Not deleted',
  reason: 'To delete this collection for good, tick the box to confirm.',
} as const
const NO_PLACE = { status: 422, title: 'Not moved', reason: 'Choose a place from 1 upwards.' } as const
const LONG_NOTE = {
  status: 422,
  title: 'Your note is too long',
  reason: `A note can have up to ${LONGEST_NOTE.toLocaleString('en-GB')} characters.`,
} as const
const REFUSALS = { 'no-collection': NO_COLLECTION, 'no-paper': NO_PAPER, full: FULL } as const

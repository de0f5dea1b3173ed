import type { Context } from 'hono'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import {
  importFromFile,
  importFromZotero,
  MOST_WAITING,
  repeatImport,
  type StartOutcome,
} from '../../libraries/imports.ts'
import {
  connectZotero,
  disconnectZotero,
  zoteroAccountOf,
  zoteroKeyOf,
  type ZoteroPlace,
} from '../../libraries/zotero/account.ts'
import type { Zotero } from '../../libraries/zotero/ask-zotero.ts'
import { savePapers, type SaveOutcome } from '../../libraries/zotero/saves.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { collectedPapers } from '../../shelves/collection-papers.ts'
import { createCollection, findCollection, parseCollection } from '../../shelves/collections.ts'
import { goneSignal } from '../client-gone.ts'
import { collectionPath } from '../collections/links.tsx'
import { refused } from '../errors/show.tsx'
import type { Form } from '../forms/read-form.ts'
import { goBack, readerAction, type ReaderAction } from '../forms/reader-action.ts'
import { findRequestedPaper } from '../paper/find-requested-paper.ts'
import type { Site } from '../site.ts'
import { importFormPage } from './import.tsx'
import { placeValue } from './place-choice.tsx'
import { sentLibraryFile } from './sent-file.ts'
import { zoteroPage } from './zotero.tsx'

const LIMIT = { limit: RATE_LIMITS.library }

function zoteroOf(site: Site): Zotero {
  const { client, urls } = site.harvesting
  return { db: site.db, client, url: urls.zotero, now: site.now }
}

/** `POST /settings/zotero` with a `key`. */
export function connect(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form }, c) => {
    const outcome = await connectZotero(zoteroOf(site), {
      readerId: reader.id,
      key: form.text('key').trim(),
      secret: site.accounts.secret,
      signal: goneSignal(c),
    })
    if (outcome.ok) return c.redirect('/settings/zotero?connected', 303)
    const page = await zoteroPage(own, { reader, problem: { of: 'key', reason: outcome.reason } })
    return c.html(page, outcome.kind === 'away' ? 503 : 422)
  })
}

/** `POST /settings/zotero/places`: looks up libraries and collections again, and what the key allows. */
export function lookUpPlaces(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader }, c) => {
    const { secret } = site.accounts
    const key = await zoteroKeyOf(site.db, { readerId: reader.id, secret })
    const outcome =
      key === null
        ? ({
            ok: false,
            kind: 'key',
            reason: 'Connect your account again: its key can no longer be read.',
          } as const)
        : await connectZotero(zoteroOf(site), { readerId: reader.id, key, secret, signal: goneSignal(c) })
    if (outcome.ok) return c.redirect('/settings/zotero', 303)
    const page = await zoteroPage(own, { reader, problem: { of: 'places', reason: outcome.reason } })
    return c.html(page, outcome.kind === 'away' ? 503 : 422)
  })
}

/** `POST /settings/zotero/removal` */
export function disconnect(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.change, allowSuspended: true }, async ({ reader }, c) => {
    await disconnectZotero(site.db, { readerId: reader.id })
    return c.redirect('/settings/zotero', 303)
  })
}

/** `POST /settings/zotero/import` with the number of a `place`: into a new collection, which is named after it. */
export function importIntoNew(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const place = await placeIn(site, { readerId: reader.id, form })
    if (place === null) return refused(own, c, NO_PLACE)
    const parsed = parseCollection({ title: place.name.slice(0, 100), description: '', public: false })
    const facts = parsed.ok ? parsed.facts : { title: 'From Zotero', description: '', public: false }
    const made = await createCollection(site.db, { readerId: reader.id, facts, now })
    if (!made.ok) return refused(own, c, TOO_MANY)
    const started = await importFromZotero(site.db, {
      readerId: reader.id,
      collectionId: made.id,
      place,
      now,
    })
    return answer(own, c, { started, collectionId: made.id })
  })
}

/** `POST /collections/…/import` with the number of a `place`. */
export function importPlace(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const collectionId = c.req.param('id') ?? ''
    const collection = await findCollection(site.db, { id: collectionId, asking: reader })
    if (collection?.owner.id !== reader.id) return refused(own, c, NO_COLLECTION)
    const place = await placeIn(site, { readerId: reader.id, form })
    if (place === null) return refused(own, c, NO_PLACE)
    const started = await importFromZotero(site.db, { readerId: reader.id, collectionId, place, now })
    return answer(own, c, { started, collectionId })
  })
}

/** `POST /collections/…/import/file` with a `file`, or with its `text`. */
export function importFile(site: Site) {
  return readerAction(site, { ...LIMIT, files: true }, async ({ site: own, reader, form, now }, c) => {
    const collectionId = c.req.param('id') ?? ''
    const collection = await findCollection(site.db, { id: collectionId, asking: reader })
    if (!collection || collection.owner.id !== reader.id) return refused(own, c, NO_COLLECTION)
    const sent = await sentLibraryFile(form)
    if (!sent.ok)
      return c.html(
        await importFormPage(own, { collection, problem: sent.reason, text: form.text('text').trim() }),
        422,
      )
    const started = await importFromFile(site.db, { readerId: reader.id, collectionId, ...sent.file, now })
    return answer(own, c, { started, collectionId })
  })
}

/** `POST /collections/…/imports/…/repetition` */
export function repeat(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, now }, c) => {
    const collectionId = c.req.param('id') ?? ''
    const id = /^\d{1,15}$/.test(c.req.param('import') ?? '') ? Number(c.req.param('import')) : 0
    const started = await repeatImport(site.db, { id, readerId: reader.id, collectionId, now })
    return answer(own, c, { started, collectionId })
  })
}

/** `POST /papers/…/zotero` */
export function savePaper(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.change }, async (acting, c) => {
    const paper = await findRequestedPaper(acting.site, c)
    if (!paper) return refused(acting.site, c, NO_PAPER)
    return save(acting, c, { paperIds: [paper.id], otherwise: addressPath(paper.address) })
  })
}

/** `POST /collections/…/zotero`: all papers of a collection that the reader can see. */
export function saveCollection(site: Site) {
  return readerAction(site, LIMIT, async (acting, c) => {
    const id = c.req.param('id') ?? ''
    const collection = await findCollection(site.db, { id, asking: acting.reader })
    if (!collection) return refused(acting.site, c, NO_COLLECTION)
    const papers = await collectedPapers(site.db, { collectionId: id })
    return save(acting, c, { paperIds: papers.map(({ paper }) => paper.id), otherwise: '/settings/zotero' })
  })
}

async function save(
  { site, reader, form, now }: ReaderAction,
  c: Context,
  { paperIds, otherwise }: { paperIds: number[]; otherwise: string },
): Promise<Response> {
  const outcome = await savePapers(site.db, { readerId: reader.id, paperIds, now })
  return outcome.ok ? goBack(c, form, otherwise) : refused(site, c, NOT_SAVED[outcome.kind])
}

async function placeIn(
  site: Site,
  { readerId, form }: { readerId: string; form: Form },
): Promise<ZoteroPlace | null> {
  const account = await zoteroAccountOf(site.db, { readerId })
  const chosen = form.text('place')
  return account?.places.find((place) => placeValue(place) === chosen) ?? null
}

function answer(
  site: ReaderAction['site'],
  c: Context,
  { started, collectionId }: { started: StartOutcome; collectionId: string },
): Response | Promise<Response> {
  if (started.ok) return c.redirect(`${collectionPath(collectionId)}/imports/${started.id}`, 303)
  return refused(site, c, started.kind === 'busy' ? BUSY : NO_COLLECTION)
}

const NO_COLLECTION = {
  status: 404,
  title: 'Not in this edition',
  reason: 'There is no such collection.',
} as const
const NO_PAPER = { status: 404, title: 'Paper not found', reason: 'This paper is not on this site.' } as const
const NO_PLACE = {
  status: 422,
  title: 'Nothing to import',
  reason: 'Connect your Zotero account in your settings, and choose a library or a collection in it.',
} as const
const BUSY = {
  status: 422,
  title: 'Other imports are under way',
  reason: `You can have ${MOST_WAITING} imports under way. Wait until one of them is done, then start this one.`,
} as const
const TOO_MANY = {
  status: 422,
  title: 'You have reached the limit',
  reason: 'You cannot have more collections. Delete one you no longer need, or import into one you have.',
} as const
const NOT_SAVED = {
  'not-connected': {
    status: 422,
    title: 'Zotero is not connected',
    reason: 'Connect your Zotero account in your settings, then save papers to it.',
  },
  'read-only': {
    status: 422,
    title: 'Your key only allows reading',
    reason: 'Make a Zotero key that allows write access, and connect your account with it in your settings.',
  },
  full: {
    status: 422,
    title: 'Many papers are on their way',
    reason: 'Wait until the papers you saved before have arrived at Zotero, then save more.',
  },
} as const satisfies Record<Extract<SaveOutcome, { ok: false }>['kind'], object>

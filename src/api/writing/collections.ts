import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { inTransaction } from '../../db/transaction.ts'
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
  findCollection,
  isCollectionId,
  LONGEST_DESCRIPTION,
  LONGEST_TITLE,
  MOST_COLLECTIONS,
  parseCollection,
} from '../../shelves/collections.ts'
import type { Site, Viewer } from '../../web/site.ts'
import { acting, type Asking, type Done } from '../operation.ts'
import { problem, type Problem } from '../problem.ts'
import { askedPaper } from '../reading/find-paper.ts'
import { CollectionShape, toCollectionJson } from '../shapes/collection.ts'
import { PaperId, text } from '../shapes/paper.ts'

const GROUP = 'Collections'
const CollectionId = z.string().min(1).max(40).describe('The id of a collection')
const parameters = z.strictObject({ id: CollectionId })

const NO_COLLECTION = problem('not-found', 'You have no such collection.', { parameter: 'id' })

const REFUSALS = {
  'no-collection': NO_COLLECTION,
  'no-paper': problem('not-found', 'This paper is not in this collection, or not on this site.', {
    parameter: 'paper',
  }),
  full: problem(
    'refused',
    `A collection can have up to ${MOST_PAPERS} papers. Remove some, or create another collection.`,
    { parameter: 'id' },
  ),
} as const satisfies Record<Extract<PapersChange, { ok: false }>['kind'], Problem>

// A character can be two units of a text.
const Facts = {
  title: text(2 * LONGEST_TITLE).describe(`Up to ${LONGEST_TITLE} characters`),
  description: text(2 * LONGEST_DESCRIPTION).describe(
    `Plain text with lines, up to ${LONGEST_DESCRIPTION} characters`,
  ),
  public: z.boolean().describe('Whether everyone can see it, with your name'),
}

export const createOwnCollection = acting({
  id: 'create_collection',
  method: 'POST',
  path: '/api/collections',
  group: GROUP,
  summary: 'Create a collection of papers',
  description: 'The same one created again within a minute is the one that was created before.',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  status: 201,
  body: z.strictObject({
    title: Facts.title,
    description: Facts.description.default(''),
    public: Facts.public.default(false),
  }),
  answer: CollectionShape,
  async run({ site, now }, given) {
    const parsed = parseCollection(given)
    if (!parsed.ok) return problem('refused', parsed.reason, { parameter: parsed.field })
    const made = await createCollection(site.db, {
      readerId: site.viewer.reader.id,
      facts: parsed.facts,
      now,
    })
    if (!made.ok) return TOO_MANY
    if (parsed.facts.public) site.changed(['collections'])
    const answered = await collectionAnswer(site, made.id)
    return answered.ok ? { ...answered, location: `/api/collections/${made.id}` } : answered
  },
})

const TOO_MANY = problem(
  'refused',
  `You can have up to ${MOST_COLLECTIONS} collections. Delete one you no longer need.`,
)

export const editOwnCollection = acting({
  id: 'edit_collection',
  method: 'PATCH',
  path: '/api/collections/{id}',
  group: GROUP,
  summary: 'Change the title, description or visibility of a collection of yours',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters,
  body: z.strictObject({
    title: Facts.title.optional(),
    description: Facts.description.optional(),
    public: Facts.public.optional(),
  }),
  answer: CollectionShape,
  async run({ site, now }, { id, ...changes }) {
    const { reader } = site.viewer
    const collection = await findCollection(site.db, { id, asking: reader })
    if (collection?.owner.id !== reader.id) return NO_COLLECTION
    const parsed = parseCollection({
      title: changes.title ?? collection.title,
      description: changes.description ?? collection.description,
      public: changes.public ?? collection.public,
    })
    if (!parsed.ok) return problem('refused', parsed.reason, { parameter: parsed.field })
    const outcome = await editCollection(site.db, { id, readerId: reader.id, facts: parsed.facts, now })
    return changed(site, { id, outcome })
  },
})

const DeletedShape = z.object({ id: z.string(), deleted: z.boolean() }).meta({ id: 'DeletedCollection' })

export const deleteOwnCollection = acting({
  id: 'delete_collection',
  method: 'DELETE',
  path: '/api/collections/{id}',
  group: GROUP,
  summary: 'Delete a collection of yours for good',
  description: 'Its papers stay on the site. One that is gone already, or is not yours, is no error.',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters,
  answer: DeletedShape,
  async run({ site }, { id }) {
    if (isCollectionId(id)) {
      const outcome = await deleteCollection(site.db, { id, readerId: site.viewer.reader.id })
      if (outcome.ok && outcome.seen) site.changed(['collections'])
    }
    return { ok: true, body: { id, deleted: true } }
  },
})

const onePaper = z.strictObject({ id: CollectionId, paper: PaperId })

const EntryShape = z
  .object({
    id: z.string().describe('The id of the collection'),
    paper: z.string().describe('The id of the paper'),
    collected: z.boolean().describe('Whether the collection has it now'),
  })
  .meta({ id: 'CollectionEntry' })

export const collectPaper = acting({
  id: 'collect_paper',
  method: 'PUT',
  path: '/api/collections/{id}/papers/{paper+}',
  group: GROUP,
  summary: 'Put a paper into a collection of yours; or change its note or its place there',
  description:
    'A paper that is not in the collection yet comes last. What is left out stays as it is. All of it is done, or nothing.',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters: onePaper,
  body: z.strictObject({
    note: text(2 * LONGEST_NOTE)
      .optional()
      .describe(`Why it is there: up to ${LONGEST_NOTE} characters; empty for none`),
    place: z.int().min(1).max(999_999).optional().describe('Its place from 1; beyond the end means the end'),
  }),
  answer: EntryShape,
  async run({ site, now }, { id, paper, note: typed, place }) {
    const note = typed === undefined ? undefined : parseNote(typed, { longest: LONGEST_NOTE })
    if (note === null)
      return problem('refused', `A note can have up to ${LONGEST_NOTE.toLocaleString('en-GB')} characters.`, {
        parameter: 'note',
      })
    return onPaper(site, { id, paper, collected: true }, (of) =>
      inTransaction(site.db, async (trx) => {
        const steps = [
          () => addToCollection(trx, { ...of, now }),
          ...(note === undefined ? [] : [() => noteInCollection(trx, { ...of, note, now })]),
          ...(place === undefined ? [] : [() => moveInCollection(trx, { ...of, to: place, now })]),
        ]
        let last: PapersChange = { ok: true, seen: false }
        for (const step of steps) {
          last = await step()
          // Only the first can fail, before anything was changed.
          if (!last.ok) return last
        }
        return last
      }),
    )
  },
})

export const uncollectPaper = acting({
  id: 'uncollect_paper',
  method: 'DELETE',
  path: '/api/collections/{id}/papers/{paper+}',
  group: GROUP,
  summary: 'Remove a paper from a collection of yours',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  parameters: onePaper,
  answer: EntryShape,
  async run({ site, now }, { id, paper }) {
    return onPaper(site, { id, paper, collected: false }, (of) =>
      removeFromCollection(site.db, { ...of, now }),
    )
  },
})

async function onPaper(
  site: Site & { viewer: Viewer },
  { id, paper, collected }: { id: string; paper: string; collected: boolean },
  change: (of: { collectionId: string; readerId: string; paperId: number }) => Promise<PapersChange>,
): Promise<Done<z.input<typeof EntryShape>> | Problem> {
  if (!isCollectionId(id)) return NO_COLLECTION
  const found = await askedPaper(site, paper, { parameter: 'paper' })
  if (!found.ok) return found
  const readerId = site.viewer.reader.id
  const outcome = await change({ collectionId: id, readerId, paperId: found.paper.id })
  if (!outcome.ok) return REFUSALS[outcome.kind]
  if (outcome.seen) site.changed(['collections'])
  return { ok: true, body: { id, paper: found.paper.address, collected } }
}

async function changed(
  site: Asking<Viewer>['site'],
  { id, outcome }: { id: string; outcome: PapersChange },
): Promise<Done<z.input<typeof CollectionShape>> | Problem> {
  if (!outcome.ok) return REFUSALS[outcome.kind]
  if (outcome.seen) site.changed(['collections'])
  return collectionAnswer(site, id)
}

async function collectionAnswer(
  site: Asking<Viewer>['site'],
  id: string,
): Promise<Done<z.input<typeof CollectionShape>> | Problem> {
  const collection = await findCollection(site.db, { id, asking: site.viewer.reader })
  return collection ? { ok: true, body: toCollectionJson(site, collection) } : NO_COLLECTION
}

import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import {
  LONGEST_NOTE,
  MOST_NOTES,
  noteOn,
  notesOf,
  parseNotesCursor,
  writeNote,
} from '../../shelves/paper-notes.ts'
import { Cursor, readCursor, writeCursor } from '../cursors.ts'
import { acting } from '../operation.ts'
import { problem } from '../problem.ts'
import { askedPaper } from '../reading/find-paper.ts'
import { ListedPaperShape, PaperId, text } from '../shapes/paper.ts'
import { presentList } from '../shapes/present-papers.ts'
import { GONE } from '../writing/marks.ts'

const GROUP = 'Your own'
const parameters = z.strictObject({ id: PaperId })
const at = { group: GROUP, path: '/api/papers/{id+}/note', parameters }

const NoteShape = z
  .object({
    id: z.string().describe('The id of the paper'),
    note: z.string().nullable().describe('null if you have none on this paper'),
    changedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Note' })

export const getOwnNote = acting({
  ...at,
  id: 'get_my_note',
  method: 'GET',
  summary: 'Your private note on a paper',
  scope: 'read',
  limit: null,
  answer: NoteShape,
  async run({ site }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const note = await noteOn(site.db, { readerId: site.viewer.reader.id, paperId: found.paper.id })
    return {
      ok: true,
      body: {
        id: found.paper.address,
        note: note?.body ?? null,
        changedAt: note?.changedAt.toISOString() ?? null,
      },
    }
  },
})

export const writeOwnNote = acting({
  ...at,
  id: 'write_note',
  method: 'PUT',
  summary: 'Write a private note on a paper, in place of the one before',
  description: 'Nobody else is shown it. A note without a visible character is removed.',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  body: z.strictObject({
    note: text(2 * LONGEST_NOTE).describe(`Up to ${LONGEST_NOTE.toLocaleString('en-GB')} characters`),
  }),
  answer: NoteShape,
  async run({ site, now }, { id, note: body }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const of = { readerId: site.viewer.reader.id, paperId: found.paper.id }
    const outcome = await writeNote(site.db, { ...of, body, now })
    if (!outcome.ok) return outcome.kind === 'no-paper' ? GONE : REFUSED[outcome.kind]
    const note = await noteOn(site.db, of)
    return {
      ok: true,
      body: {
        id: found.paper.address,
        note: note?.body ?? null,
        changedAt: note?.changedAt.toISOString() ?? null,
      },
    }
  },
})

const REFUSED = {
  'too-long': problem('refused', `Notes can have up to ${LONGEST_NOTE.toLocaleString('en-GB')} characters.`, {
    parameter: 'note',
  }),
  full: problem(
    'refused',
    `You can have notes on ${MOST_NOTES.toLocaleString('en-GB')} papers. Remove some that you no longer need.`,
  ),
}

export const removeOwnNote = acting({
  ...at,
  id: 'remove_note',
  method: 'DELETE',
  summary: 'Remove your private note on a paper',
  scope: 'collect',
  limit: RATE_LIMITS.change,
  answer: NoteShape,
  async run({ site, now }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { id: paperId, address } = found.paper
    await writeNote(site.db, { readerId: site.viewer.reader.id, paperId, body: '', now })
    return { ok: true, body: { id: address, note: null, changedAt: null } }
  },
})

export const listOwnNotes = acting({
  id: 'list_my_notes',
  method: 'GET',
  path: '/api/me/notes',
  group: GROUP,
  summary: 'Your private notes with their papers, the last changed first',
  scope: 'read',
  limit: null,
  query: z.strictObject({
    q: text(300).optional().describe('Only notes with all of these words'),
    limit: z.int().min(1).max(100).default(50),
    cursor: Cursor,
  }),
  answer: z.array(
    ListedPaperShape.extend({ note: z.string(), changedAt: z.iso.datetime() }).meta({ id: 'NotedPaper' }),
  ),
  isPaged: true,
  async run({ site }, { q, limit, cursor }) {
    const from = readCursor(cursor, parseNotesCursor)
    if (!from.ok) return from
    const { notes, next } = await notesOf(site.db, {
      readerId: site.viewer.reader.id,
      text: q ?? null,
      after: from.after,
      limit,
    })
    const papers = await presentList(
      site,
      notes.map(({ paper }) => paper),
    )
    return {
      ok: true,
      body: notes.flatMap(({ note }, i) => {
        const paper = papers[i]
        return paper ? [{ ...paper, note: note.body, changedAt: note.changedAt.toISOString() }] : []
      }),
      next: next && { cursor: writeCursor(next) },
    }
  },
})

import { sql, type Kysely } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, TIME_ZONE } from '../../test/site.ts'
import { settledOrWaiting } from '../../test/waiting.ts'
import type { Reader } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { editComment, writeComment } from '../discussion/comments.ts'
import { deleteComment } from '../discussion/delete-comment.ts'
import { react } from '../discussion/reactions.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import { castVote, takeBackVote } from '../ranking/votes.ts'
import { noteOpened } from '../recommendation/noticed.ts'
import { addToCollection, noteInCollection, removeFromCollection } from '../shelves/collection-papers.ts'
import { createCollection } from '../shelves/collections.ts'
import { writeNote } from '../shelves/paper-notes.ts'
import { setNotForMe } from '../shelves/not-for-me.ts'
import { pickPaper, withdrawPick } from '../shelves/picks.ts'
import { markRead, savePaper, unsavePaper } from '../shelves/reading-list.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { claimAuthorship, confirmClaim } from './authorship.ts'
import { flag } from './flags.ts'
import { hideComment } from './hide-comment.ts'
import { lockComments } from './lock-comments.ts'
import { mergePapers } from './merge-papers.ts'

const now = NOON
const curators = new Set<string>()

/** Who does something to which paper, and what was there before: a comment of theirs, one of somebody else, a collection. */
type On = { paperId: number; reader: Reader; own: number; others: number; collectionId: string }
type Act = (db: Kysely<Database>, on: On) => Promise<unknown>

const voting: Act = (db, { paperId, reader }) => castVote(db, { paperId, voter: reader, now })
const picking: Act = (db, { paperId, reader }) =>
  pickPaper(db, { paperId, curator: reader, note: 'So.', now })
const saving: Act = (db, { paperId, reader }) => savePaper(db, { paperId, readerId: reader.id, now })
const folding: Act = (db, { paperId, reader }) =>
  setNotForMe(db, { paperId, readerId: reader.id, notForMe: true, now })
const collecting: Act = (db, { paperId, reader, collectionId }) =>
  addToCollection(db, { paperId, readerId: reader.id, collectionId, now })
const claiming: Act = (db, { paperId, reader }) => claimAuthorship(db, { paperId, reader, note: 'Me.', now })

/** What readers and curators do to papers; what was done `before`; what then stands of it on the kept paper. */
const ACTS: { [name: string]: { before?: Act[]; act: Act; stands: Partial<Standing> } } = {
  vote: { act: voting, stands: { voted: 1 } },
  'take a vote back': {
    before: [voting],
    act: (db, { paperId, reader }) => takeBackVote(db, { paperId, readerId: reader.id, now }),
    stands: { voted: 0 },
  },
  pick: { act: picking, stands: { picked: 1 } },
  'withdraw a pick': {
    before: [picking],
    act: (db, { paperId, reader }) => withdrawPick(db, { paperId, curatorId: reader.id, now }),
    stands: { picked: 0 },
  },
  comment: {
    act: (db, { paperId, reader }) =>
      writeComment(db, { paperId, parentId: null, reader, body: 'More.', now }),
    stands: { said: ['Mine.', 'More.'] },
  },
  answer: {
    act: (db, { paperId, reader, others }) =>
      writeComment(db, {
        paperId,
        parentId: others,
        reader,
        body: 'Yes.',
        now,
        site: {
          origin: 'https://tides.example',
          name: 'Tides',
          secret: 'a secret that is only for tests, long enough',
        },
      }),
    stands: { said: ['Mine.', 'Yes.'] },
  },
  'edit a comment': {
    act: (db, { own, reader }) => editComment(db, { commentId: own, reader, body: 'Put better.', now }),
    stands: { said: ['Put better.'] },
  },
  'delete a comment': {
    act: (db, { own, reader }) => deleteComment(db, { commentId: own, readerId: reader.id, now }),
    stands: { said: [] },
  },
  react: {
    act: (db, { others, reader }) =>
      react(db, { commentId: others, readerId: reader.id, reaction: 'thanks', on: true, now }),
    stands: { reacted: 1 },
  },
  'hide a comment': {
    act: (db, { others, reader }) =>
      hideComment(db, { commentId: others, curatorId: reader.id, reason: 'Spam.', now }),
    stands: { hidden: 1 },
  },
  'flag a comment': {
    act: (db, { others, reader }) =>
      flag(db, {
        on: { kind: 'comment', id: others },
        readerId: reader.id,
        reason: 'spam',
        note: '',
        curators,
        now,
      }),
    stands: { flagged: 1 },
  },
  'close a discussion': {
    act: (db, { paperId, reader }) =>
      lockComments(db, { paperId, curatorId: reader.id, reason: 'Enough.', now }),
    stands: { locked: true },
  },
  save: { act: saving, stands: { saved: ['unread'] } },
  unsave: {
    before: [saving],
    act: (db, { paperId, reader }) => unsavePaper(db, { paperId, readerId: reader.id }),
    stands: { saved: [] },
  },
  read: {
    before: [saving],
    act: (db, { paperId, reader }) => markRead(db, { paperId, readerId: reader.id, read: true, now }),
    stands: { saved: ['read'] },
  },
  'fold away': { act: folding, stands: { folded: 1 } },
  'show again': {
    before: [folding],
    act: (db, { paperId, reader }) => setNotForMe(db, { paperId, readerId: reader.id, notForMe: false, now }),
    stands: { folded: 0 },
  },
  collect: { act: collecting, stands: { collected: [''] } },
  'take out of a collection': {
    before: [collecting],
    act: (db, { paperId, reader, collectionId }) =>
      removeFromCollection(db, { paperId, readerId: reader.id, collectionId, now }),
    stands: { collected: [] },
  },
  'say something in a collection': {
    before: [collecting],
    act: (db, { paperId, reader, collectionId }) =>
      noteInCollection(db, { paperId, readerId: reader.id, collectionId, note: 'Good.', now }),
    stands: { collected: ['Good.'] },
  },
  'write a note': {
    act: (db, { paperId, reader }) =>
      writeNote(db, { readerId: reader.id, paperId, body: 'For later.', now }),
    stands: { noted: ['For later.'] },
  },
  open: {
    act: (db, { paperId, reader }) => noteOpened(db, { readerId: reader.id, paperId, now }),
    stands: { opened: 1 },
  },
  flag: {
    act: (db, { paperId, reader }) =>
      flag(db, {
        on: { kind: 'paper', id: paperId },
        readerId: reader.id,
        reason: 'wrong',
        note: '',
        curators,
        now,
      }),
    stands: { flagged: 1 },
  },
  claim: { act: claiming, stands: { claimed: ['waiting'] } },
  'confirm a claim': {
    before: [voting, claiming],
    act: (db, { paperId, reader }) =>
      signIn(db, { curator: true }).then(({ reader: curator }) =>
        confirmClaim(db, {
          paperId,
          readerId: reader.id,
          curatorId: curator.id,
          reason: 'We know them.',
          now,
        }),
      ),
    stands: { claimed: ['confirmed'], voted: 0 },
  },
}

type Standing = {
  voted: number
  picked: number
  said: string[]
  reacted: number
  hidden: number
  flagged: number
  locked: boolean
  saved: string[]
  folded: number
  collected: string[]
  noted: string[]
  opened: number
  claimed: string[]
}

describeWithDatabase('what is done while papers are merged', (db) => {
  /** Two papers, each with a comment of everybody named, and a collection for each reader. */
  async function twoPapers(number: number) {
    const [arxiv, doi] = [`2601.${String(number + 1).padStart(5, '0')}`, `doi/10.5555/m${number}`] as const
    const recorded = await recordHarvest(db(), [stated(arxiv), stated(doi, { source: 'bibtex' })], {
      now,
      timeZone: TIME_ZONE,
    })
    return { addresses: [arxiv, doi] as [string, string], ids: recorded.map(({ paperId }) => paperId) }
  }
  const said = async (paperId: number, reader: Reader, body: string) => {
    const written = await writeComment(db(), { paperId, parentId: null, reader, body, now })
    if (!written.ok) throw new Error(written.reason)
    return written.id
  }
  async function readerOn(paperId: number): Promise<On> {
    const { reader } = await signIn(db(), { curator: true })
    const { reader: other } = await signIn(db())
    const facts = { title: 'Sand', description: '', public: true }
    const made = await createCollection(db(), { readerId: reader.id, facts, now })
    if (!made.ok) throw new Error('no collection was made')
    return {
      paperId,
      reader,
      own: await said(paperId, reader, 'Mine.'),
      others: await said(paperId, other, 'Theirs.'),
      collectionId: made.id,
    }
  }
  async function standing(paperId: number, { reader, others }: On): Promise<Standing> {
    const { rows } = await sql<Standing>`
      with mine as (select ${reader.id}::uuid as me, ${paperId}::bigint as paper)
      select
        (select count(*)::int from votes where (paper_id, reader_id) = (paper, me)) as voted,
        (select count(*)::int from picks where (paper_id, curator_id) = (paper, me)) as picked,
        (select coalesce(array_agg(body order by body), '{}') from comments
          where (paper_id, reader_id) = (paper, me) and deleted_at is null) as said,
        (select count(*)::int from reactions r join comments c on c.id = comment_id
          where r.reader_id = mine.me and c.paper_id = paper) as reacted,
        (select count(*)::int from comments where paper_id = paper and id = ${others} and hidden_at is not null) as hidden,
        (select count(*)::int from flags f left join comments c on c.id = f.comment_id
          where f.reader_id = mine.me and coalesce(f.paper_id, c.paper_id) = paper) as flagged,
        (select comments_locked from papers where id = paper) as locked,
        (select coalesce(array_agg(case when read_at is null then 'unread' else 'read' end), '{}') from reading_list
          where (paper_id, reader_id) = (paper, me)) as saved,
        (select count(*)::int from not_for_me where (paper_id, reader_id) = (paper, me)) as folded,
        (select coalesce(array_agg(note), '{}') from collection_papers cp join collections c on c.id = cp.collection_id
          where cp.paper_id = paper and c.reader_id = mine.me) as collected,
        (select coalesce(array_agg(body), '{}') from paper_notes where (paper_id, reader_id) = (paper, me)) as noted,
        (select count(*)::int from opened_papers where (paper_id, reader_id) = (paper, me)) as opened,
        (select coalesce(array_agg(state), '{}') from authorship_claims where (paper_id, reader_id) = (paper, me)) as claimed
      from mine`.execute(db())
    if (!rows[0]) throw new Error('a query of one row gave none')
    return rows[0]
  }
  const merge = (addresses: [string, string], on: Kysely<Database> = db()) =>
    recordHarvest(on, [stated(addresses, { source: 'jsonl' })], { now, timeZone: TIME_ZONE })
  async function expectConsistent() {
    const { rows } = await sql`
      select p.id from papers p where (votes, vote_points, pick_count, comment_count) is distinct from (
        (select count(*)::int from votes where paper_id = p.id), (select coalesce(sum(points), 0)::int from votes where paper_id = p.id),
        (select count(*)::int from picks where paper_id = p.id),
        (select count(*)::int from comments where paper_id = p.id and deleted_at is null and hidden_at is null))
      -- One event of each kind for each reader who did it: no more, no less.
      or (select array[count(*) filter (where kind = 'vote'), count(*) filter (where kind = 'pick'), count(*) filter (where kind = 'comment')]
          from signals s where s.paper_id = p.id and takes_back is null and not exists (select from signals b where b.takes_back = s.id))
        <> array[votes, pick_count, (select count(distinct reader_id) from comments c where c.paper_id = p.id and deleted_at is null
          and hidden_at is null and not exists (select from authorship_claims a
            where (a.paper_id, a.reader_id, a.state) = (c.paper_id, c.reader_id, 'confirmed')))]`.execute(
      db(),
    )
    expect(rows).toEqual([])
    expect((await verifyHeat(db())).differences).toEqual([])
  }

  for (const side of ['kept', 'merged'] as const) {
    it.each(Object.entries(ACTS))(
      `stands, be it done just before or meanwhile, to the ${side} paper: %s`,
      async (_, { before, act, stands }) => {
        for (const [number, first] of (['act', 'merge'] as const).entries()) {
          const { addresses, ids } = await twoPapers(number)
          const [keptId = 0, mergedId = 0] = ids
          const on = await readerOn(side === 'kept' ? keptId : mergedId)
          for (const one of before ?? []) await one(db(), on)
          const doing = (trx?: Kysely<Database>) => act(trx ?? db(), on)
          const merging = (trx?: Kysely<Database>) => merge(addresses, trx ?? db())
          const [one, other] = first === 'act' ? [doing, merging] : [merging, doing]
          let second: Promise<unknown> = Promise.resolve()
          const earlier = await inTransaction(db(), async (trx) => {
            const outcome = await one(trx)
            second = other()
            await settledOrWaiting(db(), second)
            return outcome
          })
          const later = await second
          const outcome = first === 'act' ? earlier : later
          expect(outcome === true || outcome === undefined || (outcome as { ok: boolean }).ok).toBe(true)
          expect(await standing(keptId, on)).toMatchObject(stands)
          await expectConsistent()
        }
      },
    )
  }

  it('stands whatever many do at once, by import or by a curator, in both directions', async () => {
    const { reader: curator } = await signIn(db(), { curator: true })
    for (let round = 0; round < 4; round++) {
      const { addresses, ids } = await twoPapers(round)
      const done: { on: On; stands: Partial<Standing> }[] = []
      const works: (() => Promise<unknown>)[] = []
      for (const { before, act, stands } of Object.values(ACTS)) {
        for (const paperId of ids) {
          const on = await readerOn(paperId)
          for (const one of before ?? []) await one(db(), on)
          // A closed discussion takes no comment: for the others it stays open.
          if (stands.locked) continue
          works.push(() => act(db(), on))
          done.push({ on, stands })
        }
        // Somebody does it to both at once.
        const [on, also] = await Promise.all([readerOn(ids[0] ?? 0), readerOn(ids[1] ?? 0)])
        if (before || stands.said || stands.reacted || stands.hidden || stands.flagged || stands.locked)
          continue
        works.push(
          () => act(db(), on),
          () => act(db(), { ...on, paperId: also.paperId }),
        )
        done.push({ on, stands })
      }
      const [keptId = 0, mergedId = 0] = round % 4 < 2 ? ids : ids.toReversed()
      const merging = () =>
        round % 2 === 0
          ? merge(addresses)
          : mergePapers(db(), {
              keptId,
              mergedId,
              timeZone: TIME_ZONE,
              curatorId: curator.id,
              reason: 'One work.',
              now,
            })
      const shuffled = works
        .map((work, i) => ({ work, at: (i * 7919 + round * 104_729) % works.length }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ work }) => work)
      const outcomes = await Promise.all(shuffled.toSpliced(5 + round * 3, 0, merging).map((work) => work()))
      expect(
        outcomes.filter(
          (outcome) => typeof outcome === 'object' && outcome !== null && 'ok' in outcome && !outcome.ok,
        ),
      ).toEqual([])
      for (const { on, stands } of done) expect(await standing(Math.min(...ids), on)).toMatchObject(stands)
      await expectConsistent()
    }
  })

  it('counts the first comments, votes and picks of one reader on both once', async () => {
    const { addresses, ids } = await twoPapers(1)
    const { reader } = await signIn(db(), { curator: true })
    for (const paperId of ids) {
      await castVote(db(), { paperId, voter: reader, now })
      await pickPaper(db(), { paperId, curator: reader, note: '', now })
      await said(paperId, reader, `On ${paperId}.`)
    }
    await merge(addresses)
    expect(
      await db().selectFrom('papers').select(['votes', 'pick_count', 'comment_count']).execute(),
    ).toEqual([{ votes: 1, pick_count: 1, comment_count: 2 }])
    await expectConsistent()
  })

  it('takes back what an author of one did to the other, when an import shows them to be one', async () => {
    for (const side of [0, 1]) {
      const { addresses, ids } = await twoPapers(side)
      const [written = 0, praised = 0] = side === 0 ? ids : ids.toReversed()
      const { reader } = await signIn(db(), { curator: true })
      const { reader: curator } = await signIn(db(), { curator: true })
      await castVote(db(), { paperId: praised, voter: reader, now })
      await pickPaper(db(), { paperId: praised, curator: reader, note: '', now })
      await said(praised, reader, 'Splendid.')
      await claimAuthorship(db(), { paperId: written, reader, note: 'Me.', now })
      await confirmClaim(db(), {
        paperId: written,
        readerId: reader.id,
        curatorId: curator.id,
        reason: 'We know them.',
        now,
      })
      // A claim that waits on the other one changes nothing.
      await claimAuthorship(db(), { paperId: praised, reader, note: 'Me too.', now })
      await merge(addresses)
      const keptId = Math.min(...ids)
      expect(
        await db()
          .selectFrom('papers')
          .select(['votes', 'pick_count', 'comment_count', 'attention'])
          .where('id', '=', keptId)
          .execute(),
      ).toEqual([{ votes: 0, pick_count: 0, comment_count: 1, attention: 0 }])
      await expectConsistent()
    }
  })

  it('leads on from the number of a paper that was merged, and merged again', async () => {
    const one = await twoPapers(1)
    const other = await twoPapers(2)
    await merge([other.addresses[0], other.addresses[1]])
    await merge([one.addresses[0], one.addresses[1]])
    const { reader: curator } = await signIn(db(), { curator: true })
    const twoAtArxiv = await mergePapers(db(), {
      keptId: one.ids[1] ?? 0,
      mergedId: other.ids[1] ?? 0,
      timeZone: TIME_ZONE,
      curatorId: curator.id,
      reason: 'One work.',
      now,
    })
    expect(twoAtArxiv).toMatchObject({ ok: false, reason: expect.stringContaining('two papers on arXiv') })
    const third = await recordHarvest(db(), [stated('doi/10.5555/last', { source: 'bibtex' })], {
      now,
      timeZone: TIME_ZONE,
    })
    const lastId = third[0]?.paperId ?? 0
    await mergePapers(db(), {
      keptId: one.ids[1] ?? 0,
      mergedId: lastId,
      timeZone: TIME_ZONE,
      curatorId: curator.id,
      reason: 'One work.',
      now,
    })
    const { reader } = await signIn(db())
    expect(await castVote(db(), { paperId: lastId, voter: reader, now })).toEqual({
      ok: true,
      voted: true,
      votes: 1,
    })
    expect(await takeBackVote(db(), { paperId: one.ids[0] ?? 0, readerId: reader.id, now })).toMatchObject({
      votes: 0,
    })
    expect(await castVote(db(), { paperId: 999_999, voter: reader, now })).toEqual({
      ok: false,
      kind: 'no-paper',
    })
  })
})

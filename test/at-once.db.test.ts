import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, inject, it } from 'vitest'
import { admitAddress } from '../src/accounts/admit.ts'
import { MayNotAct } from '../src/db/hold-readers.ts'
import { openDatabase } from '../src/db/open.ts'
import { inTransaction } from '../src/db/transaction.ts'
import { editComment, writeComment } from '../src/discussion/comments.ts'
import { deleteComment } from '../src/discussion/delete-comment.ts'
import { react } from '../src/discussion/reactions.ts'
import { writeNote } from '../src/discussion/write-note.ts'
import { claimAuthorship, confirmClaim } from '../src/moderation/authorship.ts'
import type { Flagged } from '../src/moderation/flagged.ts'
import { flag } from '../src/moderation/flags.ts'
import { hideCollection, unhideCollection } from '../src/moderation/hide-collection.ts'
import { hideComment, unhideComment } from '../src/moderation/hide-comment.ts'
import { hidePaper, unhidePaper } from '../src/moderation/hide-paper.ts'
import { mergePapers } from '../src/moderation/merge-papers.ts'
import { dismissFlags } from '../src/moderation/resolve-flags.ts'
import { discountVotes } from '../src/moderation/resolve-suspicion.ts'
import { submitPaper } from '../src/moderation/submissions.ts'
import { reinstateReader, suspendReader } from '../src/moderation/suspend-reader.ts'
import { redateEditions } from '../src/ranking/editions.ts'
import { repairHeat, verifyHeat } from '../src/ranking/verify-heat.ts'
import { castVote, takeBackVote } from '../src/ranking/votes.ts'
import { noteOpened, noteSearch } from '../src/recommendation/noticed.ts'
import { changeTasteSettings } from '../src/recommendation/own-tastes.ts'
import { deleteAccount } from '../src/readers/delete-account.ts'
import { addToCollection, moveInCollection, removeFromCollection } from '../src/shelves/collection-papers.ts'
import { createCollection } from '../src/shelves/collections.ts'
import { writeNote as writeOwnNote } from '../src/shelves/paper-notes.ts'
import { setNotForMe } from '../src/shelves/not-for-me.ts'
import { pickPaper, withdrawPick } from '../src/shelves/picks.ts'
import { savePaper, unsavePaper } from '../src/shelves/reading-list.ts'
import type { EmailAddress } from '../src/mail/address.ts'
import { recordHarvest } from '../src/sources/record-harvest.ts'
import { describeWithDatabase } from './database.ts'
import { stated } from './papers.ts'
import { signIn } from './readers.ts'
import { NOON, TIME_ZONE } from './site.ts'

const CONNECTIONS = 24
const WORKERS = 40
const STEPS = 40
const PAPERS = 24
const now = NOON

describeWithDatabase('everything at once', (db) => {
  it('ends as its events say, without an error for anybody, and without two that waited for each other', async () => {
    const server = inject('server')
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const many = openDatabase(
      { ...server, database: rows[0]?.name },
      { size: CONNECTIONS, onError: () => {} },
    )
    // Each paper twice, by its two names, until it is merged.
    const arxiv = Array.from({ length: PAPERS }, (_, i) => `2601.${String(i + 1).padStart(5, '0')}`)
    const doi = arxiv.map((address) => `doi/10.5555/${address}`)
    const recorded = await recordHarvest(
      db(),
      [...doi, ...arxiv].map((address) =>
        stated(address, {
          source: 'jsonl',
          published: { precision: 'time', value: '2026-01-10T02:00:00.000Z' },
        }),
      ),
      { now, timeZone: TIME_ZONE },
    )
    const ids = recorded.map(({ paperId }) => paperId)

    const newReader = async (curator: boolean) => {
      const { reader } = await signIn(db(), { curator })
      const facts = { title: 'Sand', description: '', public: true }
      const made = await createCollection(db(), { readerId: reader.id, facts, now })
      if (!made.ok) throw new Error('no collection was made')
      await changeTasteSettings(db(), { readerId: reader.id, learnsSearches: true })
      return { ...reader, collectionId: made.id }
    }
    const readers = await Promise.all(Array.from({ length: 20 }, () => newReader(false)))
    const curators = await Promise.all(Array.from({ length: 4 }, () => newReader(true)))
    /** Whom a `MayNotAct` may meet. */
    const leaving = new Set<string>()
    const comments: number[] = []
    let upvotes = 1

    /** A paper, a comment or a collection. */
    const flaggable = ({
      paperId,
      commentId,
      b,
    }: {
      paperId: number
      commentId: number
      b: number
    }): Flagged => {
      if (b % 3 === 0) return { kind: 'paper', id: paperId }
      const collectionId = readers[b % readers.length]?.collectionId ?? ''
      return b % 3 === 1 ? { kind: 'comment', id: commentId } : { kind: 'collection', id: collectionId }
    }

    type Step = { act: keyof typeof acts; a: number; b: number; c: number }
    const acts = {
      vote: ({ reader, paperId }) => castVote(many, { paperId, voter: reader, now }),
      unvote: ({ reader, paperId }) => takeBackVote(many, { paperId, readerId: reader.id, now }),
      comment: async ({ reader, paperId }) => {
        const written = await writeComment(many, { paperId, parentId: null, reader, body: 'Sand.', now })
        if (written.ok) comments.push(written.id)
      },
      edit: ({ reader, commentId, b }) => editComment(many, { commentId, reader, body: `Sand ${b}.`, now }),
      uncomment: ({ reader, commentId }) => deleteComment(many, { commentId, readerId: reader.id, now }),
      react: ({ reader, commentId, b }) =>
        react(many, { commentId, readerId: reader.id, reaction: 'agree', on: b % 2 === 0, now }),
      save: ({ reader, paperId, b }) =>
        b % 2
          ? savePaper(many, { paperId, readerId: reader.id, now })
          : unsavePaper(many, { paperId, readerId: reader.id }),
      fold: ({ reader, paperId, b }) =>
        setNotForMe(many, { paperId, readerId: reader.id, notForMe: b % 2 === 0, now }),
      note: ({ reader, paperId, b }) =>
        writeOwnNote(many, { paperId, readerId: reader.id, body: b % 3 ? `Sand ${b}.` : '', now }),
      open: async ({ reader, paperId, b }) => {
        await noteOpened(many, { paperId, readerId: reader.id, now })
        await noteSearch(many, { readerId: reader.id, text: `sand ${b % 5}`, now })
      },
      collect: async ({ reader, paperId, b }) => {
        const of = { paperId, readerId: reader.id, collectionId: reader.collectionId, now }
        await addToCollection(many, of)
        if (b % 3 === 0) await moveInCollection(many, { ...of, to: 1 })
        if (b % 5 === 0) await removeFromCollection(many, of)
      },
      flag: ({ reader, paperId, commentId, b }) =>
        flag(many, {
          on: flaggable({ paperId, commentId, b }),
          readerId: reader.id,
          reason: 'wrong',
          note: '',
          curators: new Set(),
          now,
        }),
      claim: async ({ reader, paperId, acting, b }) => {
        await claimAuthorship(many, { paperId, reader, note: 'Me.', now })
        if (b % 3 === 0) await confirmClaim(many, { paperId, readerId: reader.id, ...acting })
      },
      pick: ({ curator, paperId, b }) =>
        b % 2
          ? pickPaper(many, { paperId, curator, note: '', now })
          : withdrawPick(many, { paperId, curatorId: curator.id, now }),
      hide: async ({ paperId, commentId, acting, b }) => {
        const on = flaggable({ paperId, commentId, b })
        switch (on.kind) {
          case 'paper':
            await hidePaper(many, { paperId, ...acting })
            await unhidePaper(many, { paperId, ...acting })
            break
          case 'comment':
            await hideComment(many, { commentId, ...acting })
            await unhideComment(many, { commentId, ...acting })
            break
          case 'collection':
            await hideCollection(many, { collectionId: on.id, ...acting })
            await unhideCollection(many, { collectionId: on.id, ...acting })
        }
        await dismissFlags(many, { on, ...acting })
      },
      suspend: async ({ reader, acting }) => {
        leaving.add(reader.id)
        await suspendReader(many, { readerId: reader.id, votesToo: true, ...acting })
        await reinstateReader(many, { readerId: reader.id, ...acting })
      },
      // Somebody proves the address of an account that nobody had proven.
      admit: async ({ reader }) => {
        const { rows } = await sql<{ email: EmailAddress }>`
          update readers set email_verified = false where id = ${reader.id} returning email`.execute(many)
        const address = rows[0]?.email
        if (address === undefined) return
        await inTransaction(many, (trx) => admitAddress(trx, { address, secret: 'sand', now }))
      },
      discount: ({ acting, b }) =>
        discountVotes(many, {
          readerIds: readers.map(({ id }) => id).toReversed(),
          paperIds: ids.slice(b % PAPERS, (b % PAPERS) + 4).toReversed(),
          ...acting,
        }),
      leave: async ({ reader, a }) => {
        const place = readers.indexOf(reader)
        leaving.add(reader.id)
        if (place !== -1 && a % 2 === 0) readers[place] = await newReader(false)
        await deleteAccount(many, { readerId: reader.id, now })
      },
      // Batches name the same papers in whatever order; one in three shows two of them to be one.
      harvest: ({ a, b, c }) => {
        const addresses = [...arxiv, ...doi]
        const batch = Array.from(
          { length: 16 },
          (_, i) => addresses[(a + i * (1 + (b % 7))) % addresses.length] ?? '',
        )
        const total = upvotes++
        const papers = (b % 2 ? batch : batch.toReversed()).map((address) =>
          stated(address, {
            source: 'jsonl',
            upvotes: { total, since: NOON.toISOString(), observedAt: NOON.toISOString() },
            title: `On ${address} ${c % 3}`,
          }),
        )
        const one = c % PAPERS
        const merging = c % 3 === 0 ? [stated([arxiv[one] ?? '', doi[one] ?? ''], { source: 'bibtex' })] : []
        return recordHarvest(many, [...papers, ...merging], { now, timeZone: TIME_ZONE })
      },
      merge: ({ acting, a, b }) => {
        const pair = [ids[a % PAPERS] ?? 0, ids[PAPERS + (a % PAPERS)] ?? 0]
        const [keptId = 0, mergedId = 0] = b % 2 ? pair : pair.toReversed()
        return mergePapers(many, { keptId, mergedId, timeZone: TIME_ZONE, ...acting })
      },
      submit: ({ reader, b }) =>
        submitPaper(many, {
          found: stated(`2602.${String(1 + (b % 30)).padStart(5, '0')}`, { source: 'arxiv-atom' }),
          identifier: { scheme: 'arxiv', value: `2602.${String(1 + (b % 30)).padStart(5, '0')}` },
          readerId: reader.id,
          trusted: b % 2 === 0,
          note: 'Worth a look.',
          now,
          timeZone: TIME_ZONE,
          writeNote: (trx, note) => writeNote(trx, { ...note, curators: new Set(), now }),
        }),
      redate: ({ b }) => redateEditions(many, { timeZone: b % 2 ? 'Asia/Tokyo' : TIME_ZONE }),
      repair: ({ paperId }) =>
        repairHeat(many, [{ paperId, address: '', what: 'heat', stored: 0, replayed: 0 }]),
    } satisfies {
      [name: string]: (on: {
        reader: (typeof readers)[number]
        curator: (typeof readers)[number]
        acting: { curatorId: string; reason: string; now: Date }
        paperId: number
        commentId: number
        a: number
        b: number
        c: number
      }) => Promise<unknown>
    }
    const names = Object.keys(acts) as Step['act'][]
    const often: Step['act'][] = ['vote', 'vote', 'vote', 'unvote', 'comment', 'comment', 'pick', 'harvest']
    const nat = fc.nat({ max: 100_000 })
    const step: fc.Arbitrary<Step> = fc.record({
      act: fc.constantFrom(...names, ...often),
      a: nat,
      b: nat,
      c: nat,
    })

    const errors: unknown[] = []
    const take = async ({ act, a, b, c }: Step) => {
      const reader = readers[a % readers.length]
      const curator = curators[b % curators.length]
      if (!reader || !curator) return
      const acting = { curatorId: curator.id, reason: 'For a reason.', now }
      const on = { reader, curator, acting, a, b, c }
      try {
        await acts[act]({
          ...on,
          paperId: ids[c % ids.length] ?? 0,
          commentId: comments[c % Math.max(1, comments.length)] ?? 0,
        })
      } catch (error) {
        if (!(error instanceof MayNotAct && leaving.has(reader.id))) errors.push([act, error])
      }
    }
    const runs = fc.sample(fc.array(step, { minLength: STEPS, maxLength: STEPS }), WORKERS)
    await Promise.all(
      runs.map(async (steps) => {
        for (const one of steps) await take(one)
      }),
    )
    await many.destroy()

    expect(errors).toEqual([])
    expect((await verifyHeat(db())).differences).toEqual([])
    const wrong = await sql`
      select p.id, votes, pick_count, comment_count from papers p
      where (pick_count, comment_count) is distinct from (
          (select count(*)::int from picks where paper_id = p.id),
          (select count(*)::int from comments where paper_id = p.id and deleted_at is null and hidden_at is null))
        or (select array[count(*) filter (where kind = 'vote'), count(*) filter (where kind = 'pick')] from signals s
          where s.paper_id = p.id and takes_back is null and not exists (select from signals b where b.takes_back = s.id))
          <> array[votes, pick_count]::bigint[]`.execute(db())
    expect(wrong.rows).toEqual([])
    // Two that waited for each other would have been told apart by PostgreSQL, and done again: there were none.
    const { rows: met } = await sql<{ deadlocks: number }>`
      select deadlocks from pg_stat_database where datname = current_database()`.execute(db())
    expect(met).toEqual([{ deadlocks: 0 }])
  }, 120_000)
})

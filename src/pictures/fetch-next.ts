import { sql, type Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { ServiceAway, type OutgoingClient } from '../outgoing/client.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { answerText } from '../sources/answer-text.ts'
import { ARXIV_PAGES } from '../sources/services.ts'
import { findFigure } from './find-figure.ts'
import { MAY_BE_SHOWN } from './licences.ts'
import { makeThumbnail, type Thumbnail } from './make-thumbnail.ts'

/** Papers of an edition whose pictures are fetched: those that stand at its head. */
const OF_AN_EDITION = 6
const EDITIONS = 4
const LONGEST_PAGE = 24_000_000
const LONGEST_IMAGE = 16_000_000
/** HTML editions come some hours after their papers. */
const AGAIN_MS = 8 * 3_600_000
/** After that there will be none. */
const YOUNG_MS = 3 * 24 * 3_600_000

type Wanted = { id: number; arxivId: string; version: number; isYoung: boolean }

/**
 * Fetches the picture of the next paper that should have one: of those at the head of the newest editions whose licence
 * allows it. Answers whether there was one to fetch.
 */
export async function fetchNextPicture(
  db: Kysely<Database>,
  {
    client,
    pagesUrl,
    now,
    signal,
  }: { client: OutgoingClient; pagesUrl: string; now: () => Date; signal: AbortSignal },
): Promise<boolean> {
  const paper = await nextPaper(db, { now: now() })
  if (!paper) return false
  let found: { thumbnail: Thumbnail; caption: string } | null = null
  let isAway = false
  try {
    found = await fetchPicture(paper, { client, pagesUrl, signal })
  } catch (error) {
    if (!(error instanceof ServiceAway)) throw error
    signal.throwIfAborted()
    isAway = true
  }
  await keep(db, paper, { found, again: isAway || (found === null && paper.isYoung), now: now() })
  if (isAway) throw new ServiceAway('arXiv’s HTML editions cannot be had now')
  return true
}

async function nextPaper(db: Kysely<Database>, { now }: { now: Date }): Promise<Wanted | null> {
  const { rows } = await sql<{ id: number; arxiv_id: string; version: number; young: boolean }>`
    with editions as (
      select distinct edition from papers p where ${IS_LISTED} and edition <= ${now}::timestamptz::date + 1
      order by edition desc limit ${EDITIONS}),
    heads as (
      select h.* from editions e, lateral (
        select p.* from papers p where p.edition = e.edition and ${IS_LISTED}
        order by p.vote_points + 10 * p.pick_count desc, p.heat desc, p.dated_at desc, p.id desc limit ${OF_AN_EDITION}) h)
    select p.id, p.arxiv_id, coalesce((p.versions->-1->>'number')::int, 1) as version,
      p.recorded_at > ${new Date(now.getTime() - YOUNG_MS)} as young
    from heads p left join paper_pictures k on k.paper_id = p.id
    where p.arxiv_id is not null and not p.withdrawn and ${MAY_BE_SHOWN}
      and (k.paper_id is null or k.version < coalesce((p.versions->-1->>'number')::int, 1) or k.next_at <= ${now})
    order by p.edition desc, p.vote_points desc, p.heat desc, p.id limit 1`.execute(db)
  const row = rows[0]
  return row ? { id: row.id, arxivId: row.arxiv_id, version: row.version, isYoung: row.young } : null
}

async function fetchPicture(
  { arxivId, version }: Wanted,
  { client, pagesUrl, signal }: { client: OutgoingClient; pagesUrl: string; signal: AbortSignal },
): Promise<{ thumbnail: Thumbnail; caption: string } | null> {
  const page = new URL(`${pagesUrl}/html/${arxivId}v${version}`)
  const { status, body } = await client.request(ARXIV_PAGES, page, {
    headers: { accept: 'text/html' },
    mostBytes: LONGEST_PAGE,
    signal,
  })
  const html = status === 200 ? await answerText(body, { most: LONGEST_PAGE }) : null
  const figure = html === null ? null : findFigure(html, { page })
  // Figures are kept where their page is; anything else was put there by somebody.
  if (figure === null || figure.url.origin !== page.origin) return null
  const answer = await client.request(ARXIV_PAGES, figure.url, {
    headers: { accept: 'image/png, image/jpeg, image/webp, image/gif' },
    mostBytes: LONGEST_IMAGE,
    signal,
  })
  const thumbnail = answer.status === 200 ? await makeThumbnail(answer.body) : null
  return thumbnail && { thumbnail, caption: figure.caption }
}

async function keep(
  db: Kysely<Database>,
  { id, version }: Wanted,
  {
    found,
    again,
    now,
  }: { found: { thumbnail: Thumbnail; caption: string } | null; again: boolean; now: Date },
): Promise<void> {
  const nextAt = again ? new Date(now.getTime() + AGAIN_MS) : null
  await inTransaction(db, async (trx) => {
    // The paper may have gone meanwhile.
    await sql`
      insert into paper_pictures (paper_id, version, asked_at, next_at, image, digest, width, height, caption)
      select p.id, ${version}, ${now}, ${nextAt}, ${found?.thumbnail.image ?? null}::bytea, ${found?.thumbnail.digest ?? null},
        ${found?.thumbnail.width ?? null}::int, ${found?.thumbnail.height ?? null}::int, ${found?.caption ?? null}
      from papers p where p.id = ${id}
      on conflict (paper_id) do update set version = excluded.version, asked_at = excluded.asked_at, next_at = excluded.next_at,
        image = coalesce(excluded.image, paper_pictures.image), digest = coalesce(excluded.digest, paper_pictures.digest),
        width = coalesce(excluded.width, paper_pictures.width), height = coalesce(excluded.height, paper_pictures.height),
        caption = coalesce(excluded.caption, paper_pictures.caption)`.execute(trx)
    if (found) await notify(trx, 'papers')
  })
}

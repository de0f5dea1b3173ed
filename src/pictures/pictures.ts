import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { MAY_BE_SHOWN } from './licences.ts'

/** The picture of a paper as pages show it; sizes in pixels. */
export type Picture = { digest: string; width: number; height: number; caption: string }

/** Pictures that may be shown of some papers, by the papers' numbers. */
export async function picturesOf(db: Kysely<Database>, paperIds: number[]): Promise<Map<number, Picture>> {
  if (paperIds.length === 0) return new Map()
  const { rows } = await sql<Picture & { paper_id: number }>`
    select k.paper_id, k.digest, k.width, k.height, coalesce(k.caption, '') as caption
    from paper_pictures k join papers p on p.id = k.paper_id
    where k.paper_id = any(${paperIds}::bigint[]) and k.digest is not null and ${IS_LISTED} and not p.withdrawn and ${MAY_BE_SHOWN}
  `.execute(db)
  return new Map(rows.map(({ paper_id: id, ...picture }) => [id, picture]))
}

/** The bytes of a picture (WebP) by its digest; null where there is none that may be shown. */
export async function pictureBytes(
  db: Kysely<Database>,
  { digest }: { digest: string },
): Promise<Buffer | null> {
  const { rows } = await sql<{ image: Buffer }>`
    select k.image from paper_pictures k join papers p on p.id = k.paper_id
    where k.digest = ${digest} and ${IS_LISTED} and not p.withdrawn and ${MAY_BE_SHOWN} limit 1`.execute(db)
  return rows[0]?.image ?? null
}

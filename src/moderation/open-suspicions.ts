import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { papersByIds } from '../papers/find.ts'
import { accountsIn, papersIn, type Evidence } from './suspicions/evidence.ts'

/** A finding as a curator decides on it, with names and addresses as they are now. */
export type OpenSuspicion = {
  id: number
  foundAt: Date
  evidence: Evidence
  /** By id; accounts that are gone are missing. */
  readers: Map<string, { id: string; name: string; suspended: boolean }>
  /** Addresses by the numbers of papers; those that are gone are missing. */
  addresses: Map<number, string>
}

/** What was found and not decided on, the newest first. */
export async function openSuspicions(
  db: Kysely<Database>,
  { limit }: { limit: number },
): Promise<OpenSuspicion[]> {
  const rows = await db
    .selectFrom('suspicions')
    .select(['id', 'found_at', 'evidence'])
    .where('settled_at', 'is', null)
    .orderBy('found_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  const findings = rows.map((row) => ({ ...row, evidence: row.evidence as Evidence }))
  const readerIds = [...new Set(findings.flatMap(({ evidence }) => accountsIn(evidence)))]
  const readers =
    readerIds.length === 0
      ? []
      : await db
          .selectFrom('readers')
          .select(['id', 'name', 'suspended_at'])
          .where('id', 'in', readerIds)
          .execute()
  const papers = await papersByIds(db, [...new Set(findings.flatMap(({ evidence }) => papersIn(evidence)))], {
    seenBy: 'curators',
  })
  const names = new Map(
    readers.map(({ id, name, suspended_at: at }) => [id, { id, name, suspended: at !== null }]),
  )
  const addresses = new Map([...papers].map(([id, { address }]) => [id, address]))
  return findings.map(({ id, found_at: foundAt, evidence }) => ({
    id,
    foundAt,
    evidence,
    readers: names,
    addresses,
  }))
}

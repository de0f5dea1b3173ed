import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Source } from '../papers/harvested-paper.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'

/** A paper on this site, as far as a claim is about it. */
type PaperNamed = { address: string; title: string }

/** An identifier that a source names for a paper without owning it, and the other paper that the claim is about. */
export type IdentifierClaim = { identifier: PaperIdentifier; source: Source } & (
  | /** This paper's source names that identifier, which may lead to another paper here. */
    { by: 'this'; other: PaperNamed | null }
  /** Another paper's source names an identifier of this one. */
  | { by: 'other'; other: PaperNamed }
)

/** How many claims of each kind curators see: anyone can make them. */
const SHOWN = 20

/** What the sources of a paper claim of identifiers that are not its own, and what those of other papers claim of its own. */
export async function findIdentifierClaims(
  db: Kysely<Database>,
  { paperId }: { paperId: number },
): Promise<IdentifierClaim[]> {
  type Row = PaperIdentifier & { source: Source }
  const made = await sql<Row & { [K in keyof PaperNamed]: PaperNamed[K] | null }>`
    select c.scheme, c.value, c.source, p.address, p.title
    from identifier_claims c left join paper_identifiers i using (scheme, value) left join papers p on p.id = i.paper_id
    where c.paper_id = ${paperId} and p.id is distinct from ${paperId}
    order by c.scheme, c.value, c.source limit ${SHOWN}
  `.execute(db)
  const received = await sql<Row & PaperNamed>`
    select c.scheme, c.value, c.source, p.address, p.title
    from paper_identifiers i join identifier_claims c using (scheme, value) join papers p on p.id = c.paper_id
    where i.paper_id = ${paperId} and p.id <> ${paperId}
    order by p.id, c.scheme, c.value, c.source limit ${SHOWN}
  `.execute(db)
  return [
    ...made.rows.map(({ scheme, value, source, address, title }) => ({
      by: 'this' as const,
      identifier: asIdentifier({ scheme, value }),
      source,
      other: address === null || title === null ? null : { address, title },
    })),
    ...received.rows.map(({ scheme, value, source, address, title }) => ({
      by: 'other' as const,
      identifier: asIdentifier({ scheme, value }),
      source,
      other: { address, title },
    })),
  ]
}

function asIdentifier({ scheme, value }: { scheme: string; value: string }): PaperIdentifier {
  return { scheme, value } as PaperIdentifier
}

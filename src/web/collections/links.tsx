import { displayName } from '../../accounts/reader.ts'
import type { PaperStanding } from '../../shelves/paper-standing.ts'

export function collectionPath(id: string): string {
  return `/collections/${id}`
}

/** A reader's name, linked to their page if it is public. */
export function ReaderName({ reader }: { reader: { id: string; name: string; public: boolean } }) {
  const name = displayName(reader)
  return reader.public ? <a href={`/readers/${reader.id}`}>{name}</a> : <>{name}</>
}

/** The public collections that a paper is in. */
export function InCollections({ collections }: { collections: PaperStanding['inPublic'] }) {
  if (collections.length === 0) return null
  return (
    <section class="box">
      <h2>In collections</h2>
      <ul class="plain">
        {collections.map(({ id, title, owner }) => (
          <li>
            <a href={collectionPath(id)}>{title}</a> <span class="host">by {displayName(owner)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'
import { ActForm } from './parts.tsx'
import { MergeForm } from './queues.tsx'

/** What a curator may do with a paper, on its page; nothing for everybody else. */
export function PaperTools({
  site,
  paper,
}: {
  site: Site
  paper: Pick<Paper, 'id' | 'address' | 'title' | 'hidden' | 'commentsLocked'>
}) {
  if (!site.viewer?.reader.curator) return null
  const back = addressPath(paper.address)
  return (
    <details class="desk-tools">
      <summary>Curators’ tools</summary>
      {paper.hidden && <p class="notice">This paper is hidden: only curators see it.</p>}
      <ActForm
        action="/desk/papers"
        fields={{ paper: paper.id }}
        acts={[
          paper.hidden
            ? { act: 'show', name: 'Show it again' }
            : { act: 'hide', name: 'Hide it', danger: true },
          paper.commentsLocked
            ? { act: 'unlock', name: 'Open the discussion' }
            : { act: 'lock', name: 'Close the discussion' },
        ]}
        back={back}
        of="this paper"
      />
      <MergeForm paperId={paper.id} back={back} />
    </details>
  )
}

/** What a curator may do with a comment, beside it; nothing for everybody else. `back`: the comment's address. */
export function CommentTools({
  site,
  comment,
  back,
}: {
  site: Site
  comment: { id: number; hidden: boolean }
  back: string
}) {
  if (!site.viewer?.reader.curator) return null
  return (
    <details class="desk-tools">
      <summary>Curators’ tools</summary>
      <ActForm
        action="/desk/comments"
        fields={{ comment: comment.id }}
        acts={[
          comment.hidden
            ? { act: 'show', name: 'Show it again' }
            : { act: 'hide', name: 'Hide it', danger: true },
        ]}
        back={back}
        of="this comment"
      />
    </details>
  )
}

/** What a curator may do with a public collection, on its page; nothing for everybody else. */
export function CollectionDeskTools({
  site,
  collection,
}: {
  site: Site
  collection: { id: string; public: boolean; hidden: boolean }
}) {
  if (!site.viewer?.reader.curator || !collection.public) return null
  return (
    <details class="desk-tools">
      <summary>Curators’ tools</summary>
      <ActForm
        action="/desk/collections"
        fields={{ collection: collection.id }}
        acts={[
          collection.hidden
            ? { act: 'show', name: 'Show it again' }
            : { act: 'hide', name: 'Hide it', danger: true },
        ]}
        back={`/collections/${collection.id}`}
        of="this collection"
      />
    </details>
  )
}

import { addressPath } from '../../papers/identifiers.ts'
import type { IdentifierClaim } from '../../moderation/identifier-claims.ts'
import { plainText } from '../../papers/plain-text.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'
import { CuratorForm } from './parts.tsx'
import { MergeForm } from './queue-items.tsx'

/** What curators can do with a paper, on its page; nothing for everyone else. */
export function PaperTools({
  site,
  paper,
  claims,
}: {
  site: Site
  paper: Pick<Paper, 'id' | 'address' | 'title' | 'hidden' | 'commentsLocked'>
  claims: IdentifierClaim[]
}) {
  if (!site.viewer?.reader.curator) return null
  const back = addressPath(paper.address)
  const path = `/desk/papers/${paper.id}`
  return (
    <>
      {paper.hidden && (
        <p class="notice">
          This paper is hidden. Only curators can see it. The reason is in the{' '}
          <a href="/moderation">moderation log</a>.
        </p>
      )}
      <details class="desk-tools">
        <summary>Curators’ tools</summary>
        <CuratorForm
          actions={[
            hidingAction(path, paper, 'paper'),
            paper.commentsLocked
              ? { path: `${path}/comment-lock/end`, name: 'Reopen discussion' }
              : { path: `${path}/comment-lock`, name: 'Close discussion' },
          ]}
          back={back}
          of="this paper"
        />
        <Claims claims={claims} />
        <MergeForm
          paperId={paper.id}
          back={back}
          keep={claims.find(({ other }) => other)?.other?.address ?? ''}
        />
      </details>
    </>
  )
}

/** Which other papers are said to be this one. */
function Claims({ claims }: { claims: IdentifierClaim[] }) {
  if (claims.length === 0) return null
  return (
    <>
      <p>
        Sources claim that this paper is the same work as others. Check that before you merge any of them:
        authors can write what they like in their own records.
      </p>
      <ul class="evidence">
        {claims.map(({ by, identifier, other }) => (
          <li>
            {by === 'this' ? 'The record of this paper names the ' : 'This paper’s '}
            {identifier.scheme === 'doi' ? 'DOI' : 'arXiv identifier'} {identifier.value}
            {by === 'this' && other === null && ', which is not on this site.'}
            {other !== null && (
              <>
                {by === 'this' ? ', which belongs to ' : ' also appears in the record of '}
                <a href={addressPath(other.address)}>{plainText(other.title)}</a>.
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

/** What curators can do with a comment, beside it; nothing for everyone else. `back`: the comment's address. */
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
      <CuratorForm
        actions={[hidingAction(`/desk/comments/${comment.id}`, comment, 'comment')]}
        back={back}
        of="this comment"
      />
    </details>
  )
}

/** What curators can do with a public collection, on its page; nothing for everyone else. */
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
      <CuratorForm
        actions={[hidingAction(`/desk/collections/${collection.id}`, collection, 'collection')]}
        back={`/collections/${collection.id}`}
        of="this collection"
      />
    </details>
  )
}

function hidingAction(path: string, { hidden }: { hidden: boolean }, kind: string) {
  return hidden
    ? { path: `${path}/hiding/end`, name: `Unhide ${kind}` }
    : { path: `${path}/hiding`, name: `Hide ${kind}`, danger: true }
}

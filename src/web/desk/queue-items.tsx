import { displayName } from '../../accounts/reader.ts'
import type { WaitingClaim } from '../../moderation/desk.ts'
import { FLAG_REASONS } from '../../moderation/flags.ts'
import type { FlaggedSubject } from '../../moderation/open-flags.ts'
import type { WaitingSubmission } from '../../moderation/submission-lists.ts'
import { bindOnly } from '../../papers/bind-only.ts'
import { addressPath, identifierPath, paperAddress } from '../../papers/identifiers.ts'
import { plainText } from '../../papers/plain-text.ts'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { CuratorForm, ReaderLink } from './parts.tsx'

/** How many characters of a comment or an abstract to show. */
const SHOWN = 600

/** Something that readers flagged. */
export function FlaggedItem({ site, item }: { site: Site; item: FlaggedSubject }) {
  const { on, subject, address, text, hidden, flags } = item
  const path = `/desk/${on.kind}s/${on.id}`
  const actions = hidden
    ? [
        { path: `${path}/hiding/end`, name: `Unhide ${on.kind}` },
        { path: `${path}/hiding`, name: 'Keep hidden', danger: true },
      ]
    : [
        { path: `${path}/hiding`, name: `Hide ${on.kind}`, danger: true },
        { path: `${path}/flags/dismissal`, name: 'Dismiss flags' },
      ]
  const duplicate = on.kind === 'paper' && flags.some(({ reason }) => reason === 'duplicate')
  return (
    <>
      <h3>
        {address === null ? subject : <a href={address}>{subject}</a>}
        {hidden && <span class="state"> hidden</span>}
      </h3>
      {text !== null && <blockquote>{shorten(text)}</blockquote>}
      <ul class="evidence">
        {flags.map(({ reader, reason, note, at }) => (
          <li>
            <strong>{FLAG_REASONS[reason]}</strong>
            {note !== '' && `: ${note}`} — <ReaderLink reader={reader} />, <When site={site} instant={at} />
          </li>
        ))}
      </ul>
      <CuratorForm actions={actions} back="/desk?done" of={subject} />
      {duplicate && on.kind === 'paper' && <MergeForm paperId={on.id} back="/desk?done" />}
    </>
  )
}

/** Merges a paper with another one that is the same work. */
export function MergeForm({
  paperId,
  back,
  keep = '',
}: {
  paperId: number
  back: string
  /** The address of the paper to keep, where that is likely to be the one. */
  keep?: string
}) {
  return (
    <form class="act" method="post" action={`/desk/papers/${paperId}/merger`}>
      <input type="hidden" name="back" value={back} />
      <input
        type="text"
        name="with"
        value={keep}
        required
        maxlength={500}
        autocomplete="off"
        placeholder="Paper to keep: identifier or address"
        aria-label="Paper to keep: identifier or address"
      />
      <input
        type="text"
        name="reason"
        required
        maxlength={1_000}
        autocomplete="off"
        placeholder="Reason (public)"
        aria-label="Public reason to merge these papers"
      />
      <button type="submit" class="button danger">
        Merge papers for good
      </button>
    </form>
  )
}

/** A paper submitted by a new reader. */
export function SubmissionItem({ site, item }: { site: Site; item: WaitingSubmission }) {
  const { found, identifier, reader, note, submittedAt } = item
  const title = plainText(found.title)
  const { claims = [] } = bindOnly(found, identifier)
  const url =
    identifier.scheme === 'arxiv'
      ? `https://arxiv.org/abs/${identifier.value}`
      : `https://doi.org/${identifierPath(identifier.value)}`
  return (
    <>
      <h3>
        <a href={url} rel="noopener">
          {title}
        </a>
      </h3>
      <p class="aside">
        {(found.authors ?? [])
          .slice(0, 6)
          .map(({ name }) => name)
          .join(', ')}
        {((found.authors?.length ?? 0) > 6 || found.authorsTruncated === true) && ' and others'}
      </p>
      {found.abstract !== undefined && <p class="aside">{shorten(plainText(found.abstract))}</p>}
      <p>
        {identifier.value}, from <ReaderLink reader={reader} />, <When site={site} instant={submittedAt} />
      </p>
      {claims.length > 0 && (
        <p>
          Its record also names{' '}
          {claims.map((claimed, place) => (
            <>
              {place > 0 && ', '}
              <a href={addressPath(paperAddress(claimed))}>{claimed.value}</a>
            </>
          ))}
          . That leads nowhere until a curator merges the two papers.
        </p>
      )}
      {note !== '' && <blockquote>{shorten(note)}</blockquote>}
      <CuratorForm
        actions={[
          { path: `/desk/submissions/${item.id}/acceptance`, name: 'Accept' },
          { path: `/desk/submissions/${item.id}/rejection`, name: 'Reject', danger: true },
        ]}
        back="/desk?done"
        of={title}
      />
    </>
  )
}

/** A reader's claim to have written a paper. */
export function ClaimItem({
  site,
  item: { paper, reader, note, claimedAt },
}: {
  site: Site
  item: WaitingClaim
}) {
  return (
    <>
      <h3>{paper.address === null ? paper.subject : <a href={paper.address}>{paper.subject}</a>}</h3>
      <p class="aside">
        By {paper.authors.slice(0, 12).join(', ')}
        {paper.authors.length > 12 && ` and ${paper.authors.length - 12} others`}
      </p>
      <p>
        <ReaderLink reader={reader} />
        {reader.orcid !== null &&
          ` (ORCID ${reader.orcid}, ${reader.orcidVerified ? 'verified' : 'not verified'})`}
        , <When site={site} instant={claimedAt} />
      </p>
      {note !== '' && <blockquote>{note}</blockquote>}
      <CuratorForm
        actions={[
          { path: `/desk/claims/${paper.id}/${reader.id}/confirmation`, name: 'Confirm' },
          { path: `/desk/claims/${paper.id}/${reader.id}/rejection`, name: 'Reject', danger: true },
        ]}
        back="/desk?done"
        of={`the claim of ${displayName(reader)}`}
      />
    </>
  )
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN).toWellFormed()}…` : text
}

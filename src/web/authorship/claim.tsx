import type { AuthorHere } from '../../moderation/authorship.ts'
import { LONGEST_CLAIM } from '../../moderation/authorship.ts'
import { displayName } from '../../accounts/reader.ts'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'

/**
 * The readers confirmed as authors of a paper (`authors`, from `authorsHere`), and a form to claim authorship. `claim`
 * is the state of the viewer's own claim (from `claimOf`).
 */
export function ClaimAuthorship({
  site,
  paper,
  authors,
  claim,
}: {
  site: Site
  paper: Pick<Paper, 'address' | 'authors'>
  authors: AuthorHere[]
  claim: 'waiting' | 'confirmed' | 'refused' | null
}) {
  const reader = site.viewer?.reader
  if (authors.length === 0 && !reader) return null
  return (
    <section class="box">
      <h2>Authors on this site</h2>
      {authors.length > 0 && (
        <ul class="plain">
          {authors.map((author) => (
            <li>
              {author.public ? (
                <a href={`/readers/${author.id}`}>{displayName(author)}</a>
              ) : (
                displayName(author)
              )}
            </li>
          ))}
        </ul>
      )}
      {claim === 'waiting' && (
        <p class="aside">A curator will review your claim that you wrote this paper.</p>
      )}
      {claim === 'refused' && (
        <p class="aside">
          A curator rejected your claim that you wrote this paper. The reason is in the{' '}
          <a href="/moderation">moderation log</a>.
        </p>
      )}
      {reader && !reader.suspended && claim === null && (
        <details>
          <summary>Did you write this paper?</summary>
          <form class="form" method="post" action={`${addressPath(paper.address)}/claim`}>
            {!reader.orcidVerified && (
              <>
                <label for="claim-note">How can a curator tell that it was you?</label>
                <textarea id="claim-note" name="note" maxlength={LONGEST_CLAIM} required></textarea>
                <p class="hint">
                  If your ORCID is on the paper, <a href="/settings">sign in with ORCID</a> and we confirm
                  your claim at once.
                </p>
              </>
            )}
            <button type="submit" class="button quiet">
              I wrote this paper
            </button>
            <p class="hint">Your own vote for this paper will not count.</p>
          </form>
        </details>
      )}
    </section>
  )
}

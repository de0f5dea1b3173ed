import type { AuthorHere } from '../../moderation/authorship.ts'
import { LONGEST_CLAIM } from '../../moderation/authorship.ts'
import { displayName } from '../../accounts/reader.ts'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'

/**
 * Which readers here wrote a paper, and how whoever looks says that they did. `claim` is what came of their own claim
 * (`claimOf`), `authors` what `authorsHere` answers.
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
      <h2>Authors here</h2>
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
      {claim === 'waiting' && <p class="aside">That you wrote it waits for a curator.</p>}
      {claim === 'refused' && (
        <p class="aside">
          A curator did not accept that you wrote it; the reason is in the{' '}
          <a href="/moderation">public log</a>.
        </p>
      )}
      {reader && !reader.suspended && claim === null && (
        <details>
          <summary>Did you write it?</summary>
          <form class="form" method="post" action={`${addressPath(paper.address)}/claim`}>
            {!reader.orcidVerified && (
              <>
                <label for="claim-note">How a curator can see that it is you</label>
                <textarea id="claim-note" name="note" maxlength={LONGEST_CLAIM} required></textarea>
                <p class="hint">
                  Who <a href="/settings">signs in with ORCID</a> and stands on the paper with it is believed
                  at once.
                </p>
              </>
            )}
            <button type="submit" class="button quiet">
              I wrote it
            </button>
            <p class="hint">Your own vote for it will not count.</p>
          </form>
        </details>
      )}
    </section>
  )
}

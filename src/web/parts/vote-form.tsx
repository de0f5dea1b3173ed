import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'

/**
 * How many votes a paper has, if any, and the button that votes for it or withdraws the vote. The form says what the state
 * should be, so that pressing twice changes nothing more. `public/vote-form.ts` makes it instant.
 */
export function VoteForm({
  site,
  paper,
  voted,
  back,
}: {
  site: Site
  paper: Pick<Paper, 'address' | 'title' | 'votes'>
  voted: boolean
  /** The page to return to without JavaScript. */
  back: string
}) {
  const count = paper.votes
  const label = voted ? 'Withdraw your vote' : 'Vote for this paper'
  return (
    <vote-form class="vote">
      <form method="post" action={`${addressPath(paper.address)}/vote`}>
        <input type="hidden" name="back" value={back} />
        <button
          type="submit"
          name="vote"
          value={voted ? '0' : '1'}
          aria-pressed={site.viewer ? (voted ? 'true' : 'false') : undefined}
          aria-label={`${label}: ${count === 1 ? '1 vote' : `${count} votes`}`}
          title={site.viewer ? label : 'Sign in to vote'}
          data-votes={count}
        >
          <span class="vote-mark" aria-hidden="true">
            ▲
          </span>
          <span class="vote-count">{count === 0 ? '' : count.toLocaleString('en-GB')}</span>
          <span hidden={count > 0}>Vote</span>
        </button>
      </form>
    </vote-form>
  )
}

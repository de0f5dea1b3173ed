import { categoryName } from '../../papers/categories.ts'
import { excerpt } from '../../papers/excerpt.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { nameKey } from '../../papers/names.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'
import { ACT_WORDS } from '../../recommendation/act-words.ts'
import { sharesOf, type ShareOfReason } from '../../recommendation/shares.ts'
import type { Act, RankedPaper } from '../../recommendation/taste.ts'
import { searchPath } from '../search/address.ts'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'

/** The strongest reasons that a sentence has room for. */
const FOR_SHOWN = 3
const AGAINST_SHOWN = 2
/** As much of a title as a sentence has room for. */
const TITLE_LENGTH = 80

/** The papers that acts were on, as far as everyone may see them. */
export type ActedOn = ReadonlyMap<number, Paper>

/** Why a paper is where it is on a reader’s own front page: a sentence, and all reasons to open. */
export function WhyForYou({
  site,
  ranked,
  actedOn,
  withInterest,
  back,
}: {
  site: Site
  ranked: RankedPaper
  actedOn: ActedOn
  /** Whether to name the interest: not on its own page. */
  withInterest: boolean
  back: string
}) {
  const shares = sharesOf(ranked)
  const { interest, followed, moreReasons } = ranked
  const isNamed = withInterest && interest !== null
  if (shares.length === 0 && !isNamed && followed.topic === null && followed.author === null) return <></>
  return (
    <div class="for-you-why">
      <p>
        {isNamed && (
          <>
            For your interest <InterestLink interest={interest} />.{' '}
          </>
        )}
        <Because shares={shares.filter(({ share }) => share > 0).slice(0, FOR_SHOWN)} actedOn={actedOn} />
        <Followed followed={followed} />
        <Against shares={shares.filter(({ share }) => share < 0).slice(0, AGAINST_SHOWN)} actedOn={actedOn} />
      </p>
      {shares.length > 0 && (
        <details>
          <summary>{moreReasons === 0 ? 'All reasons' : 'More reasons'}</summary>
          <p class="hint">
            Shares are of all that speaks for this paper. After each is how much less that would be if you had
            not done it.
          </p>
          <ul class="rows">
            {shares.map((share) => (
              <ReasonRow site={site} share={share} actedOn={actedOn} back={back} />
            ))}
          </ul>
          {moreReasons > 0 && (
            <p class="hint">
              {moreReasons === 1
                ? 'Another reason counts for less than these.'
                : `Another ${moreReasons.toLocaleString('en-GB')} reasons count for less than these.`}
            </p>
          )}
        </details>
      )}
    </div>
  )
}

function InterestLink({ interest: { id, name } }: { interest: NonNullable<RankedPaper['interest']> }) {
  return id === null ? <b>{name}</b> : <a href={`/for-you/interests/${id}`}>{name}</a>
}

function Because({ shares, actedOn }: { shares: ShareOfReason[]; actedOn: ActedOn }) {
  if (shares.length === 0) return <></>
  return (
    <>
      Because you <Acts shares={shares} actedOn={actedOn} />.{' '}
    </>
  )
}

function Against({ shares, actedOn }: { shares: ShareOfReason[]; actedOn: ActedOn }) {
  if (shares.length === 0) return <></>
  return (
    <>
      Spoke against it: you <Acts shares={shares} actedOn={actedOn} />.
    </>
  )
}

/** `voted for A (41%), saved B (22%) and opened C (5%)` */
function Acts({ shares, actedOn }: { shares: ShareOfReason[]; actedOn: ActedOn }) {
  return (
    <>
      {shares.map(({ reason, share }, i) => (
        <>
          {i > 0 && (i === shares.length - 1 ? ' and ' : ', ')}
          <ActInWords act={reason.act} actedOn={actedOn} /> ({percent(share)})
        </>
      ))}
    </>
  )
}

function ActInWords({ act, actedOn }: { act: Act; actedOn: ActedOn }) {
  const { before, after } = ACT_WORDS[act.kind]
  return (
    <>
      {before} <ActedOnLink act={act} actedOn={actedOn} />
      {after !== '' && ` ${after}`}
    </>
  )
}

function ActedOnLink({ act: { paperId, text }, actedOn }: { act: Act; actedOn: ActedOn }) {
  if (text !== null)
    return (
      <a href={searchPath(text)} rel="nofollow">
        “{text}”
      </a>
    )
  const paper = paperId === null ? undefined : actedOn.get(paperId)
  if (!paper) return <>a paper that is no longer here</>
  return <a href={addressPath(paper.address)}>{titleOf(paper)}</a>
}

function Followed({ followed: { topic, author } }: Pick<RankedPaper, 'followed'>) {
  if (topic === null && author === null) return <></>
  return (
    <>
      You follow{' '}
      {topic !== null && <a href={`/topics/${encodeURIComponent(topic)}`}>{categoryName(topic)}</a>}
      {topic !== null && author !== null && ' and '}
      {author !== null && <a href={`/authors/${encodeURIComponent(nameKey(author))}`}>{author}</a>}.{' '}
    </>
  )
}

function ReasonRow({
  site,
  share: { reason, share, lost },
  actedOn,
  back,
}: {
  site: Site
  share: ShareOfReason
  actedOn: ActedOn
  back: string
}) {
  const { act } = reason
  const paper = act.paperId === null ? undefined : actedOn.get(act.paperId)
  const title = paper === undefined ? '' : `: ${titleOf(paper)}`
  return (
    <li>
      <p>
        You <ActInWords act={act} actedOn={actedOn} />, <When site={site} instant={act.at} />
      </p>
      <p class="shares">
        <strong>{exactPercent(share)}</strong>, without it {exactPercent(Math.abs(lost))}{' '}
        {lost < 0 ? 'more' : 'less'}
      </p>
      {act.paperId !== null && (
        <form method="post" action="/settings/interests/reasons/removal">
          <input type="hidden" name="paper" value={String(act.paperId)} />
          <input type="hidden" name="back" value={back} />
          <button type="submit" class="link-button" aria-label={`Not this reason${title}`}>
            Not this reason
          </button>
        </form>
      )}
    </li>
  )
}

function titleOf({ title }: Paper): string {
  return plainText(excerpt(title, TITLE_LENGTH))
}

/** `41%`, `−6%` */
export function percent(share: number): string {
  const rounded = Math.round(Math.abs(share) * 100)
  return `${share < 0 ? '−' : ''}${rounded === 0 ? 'under 1' : rounded}%`
}

/** `41.3%`, `−6.0%` */
function exactPercent(share: number): string {
  return `${share < 0 ? '−' : ''}${(Math.abs(share) * 100).toFixed(1)}%`
}

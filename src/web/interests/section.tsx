import type { Child } from 'hono/jsx'
import { raw } from 'hono/html'
import { dayIn } from '../../papers/calendar.ts'
import { categoryName } from '../../papers/categories.ts'
import { plainDay } from '../../papers/dates-in-words.ts'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'
import { typeset } from '../../papers/typeset.ts'
import { ACT_WORDS } from '../../recommendation/act-words.ts'
import { BOOSTS, LONGEST_INTEREST_NAME, type Boost } from '../../recommendation/interests.ts'
import type { LearnedPaper, ProfiledInterest } from '../../recommendation/profile.ts'
import { exactInstant, relativeTo } from '../parts/dates.ts'
import { searchPath } from '../search/address.ts'
import type { Site } from '../site.ts'

/** A name that was refused, and why. */
export type NameProblem = { interestId: number; name: string; reason: string }

/** An interest: what it is about, what it was learned from, and what its reader can do about it. */
export function InterestSection({
  site,
  interest,
  others,
  mayChange,
  problem,
}: {
  site: Site
  interest: ProfiledInterest
  /** Those it can be merged with. */
  others: { id: number; name: string }[]
  mayChange: boolean
  problem: NameProblem | null
}) {
  const { id, name, isPaused, boost } = interest
  const state = [isPaused && 'paused', boost > 1 && 'counts more', boost < 1 && 'counts less'].filter(
    (words) => words !== false,
  )
  return (
    <section class="interest" id={id === null ? undefined : `interest-${id}`} aria-label={name}>
      <h3>
        {id === null ? name : <a href={`/for-you/interests/${id}`}>{name}</a>}
        {state.length > 0 && <span class="state"> {state.join(', ')}</span>}
      </h3>
      <About interest={interest} />
      {id === null ? (
        <p class="hint">{NOT_KEPT[interest.kind]}</p>
      ) : (
        mayChange && <InterestTools id={id} interest={interest} others={others} problem={problem} />
      )}
      <LearnedFrom site={site} interest={interest} mayChange={mayChange} />
    </section>
  )
}

/** Why an interest cannot be changed. */
const NOT_KEPT: Record<ProfiledInterest['kind'], string> = {
  standing: 'We have only just found this interest. In a few minutes you can change it.',
  passing: 'It passes in a few days by itself, or at once when you have us forget a search.',
}

function About({ interest: { words, topics, authors } }: { interest: ProfiledInterest }) {
  return (
    <dl class="interest-facts">
      {words.more.length > 0 && (
        <>
          <dt>Words</dt>
          <dd>{words.more.join(', ')}</dd>
        </>
      )}
      {words.less.length > 0 && (
        <>
          <dt>Rather not</dt>
          <dd>{words.less.join(', ')}</dd>
        </>
      )}
      {topics.length > 0 && (
        <>
          <dt>Topics</dt>
          <dd>
            {listed(
              topics.map(({ category, papers }) => (
                <>
                  <a href={`/topics/${encodeURIComponent(category)}`}>{categoryName(category)}</a> ({papers})
                </>
              )),
            )}
          </dd>
        </>
      )}
      {authors.length > 0 && (
        <>
          <dt>Authors</dt>
          <dd>
            {listed(
              authors.map(({ nameKey, name, papers }) => (
                <>
                  <a href={`/authors/${encodeURIComponent(nameKey)}`}>{plainText(name)}</a> ({papers})
                </>
              )),
            )}
          </dd>
        </>
      )}
    </dl>
  )
}

function listed(items: Child[]) {
  return items.map((item, i) => (
    <>
      {i > 0 && ', '}
      {item}
    </>
  ))
}

const CHOICES: { boost: Boost; words: string }[] = [
  { boost: 'less', words: 'Less of this' },
  { boost: 'normal', words: 'As usual' },
  { boost: 'more', words: 'More of this' },
]

/** What a reader can do about an interest. */
function InterestTools({
  id,
  interest: { name, boost, isPaused },
  others,
  problem,
}: {
  id: number
  interest: ProfiledInterest
  others: { id: number; name: string }[]
  problem: NameProblem | null
}) {
  const path = `/settings/interests/${id}`
  const chosen: Boost = boost < BOOSTS.normal ? 'less' : boost > BOOSTS.normal ? 'more' : 'normal'
  return (
    <div class="tools">
      <form class="ways" method="post" action={`${path}/boost`} aria-label={`How much ${name} counts`}>
        {CHOICES.map((choice) => (
          <button
            type="submit"
            class="link-button"
            name="boost"
            value={choice.boost}
            aria-pressed={choice.boost === chosen ? 'true' : 'false'}
          >
            {choice.words}
          </button>
        ))}
      </form>
      <form method="post" action={isPaused ? `${path}/pause/end` : `${path}/pause`}>
        <button type="submit" class="link-button" aria-label={`${isPaused ? 'Resume' : 'Pause'} ${name}`}>
          {isPaused ? 'Resume' : 'Pause'}
        </button>
      </form>
      <details open={problem !== null}>
        <summary>Rename</summary>
        <form class="form" method="post" action={`${path}/name`}>
          <label for={`name-${id}`}>Name</label>
          {problem && (
            <p class="notice problem" role="alert">
              {problem.reason}
            </p>
          )}
          <input
            id={`name-${id}`}
            name="name"
            type="text"
            required
            maxlength={LONGEST_INTEREST_NAME}
            autocomplete="off"
            value={problem?.name ?? name}
          />
          <button type="submit" class="button quiet">
            Save name
          </button>
        </form>
      </details>
      {others.length > 0 && (
        <details>
          <summary>Merge</summary>
          <form class="form" method="post" action={`${path}/merge`}>
            <label for={`into-${id}`}>Merge “{name}” into</label>
            <select id={`into-${id}`} name="into">
              {others.map((other) => (
                <option value={String(other.id)}>{other.name}</option>
              ))}
            </select>
            <p class="hint">They become one interest, with the name of the one you choose.</p>
            <button type="submit" class="button quiet">
              Merge interests
            </button>
          </form>
        </details>
      )}
      <details>
        <summary>Drop</summary>
        <form class="form" method="post" action={`${path}/removal`}>
          <label class="tick">
            <input type="checkbox" name="confirm" required /> Drop “{name}” for good; what you did with its
            papers no longer counts
          </label>
          <button type="submit" class="button danger">
            Drop interest
          </button>
        </form>
      </details>
    </div>
  )
}

function LearnedFrom({
  site,
  interest: { papers, olderPapers, searches, excluded },
  mayChange,
}: {
  site: Site
  interest: ProfiledInterest
  mayChange: boolean
}) {
  const count = papers.length + olderPapers
  const learned = [
    count > 0 && `${count.toLocaleString('en-GB')} ${count === 1 ? 'paper' : 'papers'}`,
    searches.length > 0 &&
      `${searches.length.toLocaleString('en-GB')} ${searches.length === 1 ? 'search' : 'searches'}`,
    excluded.length > 0 && `${excluded.length.toLocaleString('en-GB')} left out`,
  ].filter((words) => words !== false)
  if (learned.length === 0) return null
  return (
    <details class="learned">
      <summary>Learned from {learned.join(', ')}</summary>
      <ul class="rows">
        {papers.map((learnedPaper) => (
          <LearnedRow site={site} learned={learnedPaper}>
            {mayChange && <ReasonForm paper={learnedPaper.paper} isExcluded={false} />}
          </LearnedRow>
        ))}
        {searches.map(({ text, at }) => (
          <li>
            <span>
              You searched for <a href={searchPath(text)}>“{text}”</a>{' '}
              <span class="hint">
                <OnDay site={site} instant={at} />
              </span>
            </span>
          </li>
        ))}
      </ul>
      {olderPapers > 0 && (
        <p class="hint">
          And from {olderPapers.toLocaleString('en-GB')} older {olderPapers === 1 ? 'paper' : 'papers'}.
        </p>
      )}
      {excluded.length > 0 && (
        <>
          <h4>Left out</h4>
          <ul class="rows">
            {excluded.map((learnedPaper) => (
              <LearnedRow site={site} learned={learnedPaper}>
                {mayChange && <ReasonForm paper={learnedPaper.paper} isExcluded />}
              </LearnedRow>
            ))}
          </ul>
        </>
      )}
    </details>
  )
}

function LearnedRow({
  site,
  learned: { paper, acts },
  children,
}: {
  site: Site
  learned: LearnedPaper
  children: Child
}) {
  return (
    <li>
      <div>
        <PaperLink paper={paper} />
        <p class="hint">
          You{' '}
          {listed(
            acts.map(({ kind, at }) => {
              const { before, after } = ACT_WORDS[kind]
              return (
                <>
                  {[before, 'it', after].filter((words) => words !== '').join(' ')}{' '}
                  <OnDay site={site} instant={at} />
                </>
              )
            }),
          )}
        </p>
      </div>
      {children}
    </li>
  )
}

/** When something was done: how long ago, or the day. */
function OnDay({ site, instant }: { site: Site; instant: Date }) {
  return (
    <time datetime={instant.toISOString()} title={exactInstant(instant)}>
      {relativeTo(instant, site.now()) ?? `on ${plainDay(dayIn(site.timeZone, instant))}`}
    </time>
  )
}

/** The title of a paper, which leads to it. */
export function PaperLink({ paper: { address, title } }: { paper: Paper }) {
  return <a href={addressPath(address)}>{raw(typeset(title, { links: false }))}</a>
}

/** Leaves a paper out of what is learned from, or counts it again. */
export function ReasonForm({ paper, isExcluded }: { paper: Paper; isExcluded: boolean }) {
  const words = isExcluded ? 'Count it again' : 'Not this reason'
  return (
    <form method="post" action={`/settings/interests/reasons/${isExcluded ? 'return' : 'removal'}`}>
      <input type="hidden" name="paper" value={String(paper.id)} />
      <button type="submit" class="link-button" aria-label={`${words}: ${plainText(paper.title)}`}>
        {words}
      </button>
    </form>
  )
}

import { raw } from 'hono/html'
import type { Subscription } from '../../digests/subscriptions.ts'
import type { TasteSettings } from '../../recommendation/own-tastes.ts'
import type { KeptInterest, Ranking } from '../../recommendation/taste.ts'
import { renderPage } from '../layout.tsx'
import { Pager } from '../parts/entries.tsx'
import type { Site } from '../site.ts'
import type { OwnEntries } from './entries.tsx'
import { SubscribeBox } from './subscribe-box.tsx'
import { PrivateFeedBox } from './private-feed-box.tsx'

/** Below so many acts a page says more of the papers than of the reader. */
const LITTLE = 5

/** A reader’s own front page, or that of one of their interests. */
export function forYouPage(
  site: Site,
  {
    path,
    back,
    interest,
    interests,
    knows,
    isBeginning,
    entries,
    next,
    isFirst,
    settings: { feedKey, learnsSearches },
    subscription,
  }: {
    path: string
    /** The address of this page. */
    back: string
    /** The only one whose papers are shown; null for all. */
    interest: { id: number; name: string } | null
    interests: KeptInterest[]
    knows: Ranking['knows']
    /** Whether nothing is known of the reader, and the papers are the newest. */
    isBeginning: boolean
    entries: OwnEntries
    next: string | null
    isFirst: boolean
    settings: Pick<TasteSettings, 'feedKey' | 'learnsSearches'>
    /** How it comes by mail; null while it does not. */
    subscription: Subscription | null
  },
) {
  const title = interest === null ? 'For you' : interest.name
  const isEmpty = entries.fresh.length + entries.seen.length === 0
  return renderPage(site, {
    section: 'For you',
    head: { title, description: 'Your own front page.', path, next, noindex: true },
    children: (
      <>
        <header class="edition-head">
          <p class="kicker">Only you can see this</p>
          <h1>{title}</h1>
          {!isBeginning && (
            <p class="intro">
              <BasedOn knows={knows} learnsSearches={learnsSearches} />{' '}
              <a href="/settings/interests">Your interests</a>
            </p>
          )}
          <InterestLinks interests={interests} shown={interest?.id ?? null} />
        </header>
        {isBeginning ? <Invitation /> : knows.acts < LITTLE && <TellMore />}
        {isEmpty ? (
          <div class="blank">
            <p>{isFirst ? 'There is nothing here for you yet.' : 'You have reached the end.'}</p>
            <p>
              <a href="/">Go to the latest edition</a>
            </p>
          </div>
        ) : (
          <div class="with-rail">
            <div>
              <OwnList entries={entries} />
              <SeenForm ids={entries.shownIds} path={path} />
              <Pager path={path} next={next} first={isFirst} />
            </div>
            <aside class="rail" aria-label="About this page">
              <section class="box">
                <h2>How this page is made</h2>
                <p>
                  By what you vote for, save, collect and follow, and by nothing that others can see of you.
                  You can correct every bit of it under <a href="/settings/interests">Your interests</a>.
                </p>
              </section>
              <SubscribeBox site={site} list={path} subscription={subscription} />
              <PrivateFeedBox site={site} feedKey={feedKey} interestId={interest?.id ?? null} back={back} />
            </aside>
          </div>
        )}
      </>
    ),
  })
}

/** What the page goes by, in numbers. */
function BasedOn({
  knows: { acts, interests, topics, authors },
  learnsSearches,
}: {
  knows: Ranking['knows']
  learnsSearches: boolean
}) {
  const follows = [
    ...(topics > 0 ? [count(topics, 'topic')] : []),
    ...(authors > 0 ? [count(authors, 'author')] : []),
  ].join(' and ')
  if (acts === 0) return <>Based on {follows} you follow.</>
  return (
    <>
      Based on{' '}
      {learnsSearches
        ? `${count(acts, 'thing')} you voted for, saved, read or searched for`
        : `${count(acts, 'paper')} you voted for, saved or read`}
      {interests > 0 && `, in ${count(interests, 'interest')}`}
      {follows !== '' && `, and on ${follows} you follow`}.
    </>
  )
}

/** Links to the pages of a reader’s interests; none where there is no choice. */
function InterestLinks({ interests, shown }: { interests: KeptInterest[]; shown: number | null }) {
  const kept = interests.filter(({ id, isPaused }) => !isPaused || id === shown)
  if (kept.length === 0) return null
  return (
    <nav class="ranges" aria-label="Interests">
      <ul>
        <li>
          <a href="/for-you" aria-current={shown === null ? 'page' : undefined}>
            All
          </a>
        </li>
        {kept.map(({ id, name }) => (
          <li>
            <a href={`/for-you/interests/${id}`} aria-current={id === shown ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Invitation() {
  return (
    <div class="notice" role="note">
      <p>
        We do not know yet what you read, so these are the newest papers. Vote for papers or save them, and
        this page becomes your own.
      </p>
      <p class="buttons">
        <a class="button" href="/for-you/begin">
          Tell us what you read
        </a>
      </p>
    </div>
  )
}

function TellMore() {
  return (
    <p class="notice">
      We know little of what you read yet. <a href="/for-you/begin">Tell us more</a>
    </p>
  )
}

function OwnList({ entries: { fresh, seen } }: { entries: OwnEntries }) {
  return (
    <paper-list>
      {fresh.length > 0 && (
        <ol class="entries" id="not-seen">
          {fresh.map((entry) => (
            <li>{raw(entry)}</li>
          ))}
        </ol>
      )}
      {seen.length > 0 && (
        <>
          <h2 class="seen-before">Seen before</h2>
          <ol class="entries">
            {seen.map((entry) => (
              <li>{raw(entry)}</li>
            ))}
          </ol>
        </>
      )}
    </paper-list>
  )
}

/** Lets papers step back that the reader has seen. With JavaScript, those that came into view do so by themselves. */
function SeenForm({ ids, path }: { ids: number[]; path: string }) {
  if (ids.length === 0) return null
  return (
    <seen-papers>
      <form method="post" action="/for-you/seen">
        <input type="hidden" name="papers" value={ids.join(' ')} />
        <input type="hidden" name="back" value={path} />
        <p class="hint">Papers you have seen move down, and others take their places.</p>
        <button type="submit" class="button quiet">
          I have seen these
        </button>
      </form>
    </seen-papers>
  )
}

/** `1 topic`, `1,204 topics` */
function count(total: number, noun: string): string {
  return `${total.toLocaleString('en-GB')} ${total === 1 ? noun : `${noun}s`}`
}

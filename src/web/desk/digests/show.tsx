import { formatCursor } from '../../../db/cursor.ts'
import { issuesInDoubt, type InDoubt } from '../../../digests/in-doubt.ts'
import { LIST_KINDS, subscriberFigures, type SubscriberFigures } from '../../../digests/figures.ts'
import { EVERY } from '../../../digests/issue.ts'
import { lateDigests, type Late } from '../../../digests/late.ts'
import { countsInWords, DIGESTS, periodInWords, stateOf, titleOfRun } from '../../../digests/run-words.ts'
import { parseMailedList } from '../../../digests/mailed-list.ts'
import { listRuns, parseRunCursor, type Run } from '../../../digests/runs.ts'
import { titleOf } from '../../../lists/followed-list.ts'
import { exactTime } from '../../../papers/dates-in-words.ts'
import { brokenLink } from '../../errors/show.tsx'
import { When } from '../../parts/when.tsx'
import type { Site } from '../../site.ts'
import { deskPage, forCurators } from '../parts.tsx'

const PATH = '/desk/digests'
const SHOWN = 20
const IN_DOUBT_SHOWN = 50

/** `/desk/digests`: the mail that readers subscribe to, and how it gets on. It names no reader's address. */
export const showDigests = forCurators(async (site, c) => {
  const { db } = site
  const asked = c.req.query('after')
  const after = asked === undefined ? null : parseRunCursor(asked)
  if (asked !== undefined && after === null) return brokenLink(site, c, { name: 'after' })
  const now = site.now()
  const [runs, late, inDoubt, figures] = await Promise.all([
    listRuns(db, { limit: SHOWN + 1, after }),
    lateDigests(db, { now }),
    after === null ? doubtful(site) : [],
    subscriberFigures(db),
  ])
  const shown = runs.slice(0, SHOWN)
  const last = shown.at(-1)
  const next =
    runs.length > SHOWN && last
      ? `${PATH}?after=${formatCursor([last.begunAt.toISOString(), last.id])}`
      : null
  return c.html(
    deskPage(site, {
      title: 'Digests',
      path: PATH,
      children: (
        <>
          {late && <LateNotice late={late} />}
          {after === null && <Summary site={site} figures={figures} inDoubt={inDoubt.length} />}
          <section class="queue" aria-labelledby="runs">
            <h2 id="runs">Runs</h2>
            {shown.length === 0 ? (
              <p class="blank">
                Nothing has been composed yet. The first run begins when the first issue is due.
              </p>
            ) : (
              <ul class="sources">
                {shown.map((run) => (
                  <li id={`run-${run.id}`}>
                    <RunLine site={site} run={run} />
                  </li>
                ))}
              </ul>
            )}
            {(next !== null || after !== null) && (
              <nav class="pager" aria-label="Pages">
                {after !== null && <a href={PATH}>Back to the first page</a>}
                {next !== null && (
                  <a class="pager-next" href={next} rel="next">
                    Earlier runs
                  </a>
                )}
              </nav>
            )}
          </section>
          {inDoubt.length > 0 && <InDoubtList site={site} issues={inDoubt} />}
          {after === null && figures.lists.length > 0 && <Subscriptions figures={figures} />}
        </>
      ),
    }),
  )
})

function LateNotice({ late: { uncomposed, unsent, since } }: { late: Late }) {
  const all = uncomposed + unsent
  return (
    <div class="notice problem" role="alert">
      <p>
        <strong>{all === 1 ? 'One digest is late.' : `${number(all)} digests are late.`}</strong> The first
        was due {exactTime(since)}.
      </p>
      {uncomposed > 0 && (
        <p>
          Not composed: {number(uncomposed)}. The work in the background may not be running, or the search
          index may be away.
        </p>
      )}
      {unsent > 0 && (
        <p>
          Composed and not sent: {number(unsent)}. The mail server may not be taking them; see the runs below.
        </p>
      )}
    </div>
  )
}

function Summary({
  site,
  figures,
  inDoubt,
}: {
  site: Site
  figures: SubscriberFigures
  /** Issues in doubt that are shown below. */
  inDoubt: number
}) {
  const { subscribers, paused, bouncing, complained, unconfirmed, nextAt } = figures
  if (subscribers + unconfirmed === 0)
    return (
      <p class="blank">
        No one has subscribed yet. Readers <a href="/subscribe">subscribe to a list</a> without an account.
      </p>
    )
  const parts = [
    people(subscribers),
    ...(paused > 0 ? [`${number(paused)} paused`] : []),
    ...(bouncing > 0 ? [`${number(bouncing)} stopped because mail bounced`] : []),
    ...(complained > 0 ? [`${number(complained)} stopped after a complaint`] : []),
    ...(unconfirmed > 0 ? [`${number(unconfirmed)} not confirmed yet`] : []),
  ]
  return (
    <p class="desk-counts">
      {parts.join(' · ')}
      {nextAt !== null && (
        <>
          {' · '}
          {nextAt > site.now() ? 'next due ' : 'due since '}
          <time datetime={nextAt.toISOString()}>{exactTime(nextAt)}</time>
        </>
      )}
      {inDoubt > 0 && (
        <>
          {' · '}
          <a href="#in-doubt">
            {number(inDoubt)}
            {inDoubt === IN_DOUBT_SHOWN && ' or more'} in doubt
          </a>
        </>
      )}
    </p>
  )
}

/** An issue in doubt, with what its list may be called here. */
type Doubtful = InDoubt & { title: string }

async function doubtful(site: Site): Promise<Doubtful[]> {
  const issues = await issuesInDoubt(site.db, { limit: IN_DOUBT_SHOWN })
  return Promise.all(
    issues.map(async (issue) => ({ ...issue, title: await titleForCurators(site, issue.list) })),
  )
}

/** What one reader follows is nobody else's business: searches, authors, collections and interests go without their names. */
async function titleForCurators(site: Site, address: string | null): Promise<string> {
  const list = address === null ? null : parseMailedList(address, '')?.list
  if (!list) return 'A list whose reader has left'
  switch (list.kind) {
    case 'own':
      return 'A reader’s own front page'
    case 'search':
      return 'A search'
    case 'collection':
      return 'A collection'
    case 'papers':
      if (list.list.kind === 'name' || list.list.kind === 'orcid') return 'Papers of an author'
      return titleOf(site.db, list)
    case 'editions':
    case 'ranked':
    case 'picks':
      return titleOf(site.db, list)
  }
}

function InDoubtList({ site, issues }: { site: Site; issues: Doubtful[] }) {
  return (
    <section class="queue" aria-labelledby="in-doubt">
      <h2 id="in-doubt">In doubt</h2>
      <p class="hint">
        These may have arrived: the mail server had them and did not say whether it took them, or the program
        stopped. None is sent again by itself. Most mail programs show an email that comes twice only once.
      </p>
      <ul class="queue-items in-doubt">
        {issues.map(({ id, title, domain, period, reason, since }) => (
          <li>
            <h3>
              {title} <span class="hint">{periodInWords(period)}</span>
            </h3>
            <p>
              {domain === null ? '' : `To an address at ${domain}. `}
              {asSentence(reason)} Composed <When site={site} instant={since} />.
            </p>
            <form class="act" method="post" action={`${PATH}/in-doubt/${id}/sending`}>
              <button type="submit" class="button quiet">
                Send again
              </button>
              <button type="submit" class="button quiet" formaction={`${PATH}/in-doubt/${id}/sent`}>
                Count as sent
              </button>
            </form>
          </li>
        ))}
      </ul>
      {issues.length === IN_DOUBT_SHOWN && (
        <p class="aside">More may appear as you decide on these. You can decide on all of a run above.</p>
      )}
    </section>
  )
}

function RunLine({ site, run }: { site: Site; run: Run }) {
  const { id, begunAt, finishedAt, pausedAt, counts } = run
  const path = `${PATH}/${id}`
  const title = titleOfRun(run)
  return (
    <>
      <h3>{title}</h3>
      <State site={site} run={run} />
      <p class="run-counts">
        {countsInWords(counts).map(({ of, text }, i) => (
          <>
            {i > 0 && ' · '}
            <span class={NOTABLE.has(of) ? 'notable' : undefined}>{text}</span>
          </>
        ))}
      </p>
      <p class="hint">
        Begun <When site={site} instant={begunAt} />
        {finishedAt !== null && (
          <>
            , finished <When site={site} instant={finishedAt} />
          </>
        )}
      </p>
      {(finishedAt === null || pausedAt !== null) && (
        <form class="act" method="post" action={`${path}/pause`}>
          {pausedAt === null ? (
            <button type="submit" class="button quiet" aria-label={`Pause: ${title}`}>
              Pause
            </button>
          ) : (
            <button
              type="submit"
              class="button quiet"
              formaction={`${path}/pause/end`}
              aria-label={`Resume: ${title}`}
            >
              Resume
            </button>
          )}
          {counts.inDoubt > 0 && (
            <>
              <button type="submit" class="button quiet" formaction={`${path}/in-doubt/sending`}>
                Send {number(counts.inDoubt)} in doubt again
              </button>
              <button type="submit" class="button quiet" formaction={`${path}/in-doubt/sent`}>
                Count {number(counts.inDoubt)} as sent
              </button>
            </>
          )}
        </form>
      )}
    </>
  )
}

/** What a curator should look into. */
const NOTABLE: ReadonlySet<string> = new Set(['inDoubt', 'bounced', 'failed', 'complained'])

function State({ site, run }: { site: Site; run: Run }) {
  const state = stateOf(run)
  switch (state.kind) {
    case 'paused':
      return <p class="source-state paused">Paused by a curator</p>
    case 'resting':
      return (
        <p class="source-state resting">
          Paused itself: {asSentence(state.reason)}
          {state.at !== null && (
            <>
              {' '}
              It goes on at <time datetime={state.at.toISOString()}>{exactTime(state.at)}</time>
              {state.at <= site.now() && ', with the next work in the background'}.
            </>
          )}
        </p>
      )
    case 'finished':
      return <p class="source-state">Finished</p>
    case 'sending':
      return <p class="source-state">Sending</p>
    case 'in doubt':
      return <p class="source-state waiting">Waiting for {number(state.count)} in doubt</p>
    case 'open':
      return <p class="source-state">Sent so far; for some readers it is not the hour yet</p>
  }
}

function Subscriptions({ figures: { lists } }: { figures: SubscriberFigures }) {
  const count = (kind: string | null, every: string | null) =>
    lists
      .filter((row) => (kind === null || row.kind === kind) && (every === null || row.every === every))
      .reduce((sum, row) => sum + row.count, 0)
  const kinds = LIST_KINDS.filter((kind) => count(kind, null) > 0)
  return (
    <section class="queue" aria-labelledby="subscriptions">
      <h2 id="subscriptions">Subscriptions</h2>
      <div class="wide" tabindex={0} role="region" aria-label="Table of subscriptions">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">List</th>
              {EVERY.map((every) => (
                <th scope="col" class="number">
                  {DIGESTS[every]}
                </th>
              ))}
              <th scope="col" class="number">
                All
              </th>
            </tr>
          </thead>
          <tbody>
            {kinds.map((kind) => (
              <tr>
                <th scope="row">{kind}</th>
                {[...EVERY, null].map((every) => (
                  <td class="number">{number(count(kind, every))}</td>
                ))}
              </tr>
            ))}
            <tr class="sum">
              <th scope="row">All</th>
              {[...EVERY, null].map((every) => (
                <td class="number">{number(count(null, every))}</td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  )
}

function number(count: number): string {
  return count.toLocaleString('en-GB')
}

function asSentence(text: string): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`
}

function people(count: number): string {
  return `${number(count)} ${count === 1 ? 'subscriber' : 'subscribers'}`
}

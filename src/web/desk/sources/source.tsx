import type { RunCounts } from '../../../sources/harvest.ts'
import { budgetInWords } from '../../../sources/budget.ts'
import { listQuarantine } from '../../../sources/quarantine.ts'
import { recentRuns, type PastRun } from '../../../sources/runs.ts'
import { stateOf } from '../../../sources/source-state.ts'
import { sourceNamed, type Source } from '../../../sources/sources.ts'
import { notFound } from '../../errors/show.tsx'
import { When } from '../../parts/when.tsx'
import type { Site } from '../../site.ts'
import { deskPage, forCurators } from '../parts.tsx'
import { capitalised, countsInWords } from './show.tsx'

const RUNS_SHOWN = 50

/** `/desk/sources/:name`: one source, what it has brought, and what can be done with it. */
export const showSource = forCurators(async (site, c) => {
  const source = await sourceNamed(site.db, { name: c.req.param('name') ?? '', now: site.now() })
  if (!source) return notFound(site, c, { what: 'There is no such source.' })
  return c.html(await sourcePage(site, source))
})

/** The page; with what a run would change, where that was tried. */
export async function sourcePage(
  site: Site,
  source: Source,
  { trials = [] }: { trials?: { task: string; counts: RunCounts; words: string }[] } = {},
) {
  const { name, kind, settings, pausedAt, mustHave, mustNotHave, tasks } = source
  const [runs, { count }, budget] = await Promise.all([
    recentRuns(site.db, { sourceId: source.id, limit: RUNS_SHOWN }),
    listQuarantine(site.db, { source: name, limit: 1 }),
    kind.budget?.(site.db, { now: site.now(), keys: site.harvesting.keys }) ?? null,
  ])
  const state = stateOf(source)
  const path = `/desk/sources/${name}`
  const asked = kind.describe(settings)
  return deskPage(site, {
    title: asked === '' ? kind.title : `${kind.title}: ${asked}`,
    path: '/desk/sources',
    children: (
      <>
        <p class={`source-state ${state.kind}`}>
          {capitalised(state.words)}
          {state.kind !== 'paused' && state.trouble !== null && `: ${state.trouble}`}
        </p>
        {budget && <p class="hint">{capitalised(budgetInWords(budget))}.</p>}
        {mustHave.length > 0 && <p class="hint">Only papers with: {mustHave.join(', ')}</p>}
        {mustNotHave.length > 0 && <p class="hint">No papers with: {mustNotHave.join(', ')}</p>}
        <ul class="rows">
          {tasks.map((task) => (
            <li>
              <span>{capitalised(task.task)}</span>
              <span>
                {task.lastWholeAt === null ? (
                  'not whole yet'
                ) : (
                  <>
                    last whole <When site={site} instant={task.lastWholeAt} />
                  </>
                )}
                {pausedAt === null && (
                  <>
                    {', next '}
                    {task.nextAt <= site.now() ? 'now' : <When site={site} instant={task.nextAt} />}
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
        <form class="act" method="post" action={`${path}/run`}>
          {pausedAt === null ? (
            <>
              <button type="submit" class="button quiet">
                Ask now
              </button>
              <button type="submit" class="button quiet" formaction={`${path}/pause`}>
                Pause
              </button>
            </>
          ) : (
            <button type="submit" class="button quiet" formaction={`${path}/pause/end`}>
              Resume
            </button>
          )}
          <button type="submit" class="button quiet" formaction={`${path}/trial`}>
            See what a run would change
          </button>
        </form>
        <details class="desk-tools">
          <summary>Remove this source</summary>
          <p>
            Its papers stay. What is remembered of its runs, how far it has come and its records in quarantine
            are deleted. To stop it for a while, pause it.
          </p>
          <form class="act" method="post" action={`${path}/removal`}>
            <button type="submit" class="button danger">
              Remove the source
            </button>
          </form>
        </details>
        {trials.length > 0 && (
          <section class="queue" role="status" aria-labelledby="trial">
            <h2 id="trial">What a run would change</h2>
            <ul class="rows">
              {trials.map((trial) => (
                <li>
                  <span>{capitalised(trial.task)}</span>
                  <span>
                    {trialInWords(trial.counts)}. {trial.words}
                  </span>
                </li>
              ))}
            </ul>
            <p class="hint">Nothing was stored.</p>
          </section>
        )}
        {count > 0 && (
          <p class="aside">
            <a href={`/desk/quarantine?source=${encodeURIComponent(name)}`}>
              {count.toLocaleString('en-GB')} {count === 1 ? 'record' : 'records'} in quarantine
            </a>
          </p>
        )}
        <section class="queue" aria-labelledby="runs">
          <h2 id="runs">Runs</h2>
          {runs.length === 0 ? (
            <p class="blank">It has not been asked yet.</p>
          ) : (
            <RunTable site={site} runs={runs} />
          )}
        </section>
      </>
    ),
  })
}

function trialInWords({ new: fresh, updated, passedOver, quarantined }: RunCounts): string {
  return [
    `${fresh.toLocaleString('en-GB')} new ${fresh === 1 ? 'paper' : 'papers'}`,
    `${updated.toLocaleString('en-GB')} that are here already`,
    ...(passedOver > 0 ? [`${passedOver.toLocaleString('en-GB')} passed over`] : []),
    ...(quarantined > 0 ? [`${quarantined.toLocaleString('en-GB')} unreadable`] : []),
  ].join(', ')
}

function RunTable({ site, runs }: { site: Site; runs: PastRun[] }) {
  return (
    <section class="wide" tabindex={0} aria-label="Table of runs">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Started</th>
            <th scope="col">Task</th>
            <th scope="col">Records</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr>
              <td>
                <When site={site} instant={run.startedAt} />
              </td>
              <td>{run.task}</td>
              <td>{countsInWords(run)}</td>
              <td>{outcomeInWords(run)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function outcomeInWords({ outcome, reason }: PastRun): string {
  if (outcome === 'whole') return 'whole'
  if (outcome === 'failed') return `failed: ${reason ?? ''}`
  return outcome === 'stopped' ? 'stopped' : 'not finished'
}

import { FIELDS } from '../../../sources/fields.ts'
import { kindNamed, partsOf, settingsFrom, SOURCE_KINDS } from '../../../sources/kinds.ts'
import { lastRuns, type PastRun } from '../../../sources/runs.ts'
import { stateOf } from '../../../sources/source-state.ts'
import { listSources, type Source, type SourceDraft } from '../../../sources/sources.ts'
import { listQuarantine } from '../../../sources/quarantine.ts'
import type { Form } from '../../forms/read-form.ts'
import { When } from '../../parts/when.tsx'
import type { Site } from '../../site.ts'
import { deskPage, forCurators } from '../parts.tsx'
import { FieldChoice } from './field-choice.tsx'

/** The words of a source, by the names of their fields. */
const WORDS = [
  ['words', 'Only papers with one of these words'],
  ['without', 'No papers with any of these words'],
] as const

/** `/desk/sources`: where papers come from, how that goes, and what can be added. */
export const showSources = forCurators(async (site, c) => c.html(await sourcesPage(site)))

/** The page; with the form that was refused and why, where one was. */
export async function sourcesPage(
  site: Site,
  { form = null, problem = null }: { form?: Form | null; problem?: string | null } = {},
) {
  const [sources, runs, { count }] = await Promise.all([
    listSources(site.db, { now: site.now() }),
    lastRuns(site.db),
    listQuarantine(site.db, { limit: 1 }),
  ])
  return deskPage(site, {
    title: 'Sources',
    path: '/desk/sources',
    children: (
      <>
        {sources.length === 0 ? (
          <p class="blank">
            No papers arrive by themselves yet. Choose a field below, or add a source of your own.
          </p>
        ) : (
          <ul class="sources">
            {sources.map((source) => (
              <li>
                <SourceLine site={site} source={source} run={runs.get(source.id) ?? null} />
              </li>
            ))}
          </ul>
        )}
        <p class="aside">
          <a href="/desk/quarantine">
            {count === 0
              ? 'No records are in quarantine'
              : `${count.toLocaleString('en-GB')} ${count === 1 ? 'record' : 'records'} in quarantine`}
          </a>
          {' · '}
          <a href="/desk/arxiv-holidays">arXiv’s holidays</a>
        </p>
        <section class="queue" aria-labelledby="field">
          <h2 id="field">{sources.length === 0 ? 'Choose a field' : 'Add a field'}</h2>
          {sources.length === 0 ? (
            <FieldChoice fields={FIELDS} action="/desk/sources/fields" />
          ) : (
            <details class="compose">
              <summary>
                All sources of a field of research <span class="hint">Those that are here already stay</span>
              </summary>
              <FieldChoice fields={FIELDS} action="/desk/sources/fields" />
            </details>
          )}
        </section>
        <section class="queue" aria-labelledby="compose">
          <h2 id="compose">Add a source</h2>
          {problem !== null && (
            <p class="notice problem" role="alert" id="compose-problem">
              {problem}
            </p>
          )}
          {SOURCE_KINDS.filter(({ onlyByCommand }) => !onlyByCommand).map(
            ({ kind, title, about, options }) => {
              const isRefused = form?.text('kind') === kind
              const value = (name: string) => (isRefused ? form.text(name) : '')
              return (
                <details class="compose" open={isRefused}>
                  <summary>
                    <strong>{title}</strong> <span class="hint">{about}</span>
                  </summary>
                  <form class="form narrow" method="post" action="/desk/sources">
                    <input type="hidden" name="kind" value={kind} />
                    {options.map((option) => (
                      <>
                        <label for={`${kind}-${option.name}`}>
                          {option.label}
                          {option.required ? '' : ' (optional)'}
                        </label>
                        <input
                          id={`${kind}-${option.name}`}
                          name={option.name}
                          type="text"
                          required={option.required ?? false}
                          maxlength={2000}
                          autocomplete="off"
                          spellcheck={false}
                          value={value(option.name)}
                          aria-invalid={isRefused ? 'true' : undefined}
                          aria-describedby={`${isRefused ? 'compose-problem ' : ''}${kind}-${option.name}-hint`}
                        />
                        <p class="hint" id={`${kind}-${option.name}-hint`}>
                          {option.hint}
                        </p>
                      </>
                    ))}
                    {WORDS.map(([name, label]) => (
                      <>
                        <label for={`${kind}-${name}`}>{label} (optional)</label>
                        <input
                          id={`${kind}-${name}`}
                          name={name}
                          type="text"
                          maxlength={2000}
                          autocomplete="off"
                          value={value(name)}
                        />
                      </>
                    ))}
                    <p class="hint">Words or phrases in the title or abstract, separated by commas.</p>
                    <button type="submit" class="button">
                      Add {title}
                    </button>
                  </form>
                </details>
              )
            },
          )}
        </section>
      </>
    ),
  })
}

/** The source that a form describes. */
export function draftIn(form: Form): SourceDraft {
  const kind = form.text('kind')
  const known = kindNamed(kind)
  const given = Object.fromEntries((known?.options ?? []).map(({ name }) => [name, form.text(name)]))
  return {
    kind,
    settings: known ? settingsFrom(known, given) : {},
    mustHave: partsOf(form.text('words')),
    mustNotHave: partsOf(form.text('without')),
  }
}

function SourceLine({ site, source, run }: { site: Site; source: Source; run: PastRun | null }) {
  const { name, kind, settings, pausedAt } = source
  const state = stateOf(source)
  const asked = kind.describe(settings)
  return (
    <>
      <h2>
        <a href={`/desk/sources/${name}`}>{kind.title}</a>
        {asked !== '' && <span class="hint"> {asked}</span>}
      </h2>
      <p class={`source-state ${state.kind}`}>
        {capitalised(state.words)}
        {state.kind !== 'paused' && state.trouble !== null && `: ${state.trouble}`}
      </p>
      <p class="hint">
        {run === null ? (
          'Not asked yet.'
        ) : (
          <>
            Last asked <When site={site} instant={run.startedAt} />: {countsInWords(run)}.{' '}
          </>
        )}
        {pausedAt === null && state.nextAt !== null && state.nextAt > site.now() && (
          <>
            Next <When site={site} instant={state.nextAt} />.
          </>
        )}
      </p>
      <form class="act" method="post" action={`/desk/sources/${name}/run`}>
        <input type="hidden" name="back" value="/desk/sources" />
        {pausedAt === null ? (
          <>
            <button type="submit" class="button quiet">
              Ask now
            </button>
            <button type="submit" class="button quiet" formaction={`/desk/sources/${name}/pause`}>
              Pause
            </button>
          </>
        ) : (
          <button type="submit" class="button quiet" formaction={`/desk/sources/${name}/pause/end`}>
            Resume
          </button>
        )}
      </form>
    </>
  )
}

/** `12 new, 3 updated`. */
export function countsInWords(
  counts: Pick<PastRun, 'new' | 'updated' | 'unchanged' | 'passedOver' | 'quarantined'>,
): string {
  const { passedOver, quarantined, unchanged, updated } = counts
  const parts = [
    [counts.new, 'new'],
    [updated, 'updated'],
    [unchanged, 'unchanged'],
    [passedOver, 'passed over'],
    [quarantined, 'in quarantine'],
  ] as const
  const some = parts.filter(([count]) => count > 0)
  return some.length === 0
    ? 'no records'
    : some.map(([count, what]) => `${count.toLocaleString('en-GB')} ${what}`).join(', ')
}

export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

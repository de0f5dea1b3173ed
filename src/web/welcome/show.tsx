import type { Context } from 'hono'
import { FIELDS } from '../../sources/fields.ts'
import { broughtBySources } from '../../sources/runs.ts'
import { stateOf } from '../../sources/source-state.ts'
import { hadSources, listSources } from '../../sources/sources.ts'
import { capitalised } from '../desk/sources/show.tsx'
import { FieldChoice } from '../desk/sources/field-choice.tsx'
import { refused } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'
import { isWelcomeKey } from './key.ts'

export const LINK_IS_OVER = {
  status: 404,
  title: 'This link is no longer valid',
  reason:
    'It works once, before the site has any sources. Curators can change them at the curators’ desk, under Sources.',
} as const

/** How long the page that shows how it begins is of use. */
const BEGINNING_MS = 24 * 3_600_000

/** `/welcome?key=…`: choosing the field of a new site, by the link that its console shows. */
export function showWelcome(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    if (!isWelcomeKey(c.req.query('key') ?? '', site.welcomeKey) || (await hadSources(site.db)))
      return refused(site, c, LINK_IS_OVER)
    return c.html(welcomePage(site))
  }
}

export function welcomePage(
  site: Site,
  { problem = null, typed = '' }: { problem?: string | null; typed?: string } = {},
) {
  const key = <input type="hidden" name="key" value={site.welcomeKey} />
  return renderPage(site, {
    head: {
      title: 'Choose your field',
      description: 'What this site is about.',
      path: '/welcome',
      noindex: true,
    },
    children: (
      <>
        <header class="edition-head">
          <p class="kicker">Welcome</p>
          <h1>What is your field?</h1>
          <p class="lead">
            Choose one, and its papers arrive by themselves from now on. You can change this at any time.
          </p>
        </header>
        <FieldChoice fields={FIELDS} action="/welcome">
          {key}
        </FieldChoice>
        <section class="queue narrow" aria-labelledby="own">
          <h2 id="own">Or categories of arXiv of your own</h2>
          {problem !== null && (
            <p class="notice problem" role="alert" id="problem">
              {problem}
            </p>
          )}
          <form class="form" method="post" action="/welcome">
            {key}
            <input type="hidden" name="kind" value="arxiv" />
            <label for="categories">Categories</label>
            <input
              id="categories"
              name="categories"
              type="text"
              required
              maxlength={2000}
              autocomplete="off"
              spellcheck={false}
              value={typed}
              aria-invalid={problem === null ? undefined : 'true'}
              aria-describedby={problem === null ? 'categories-hint' : 'problem categories-hint'}
              placeholder="cs.CL, cs.LG"
            />
            <p class="hint" id="categories-hint">
              Separated by commas. An archive such as econ stands for all of its categories.
            </p>
            <button type="submit" class="button">
              Use these
            </button>
          </form>
        </section>
      </>
    ),
  })
}

/** `/welcome/begun`: what happens once a field is chosen, from second to second; for whoever chose it, and curators. */
export function showBegun(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    const now = site.now()
    const isCurator = site.viewer?.reader.curator ?? false
    // What sources are asked, and with which trouble, is not for everyone.
    const key = c.req.query('key') ?? ''
    if (!isCurator && !isWelcomeKey(key, site.welcomeKey)) return c.redirect('/', 303)
    const sources = await listSources(site.db, { now })
    const begun = sources.some(({ createdAt }) => now.getTime() - createdAt.getTime() < BEGINNING_MS)
    if (!begun) return c.redirect(isCurator ? '/desk/sources' : '/', 303)
    const brought = await broughtBySources(site.db)
    const papers = [...brought.values()].reduce((total, counts) => total + counts.new, 0)
    const isUnderWay = sources.some((source) => ['new', 'running'].includes(stateOf(source).kind))
    if (isUnderWay) c.header('refresh', '5')
    return c.html(
      renderPage(site, {
        head: { title: 'Papers are on their way', description: '', path: '/welcome/begun', noindex: true },
        children: (
          <div class="narrow">
            <header class="edition-head">
              <p class="kicker">Welcome</p>
              <h1>{isUnderWay ? 'Papers are on their way' : 'It has begun'}</h1>
            </header>
            <p role="status">
              {isUnderWay
                ? 'The first papers appear within a minute or two. This page keeps itself up to date.'
                : 'From now on, papers arrive by themselves.'}
            </p>
            <ul class="rows">
              {sources.map((source) => {
                const counts = brought.get(source.id)
                const { words, trouble } = stateOf(source)
                const asked = source.kind.describe(source.settings)
                return (
                  <li>
                    <span>
                      {source.kind.title}
                      {asked !== '' && <span class="hint"> {asked}</span>}
                    </span>
                    <span>
                      {capitalised(words)}
                      {trouble === null
                        ? counts !== undefined && counts.new > 0 && `: ${countInWords(counts.new)}`
                        : `: ${trouble}`}
                    </span>
                  </li>
                )
              })}
            </ul>
            {papers > 0 && (
              <p>
                <a class="button" href="/">
                  See the front page
                </a>
              </p>
            )}
            {isCurator ? (
              <p>
                <a href="/desk/sources">All sources</a>
              </p>
            ) : (
              <p class="hint">
                To manage sources here, make yourself a curator:{' '}
                <code>bin/broadsheet user grant you@example.org curator</code>, then sign in and open the
                curators’ desk.
              </p>
            )}
          </div>
        ),
      }),
    )
  }
}

function countInWords(papers: number): string {
  return `${papers.toLocaleString('en-GB')} ${papers === 1 ? 'paper' : 'papers'}`
}

import type { Context } from 'hono'
import { raw } from 'hono/html'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { typeset } from '../../papers/typeset.ts'
import { submissionsOf } from '../../moderation/submission-lists.ts'
import { renderPage } from '../layout.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'

/**
 * `/papers/submit`: the form to submit a paper by its identifier or link. `?paper=` fills it in, for bookmarklets and
 * links.
 */
export function showSubmit(site: Site) {
  return async (c: Context) => {
    const paper = (c.req.query('paper') ?? '').slice(0, 500)
    if (site.viewer) return c.html(await submitPage(site, { paper }))
    const own = `/papers/submit${paper === '' ? '' : `?paper=${encodeURIComponent(paper)}`}`
    return c.redirect(`/sign-in?to=${encodeURIComponent(own)}`, 303)
  }
}

/** The form, with what was typed and what was wrong with it if it was refused. */
export async function submitPage(
  site: Site,
  { paper = '', note = '', problem = null }: { paper?: string; note?: string; problem?: string | null } = {},
) {
  const reader = site.viewer?.reader
  const earlier = reader ? await submissionsOf(site.db, reader.id) : []
  return renderPage(site, {
    head: {
      title: 'Submit a paper',
      description: 'Submit a paper by its arXiv identifier, DOI or link.',
      path: '/papers/submit',
      noindex: true,
    },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">Contribute</p>
          <h1>Submit a paper</h1>
        </header>
        <p>
          Tell us which paper, and we will get its title, authors and abstract from its source.
          {reader &&
            !reader.trusted &&
            ' Your account is new, so a curator will review your submission first.'}
        </p>
        {problem !== null && (
          <p class="notice problem" role="alert">
            {problem}
          </p>
        )}
        <form class="form" method="post" action="/papers/submit">
          <label for="paper">arXiv identifier, DOI or link to either</label>
          <input
            id="paper"
            name="paper"
            type="text"
            required
            maxlength={500}
            autocomplete="off"
            spellcheck={false}
            value={paper}
            placeholder="2412.19723 or 10.1000/182 or https://arxiv.org/abs/…"
          />
          <label for="note">
            {reader?.curator
              ? 'Why do you pick this paper? (optional)'
              : 'What should readers know about it? (optional)'}
          </label>
          <textarea id="note" name="note" maxlength={reader?.curator ? 500 : 10_000}>
            {note}
          </textarea>
          <p class="hint">
            {reader?.curator
              ? 'If you write a note, the paper becomes your pick and your note appears on its page.'
              : 'Your note becomes the first comment on the paper. You can use Markdown and $mathematics$.'}
          </p>
          <div class="leave-empty" aria-hidden="true">
            <label for="website">Leave this empty</label>
            <input id="website" name="website" type="text" tabindex={-1} autocomplete="off" />
          </div>
          <button type="submit" class="button">
            Submit paper
          </button>
          <p class="hint">Looking up the paper may take a few seconds.</p>
        </form>
        {earlier.length > 0 && (
          <section aria-labelledby="earlier">
            <h2 id="earlier">Your submissions</h2>
            <ul class="rows">
              {earlier.map((submission) => (
                <li>
                  <span>
                    {submission.address === null ? (
                      submission.title
                    ) : (
                      <a href={addressPath(submission.address)}>{submission.title}</a>
                    )}
                    , <When site={site} instant={submission.submittedAt} />
                  </span>
                  <span>
                    {STATES[submission.state]}
                    {submission.reason && `: ${submission.reason}`}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    ),
  })
}

const STATES = { waiting: 'Waiting for review', accepted: 'Accepted', refused: 'Rejected' } as const

/** The page for a submitted paper that is already here, with the note ready to be posted as a comment. */
export function alreadyHerePage(site: Site, { paper, note }: { paper: Paper; note: string }) {
  const path = addressPath(paper.address)
  return renderPage(site, {
    head: {
      title: 'This paper is already here',
      description: 'This paper is already on this site.',
      path: '/papers/submit',
      noindex: true,
    },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">Submit a paper</p>
          <h1>This paper is already here</h1>
        </header>
        <p>
          You can vote for <a href={path}>{raw(typeset(paper.title, { links: false }))}</a> on its page
          {note === '' ? '.' : ', and post what you wrote as a comment:'}
        </p>
        {note !== '' && (
          <form class="form" method="post" action={`${path}/comments`}>
            <label for="body">Your comment</label>
            <textarea id="body" name="body" maxlength={10_000}>
              {note}
            </textarea>
            <button type="submit" class="button">
              Comment
            </button>
          </form>
        )}
      </div>
    ),
  })
}

/** The page after a submission that a curator will review. */
export function waitingPage(site: Site, { title }: { title: string | null }) {
  return renderPage(site, {
    head: {
      title: 'Thank you',
      description: 'Your submission is waiting for review.',
      path: '/papers/submit',
      noindex: true,
    },
    children: (
      <div class="blank">
        <p class="kicker">Submitted</p>
        <h1>Thank you</h1>
        {title !== null && <p>{raw(typeset(title))}</p>}
        <p>A curator will review your submission. You can see the outcome under “Submit”.</p>
        <p>
          <a href="/papers/submit">Submit another paper</a>
        </p>
      </div>
    ),
  })
}

import type { Context } from 'hono'
import { raw } from 'hono/html'
import {
  editionHead,
  LONGEST_HEAD_NOTE,
  typedNote,
  type EditionHead,
} from '../../../discussion/edition-head.ts'
import { renderComment } from '../../../discussion/comment-markdown.ts'
import { dayPeriod } from '../../../papers/calendar.ts'
import { papersByIds } from '../../../papers/find.ts'
import type { Paper } from '../../../papers/paper.ts'
import { plainText } from '../../../papers/plain-text.ts'
import { newestEdition } from '../../../ranking/editions.ts'
import { listPapers } from '../../../ranking/lists.ts'
import { notFound } from '../../errors/show.tsx'
import { headFormPath, HeadNote } from '../../front-page/head.tsx'
import { longDay } from '../../parts/dates.ts'
import type { Site } from '../../site.ts'
import { deskPage, forCurators } from '../parts.tsx'

/** Any of the first papers of an edition can be its top story. */
const CHOICES = 25
/** In characters: a select is as wide as its longest line. */
const LONGEST_CHOICE = 100

/** `/desk/editions`: leads to the newest edition. */
export const showNewestHead = forCurators(async (site, c) => {
  const day = await newestEdition(site.db, { now: site.now(), timeZone: site.timeZone })
  if (day !== null) return c.redirect(headFormPath(day), 302)
  return c.html(
    deskPage(site, {
      title: 'Today’s edition',
      path: '/desk/editions',
      children: (
        <p class="blank">
          There is no edition yet. As soon as papers arrive, you can write a note at its head. To choose where
          they come from, see <a href="/desk/sources">Sources</a>.
        </p>
      ),
    }),
  )
})

/** `/desk/editions/2026-11-29`: what curators put at the head of an edition. */
export const showEditionHead = forCurators(async (site, c) => {
  const edition = await askedEdition(site, c)
  if (edition === null) return noSuchEdition(site, c)
  const { day, head } = edition
  return c.html(
    headPage(site, {
      ...edition,
      draft: {
        note: await typedNote(site.db, { edition: day }),
        topId: head?.topPaperId ?? null,
        seen: head?.writtenAt ?? null,
      },
    }),
  )
})

/** An edition as its form shows it. */
export type AskedEdition = { day: string; head: EditionHead | null; choices: Choice[] }

type Choice = { paper: Paper; rank: number | null }

/** The edition that the address names; null where no papers are of that day. */
export async function askedEdition(site: Site, c: Context): Promise<AskedEdition | null> {
  const day = dayPeriod(c.req.param('day') ?? '')?.name
  if (day === undefined) return null
  const [{ papers }, head] = await Promise.all([
    listPapers(site.db, { list: { kind: 'editions', from: day, to: day }, limit: CHOICES }),
    editionHead(site.db, { edition: day }),
  ])
  if (papers.length === 0) return null
  const choices = papers.map((paper, i): Choice => ({ paper, rank: i + 1 }))
  const chosen = head?.topPaperId ?? null
  if (chosen === null || papers.some(({ id }) => id === chosen)) return { day, head, choices }
  // Saving a note leaves a top story where it is, though others have overtaken it since.
  const found = await papersByIds(site.db, [chosen], { seenBy: 'everyone' })
  return {
    day,
    head,
    choices: [...found.values().map((paper): Choice => ({ paper, rank: null })), ...choices],
  }
}

export function noSuchEdition(site: Site, c: Context) {
  return notFound(site, c, {
    what: 'There is no edition of that day.',
    hint: 'Days without papers have no edition. Write days like this: /desk/editions/2026-11-20.',
  })
}

/** What is in the form. */
export type HeadDraft = {
  note: string
  topId: number | null
  /** When what the curator looks at was written. */
  seen: Date | null
}

/** The page with the form; with why it was refused, or how the note would look. */
export function headPage(
  site: Site,
  {
    day,
    head,
    choices,
    draft,
    problem = null,
    isConflict = false,
    isPreview = false,
  }: AskedEdition & {
    draft: HeadDraft
    problem?: string | null
    /** Whether someone else wrote meanwhile, so that theirs is shown too. */
    isConflict?: boolean
    isPreview?: boolean
  },
) {
  return deskPage(site, {
    title: longDay(day),
    path: '/desk/editions',
    children: (
      <div class="narrow">
        <p>
          Your note appears at the head of the edition: on its page, in its feeds and in the email about it,
          signed with your name. The edition goes out without one, too.{' '}
          <a href={`/papers/date/${day}`}>Read the edition</a>
        </p>
        {problem !== null && (
          <p class="notice problem" role="alert" id="head-problem">
            {problem}
          </p>
        )}
        {isConflict && (head === null ? <p>There is no note now.</p> : <HeadNote site={site} head={head} />)}
        {isPreview && (
          <section class="preview" aria-label="Preview">
            <div class="comment-body" dir="auto">
              {draft.note.trim() === '' ? (
                <p>There is no note to preview.</p>
              ) : (
                raw(renderComment(draft.note))
              )}
            </div>
          </section>
        )}
        <HeadForm day={day} choices={choices} draft={draft} hasProblem={problem !== null} />
      </div>
    ),
  })
}

function HeadForm({
  day,
  choices,
  draft,
  hasProblem,
}: {
  day: string
  choices: Choice[]
  draft: HeadDraft
  hasProblem: boolean
}) {
  return (
    <form class="form" method="post" action={`${headFormPath(day)}/head`}>
      <label for="head-note">Note</label>
      <textarea
        id="head-note"
        name="note"
        rows={8}
        maxlength={LONGEST_HEAD_NOTE}
        aria-describedby={hasProblem ? 'head-hint head-problem' : 'head-hint'}
      >
        {draft.note}
      </textarea>
      <p class="hint" id="head-hint">
        Up to {LONGEST_HEAD_NOTE.toLocaleString('en-GB')} characters. You can use Markdown and mathematics:
        **bold**, [words](https://…), $x^2$. arXiv:2412.19723 becomes a link. To remove the note, clear it and
        save.
      </p>
      <label for="head-top">Top story</label>
      <select id="head-top" name="top">
        <option value="">As ranked</option>
        {choices.map(({ paper, rank }) => (
          <option value={paper.address} selected={paper.id === draft.topId}>
            {rank === null ? '' : `${rank}. `}
            {shortTitle(paper)}
          </option>
        ))}
      </select>
      <p class="hint">It comes first, marked as chosen by curators. All other papers keep their ranks.</p>
      <input type="hidden" name="back" value={headFormPath(day)} />
      <input type="hidden" name="seen" value={draft.seen?.toISOString() ?? ''} />
      <div class="buttons">
        <button type="submit" class="button">
          Save changes
        </button>
        <button type="submit" class="button quiet" name="preview" value="1">
          Preview note
        </button>
      </div>
    </form>
  )
}

function shortTitle({ title }: Paper): string {
  const characters = Array.from(plainText(title))
  return characters.length <= LONGEST_CHOICE
    ? characters.join('')
    : `${characters.slice(0, LONGEST_CHOICE).join('').trimEnd()}…`
}

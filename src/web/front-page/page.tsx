import { addDays, daysBetween, wholeWeeks, type Period } from '../../papers/calendar.ts'
import type { Paper } from '../../papers/paper.ts'
import type { EditionNotes } from '../../ranking/edition-notes.ts'
import type { Neighbours } from '../../ranking/editions.ts'
import type { FrontPage } from '../../ranking/front-page.ts'
import { renderPage, type Section } from '../layout.tsx'
import { longDay, periodLabel, periodTitle, shortDay } from '../../papers/dates-in-words.ts'
import { Entries, Pager } from '../parts/entries.tsx'
import type { Likely } from '../../recommendation/likely.ts'
import { OwnPageLine } from '../for-you/likely.tsx'
import { FeedLinks } from '../parts/feed-links.tsx'
import { CommentsBox, commentsNote, TitleBox, TopicsBox, type RailComment } from '../parts/rail.tsx'
import type { Site } from '../site.ts'
import { HeadNote, HeadTools, type Headed } from './head.tsx'
import { ViewSwitch } from '../view/view-switch.tsx'

const SECTIONS: Record<Period['kind'], Section> = { date: 'Front page', week: 'Week', month: 'Month' }

const BEFORE: Record<Period['kind'], string> = {
  date: 'In the edition before',
  week: 'In the week before',
  month: 'In the month before',
}

/** The address of a period's front page, without feed suffix. */
export function periodPath(period: Period): string {
  return `/papers/${period.kind}/${period.name}`
}

/** A front page: the papers of an edition, a week or a month, with links to others. */
export function editionPage(
  site: Site,
  {
    edition,
    headed: { head, topStory },
    entries,
    likely,
    atHome,
    after,
    next,
    rankFrom,
    back,
    notes: { picked, discussed, before },
    everywhere,
    withoutSources,
  }: {
    edition: FrontPage
    headed: Headed
    entries: string[]
    /** The papers that are likely to matter to the viewer. */
    likely: Likely
    atHome: boolean
    after: boolean
    next: string | null
    rankFrom: number
    /** The address of this page. */
    back: string
    notes: EditionNotes
    /** What goes on beyond this edition. */
    everywhere: { trending: Paper[]; comments: RailComment[] }
    /** Whether to tell the curator who reads it that no papers arrive by themselves. */
    withoutSources: boolean
  },
) {
  const { period, asked, neighbours, total } = edition
  const path = atHome ? '/' : periodPath(period)
  const feedPath = atHome ? '/index' : path
  const title = periodTitle(period)
  const listed = edition.papers.some((paper) => paper.synopsis !== null)
  return renderPage(site, {
    section: SECTIONS[period.kind],
    isBroad: true,
    head: {
      ...(atHome ? {} : { title }),
      description: atHome
        ? `${site.name}: the front page of research. ${count(total)} in the edition of ${longDay(period.from)}.`
        : `${count(total)} in ${period.kind === 'date' ? 'the edition of ' : ''}${title}.`,
      path,
      feeds: { path: feedPath, title: atHome ? site.name : title },
      next,
      noindex: after,
    },
    children: (
      <>
        <header class="edition-head">
          <p class="kicker">{kicker(edition)}</p>
          <h1>{title}</h1>
          <p class="edition-count">
            {count(total)}
            {period.kind !== 'date' && ', best first'}
          </p>
          <ViewSwitch site={site} back={back} />
          <Walk period={period} neighbours={neighbours} />
          {atHome && <OwnPageLine site={site} likely={likely} />}
        </header>
        {asked && (
          <p class="notice" role="status">
            {asked.kind === 'date'
              ? `No papers on ${longDay(asked.from)}`
              : `No papers in ${periodTitle(asked)}`}
            ; this is the nearest {noun(period)}.
          </p>
        )}
        {head !== null && <HeadNote site={site} head={head} />}
        {period.kind === 'date' && !after && <HeadTools site={site} edition={period.from} head={head} />}
        {atHome && withoutSources && (
          <p class="notice">
            No papers arrive here by themselves yet. <a href="/desk/sources">Choose your field</a>
          </p>
        )}
        <div class="with-rail">
          <div>
            <Entries entries={entries} rankFrom={rankFrom} topStory={topStory} />
            <Pager path={path} next={next} first={!after} />
          </div>
          <aside class="rail" aria-label="About this edition">
            <TitleBox heading={<a href="/papers/picks">Curators’ picks</a>} papers={picked} />
            <TitleBox heading="Most discussed" papers={discussed} note={commentsNote} />
            <CommentsBox comments={everywhere.comments} />
            <TitleBox
              heading={<a href="/papers/trending">Still trending</a>}
              papers={everywhere.trending}
              note={({ edition: day }) => day && <a href={`/papers/date/${day}`}>{shortDay(day)}</a>}
            />
            <MonthCalendar edition={edition} />
            <TopicsBox topics={edition.topics} />
            {before && (
              <TitleBox
                heading={<a href={periodPath(before.period)}>{BEFORE[period.kind]}</a>}
                papers={before.papers}
              />
            )}
            <FeedLinks path={feedPath} list="/" />
            {listed && (
              <section class="box">
                <h2>Synopses</h2>
                <p>
                  The synopses in this edition are our own short summaries, not the authors’ words. Each title
                  links to the paper’s page, and from there to the original.
                </p>
              </section>
            )}
          </aside>
        </div>
      </>
    ),
  })
}

/** Links to the previous and next editions. */
function Walk({ period, neighbours: { previous, next } }: { period: Period; neighbours: Neighbours }) {
  if (!previous && !next) return null
  return (
    <nav class="walk" aria-label="Editions">
      {previous ? (
        <a href={periodPath(previous)} rel="prev">
          <span aria-hidden="true">←</span> <span class="vh">Previous: </span>
          {periodLabel(previous)}
        </a>
      ) : (
        <span class="walk-end">First {noun(period)}</span>
      )}
      {next ? (
        <a href={periodPath(next)} rel="next">
          <span class="vh">Next: </span>
          {periodLabel(next)} <span aria-hidden="true">→</span>
        </a>
      ) : (
        <span class="walk-end">Newest {noun(period)}</span>
      )}
      <a class="to-narrow" href="#calendar">
        Calendar
      </a>
    </nav>
  )
}

/** The page of a site without papers, or with papers without dates only: what its operator can do. */
export function emptyPage(site: Site, { undated }: { undated: boolean }) {
  return renderPage(site, {
    section: 'Front page',
    head: { description: `${site.name}: the front page of research.`, path: '/' },
    children: (
      <div class="blank">
        <p class="kicker">No edition yet</p>
        <h1>{undated ? 'No paper here has a date yet' : 'There are no papers here yet'}</h1>
        {undated && (
          <p>
            Editions are made of papers whose day is known. <a href="/papers/new">All papers</a>
          </p>
        )}
        <p>
          As soon as papers arrive, the latest edition appears here. If you run this site, choose its field by
          the link on the console, or at the desk under <a href="/desk/sources">Sources</a>. Or import papers:
        </p>
        <pre>
          <code>bin/broadsheet import papers.jsonl</code>
        </pre>
        <p>
          You can import JSON Lines, BibTeX, arXiv and Hugging Face files.{' '}
          <a href="/about">About this site</a>
        </p>
      </div>
    ),
  })
}

/** The days of the month around the edition, those with papers as links. */
function MonthCalendar({ edition }: { edition: FrontPage }) {
  const { period: month, editions } = edition.month
  const { from, to } = wholeWeeks(month)
  const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, i) => addDays(from, i))
  const weeks = Array.from({ length: days.length / 7 }, (_, i) => days.slice(i * 7, i * 7 + 7))
  const shown = edition.period
  const look = (day: string) =>
    [
      ...(day >= shown.from && day <= shown.to ? ['shown'] : []),
      ...(day < month.from || day > month.to ? ['of-other-month'] : []),
    ].join(' ') || undefined
  return (
    <section class="box" aria-labelledby="calendar">
      <h2 id="calendar">Editions</h2>
      <table class="calendar">
        <caption>
          <a href={periodPath(month)}>{periodTitle(month)}</a>
        </caption>
        <thead>
          <tr>
            {WEEKDAYS.map((name) => (
              <th scope="col">
                <abbr title={name}>{name.slice(0, 1)}</abbr>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr>
              {week.map((day) => (
                <td class={look(day)}>
                  <CalendarDay day={day} papers={editions.get(day) ?? 0} shown={shown} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

function CalendarDay({ day, papers, shown }: { day: string; papers: number; shown: Period }) {
  const number = Number(day.slice(8))
  if (papers === 0) return <span>{number}</span>
  return (
    <a
      href={`/papers/date/${day}`}
      title={`${longDay(day)}: ${count(papers)}`}
      aria-current={shown.kind === 'date' && shown.from === day ? 'page' : undefined}
    >
      {number}
    </a>
  )
}

function kicker({ newest, period }: FrontPage): string {
  if (period.kind === 'week') return newest ? 'Latest week' : 'Week'
  if (period.kind === 'month') return newest ? 'Latest month' : 'Month'
  return newest ? 'Latest edition' : 'Edition of'
}

function noun(period: Period): string {
  return { date: 'edition', week: 'week', month: 'month' }[period.kind]
}

function count(papers: number): string {
  return papers === 1 ? '1 paper' : `${papers.toLocaleString('en-GB')} papers`
}

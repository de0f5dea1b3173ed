import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { formatCursor } from '../../db/cursor.ts'
import {
  archivedIssues,
  archivedList,
  archiveNeighbours,
  archivePath,
  parseArchiveCursor,
  readArchived,
  type ArchiveCursor,
  type ArchivedIssue,
  type ReadIssue,
} from '../../digests/archive.ts'
import { DIGESTS, periodInWords } from '../../digests/run-words.ts'
import { sendIssueFeed } from '../../feeds/send-issues.ts'
import { parseListAddress, titleOf } from '../../lists/followed-list.ts'
import { dayIn } from '../../papers/calendar.ts'
import { longDay } from '../../papers/dates-in-words.ts'
import { brokenLink, notFound } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { splitFeedSuffix } from '../list/paging.ts'
import { FeedLinks } from '../parts/feed-links.tsx'
import { pageShows } from '../shows.ts'
import { digestRoomOf, type Site } from '../site.ts'
import { IssueArticle } from './issue-article.tsx'

const PATH = '/digests'
const SHOWN = 30
const IN_FEED = 20
/** There before its first issue: it comes whether or not anybody subscribes. */
const ALWAYS_THERE = '/'

/** `/digests` and its feeds: the newest issues of all series. */
export function showArchive(site: Site) {
  return async (c: Context) => {
    const { feed } = splitFeedSuffix(c.req.path)
    const description = `What ${site.name} sends by email, to be read here.`
    const after = cursorAsked(c)
    if (after === undefined) return brokenLink(site, c, { name: 'after' })
    const page = await issuesShown(site, c, { list: null, after, limit: feed === null ? SHOWN : IN_FEED })
    if (feed !== null)
      return sendIssueFeed(site, c, {
        format: feed,
        path: PATH,
        title: `${site.name}: digests`,
        description,
        issues: page.issues,
      })
    return c.html(
      archivePage(site, {
        title: 'Digests',
        kicker: 'By email',
        description,
        path: PATH,
        subscribeTo: null,
        after,
        page,
      }),
    )
  }
}

/** `/digests/topics/cs.CL`, a series with its feeds, and `/digests/topics/cs.CL/2026-11-28`, an issue. */
export function showArchived(site: Site) {
  return async (c: Context) => {
    const { path: name, feed } = splitFeedSuffix(c.req.param('name') ?? '')
    const list = archivedList(name)
    if (list !== null) return showSeries(site, c, { name, list, feed })
    const [, series = '', period = ''] = /^(.+)\/([\dW-]+)$/.exec(name) ?? []
    const of = feed === null ? archivedList(series) : null
    const read = of === null ? null : await readArchived(digestRoomOf(site), { list: of, period })
    if (read === null) return notFound(site, c, { what: 'There is no such issue.', hint: TO_ARCHIVE })
    if (!isAt(`${PATH}/${name}`, read.archived.path)) return c.redirect(read.archived.path, 301)
    return showIssue(site, c, read)
  }
}

const TO_ARCHIVE = (
  <>
    All issues are in <a href={PATH}>the archive</a>.
  </>
)

async function showSeries(
  site: Site,
  c: Context,
  { name, list, feed }: { name: string; list: string; feed: ReturnType<typeof splitFeedSuffix>['feed'] },
): Promise<Response> {
  const path = archivePath(list)
  if (!isAt(`${PATH}/${name}`, path)) return c.redirect(path + (feed ?? ''), 301)
  const after = cursorAsked(c)
  if (after === undefined) return brokenLink(site, c, { name: 'after' })
  const page = await issuesShown(site, c, { list, after, limit: feed === null ? SHOWN : IN_FEED })
  if (page.issues.length === 0 && after === null && list !== ALWAYS_THERE)
    return notFound(site, c, { what: 'There are no issues of this list yet.', hint: TO_ARCHIVE })
  const parsed = parseListAddress(list, '')
  const title = parsed === null ? list : await titleOf(site.db, parsed.list)
  const description = `What ${site.name} sends of “${title}” by email, to be read here.`
  if (feed !== null)
    return sendIssueFeed(site, c, {
      format: feed,
      path,
      title: `${site.name}: ${title}, digests`,
      description,
      issues: page.issues,
    })
  return c.html(
    archivePage(site, {
      title,
      kicker: <a href={PATH}>Digests</a>,
      description,
      path,
      subscribeTo: list,
      after,
      page,
    }),
  )
}

/** Whether two addresses are the same, however their letters are written. */
function isAt(decoded: string, path: string): boolean {
  return decoded === decodeURIComponent(path)
}

/** Where the page begins; null at the beginning, undefined where the link says nothing that makes sense. */
function cursorAsked(c: Context): ArchiveCursor | null | undefined {
  const text = c.req.query('after')
  return text === undefined ? null : (parseArchiveCursor(text) ?? undefined)
}

type Page = Awaited<ReturnType<typeof archivedIssues>>

async function issuesShown(
  site: Site,
  c: Context,
  asked: { list: string | null; after: ArchiveCursor | null; limit: number },
): Promise<Page> {
  const page = await archivedIssues(digestRoomOf(site), asked)
  pageShows(c, ['digests', ...page.issues.flatMap(({ issue }) => partsOf(issue))])
  return page
}

function partsOf({ papers }: ReadIssue['issue']) {
  return papers.map(({ id }) => `paper ${id}` as const)
}

function archivePage(
  site: Site,
  {
    title,
    kicker,
    description,
    path,
    subscribeTo,
    after,
    page: { issues, next },
  }: {
    title: string
    kicker: Child
    description: string
    path: string
    /** The list of the series; null on the page of all. */
    subscribeTo: string | null
    after: ArchiveCursor | null
    page: Page
  },
) {
  const nextPath = next && `${path}?after=${formatCursor(next)}`
  const days = Map.groupBy(issues, ({ archived }) => dayIn(site.timeZone, archived.publishedAt))
  return renderPage(site, {
    isBroad: true,
    head: {
      title: subscribeTo === null ? title : `Digests: ${title}`,
      description,
      path,
      feeds: { path, title: subscribeTo === null ? `${site.name}: digests` : `${title}: digests` },
      next: nextPath,
      noindex: after !== null,
    },
    children: (
      <>
        <header class="edition-head">
          <p class="kicker">{kicker}</p>
          <h1>{title}</h1>
          <div class="intro">
            <p>
              {subscribeTo === null
                ? 'Every issue that came out of the site’s own lists, newest first.'
                : 'Every issue that came out of this list, newest first.'}
            </p>
          </div>
        </header>
        <div class="with-rail">
          <div>
            {issues.length === 0 ? (
              <div class="blank">
                <p>
                  {after === null
                    ? 'No issue has come out yet. The first comes with the next morning after new papers.'
                    : 'There are no earlier issues.'}
                </p>
              </div>
            ) : (
              [...days].map(([day, ofDay]) => (
                <section class="issue-day" aria-labelledby={`day-${day}`}>
                  <h2 id={`day-${day}`}>
                    <time datetime={day}>{longDay(day)}</time>
                  </h2>
                  <ul class="issue-list">
                    {ofDay.map((read) => (
                      <li>
                        <IssueLine read={read} day={day} isOfAll={subscribeTo === null} />
                      </li>
                    ))}
                  </ul>
                </section>
              ))
            )}
            {(nextPath !== null || after !== null) && (
              <nav class="pager" aria-label="Pages">
                {after !== null && <a href={path}>Back to the first page</a>}
                {nextPath !== null && (
                  <a class="pager-next" href={nextPath} rel="next">
                    Earlier issues
                  </a>
                )}
              </nav>
            )}
          </div>
          <aside class="rail" aria-label="About the digests">
            <ByEmail list={subscribeTo} />
            <FeedLinks
              path={path}
              list={null}
              files={null}
              intro="Follow these issues in your feed reader:"
            />
          </aside>
        </div>
      </>
    ),
  })
}

/** Where a list can be had by email. */
function ByEmail({ list }: { list: string | null }) {
  return (
    <section class="box">
      <h2>By email</h2>
      <p>
        Get {list === null ? 'the front page, a topic or a search' : 'this list'} by email, every day, week or
        month. You need no account.
      </p>
      <ul class="inline">
        <li>
          <a href={list === null ? '/subscribe' : `/subscribe?list=${encodeURIComponent(list)}`}>Subscribe</a>
        </li>
      </ul>
    </section>
  )
}

function IssueLine({
  read: { archived, issue },
  day,
  isOfAll,
}: {
  read: ReadIssue
  /** Under which it is listed. */
  day: string
  isOfAll: boolean
}) {
  const [top] = issue.papers
  const more = issue.papers.length - 1
  const { list, every, period } = archived
  // The day is in the heading.
  const what = every === 'day' && period === day ? 'daily' : periodInWords(period)
  return (
    <>
      <p class="issue-series">
        {isOfAll && (
          <>
            <a href={archivePath(list)}>{issue.list.title}</a>,{' '}
          </>
        )}
        {isOfAll ? what : `${what.charAt(0).toUpperCase()}${what.slice(1)}`}
      </p>
      <h3 dir="auto">
        <a href={archived.path}>{top?.title}</a>
      </h3>
      {more > 0 && <p class="issue-others">and {more === 1 ? '1 more paper' : `${more} more papers`}</p>}
    </>
  )
}

async function showIssue(site: Site, c: Context, { archived, issue }: ReadIssue): Promise<Response> {
  const { previous, next } = await archiveNeighbours(site.db, archived)
  pageShows(c, ['digests', ...partsOf(issue)])
  const { list, when, papers, total } = issue
  const count = papers.length === 1 ? '1 paper' : `${papers.length} papers`
  return c.html(
    renderPage(site, {
      isBroad: true,
      head: {
        title: `${list.title}, ${when}`,
        description: papers
          .slice(0, 3)
          .map(({ title }) => title)
          .join(' · '),
        path: archived.path,
        feeds: { path: archivePath(archived.list), title: `${list.title}: digests` },
        openGraphType: 'article',
        ...(previous && { previous: previous.path }),
        ...(next && { next: next.path }),
      },
      children: (
        <>
          <header class="edition-head">
            <p class="kicker">
              <a href={archivePath(archived.list)}>{list.title}</a>, {DIGESTS[archived.every].toLowerCase()}
            </p>
            <h1>{when}</h1>
            <p class="edition-count">
              {count}
              {total > papers.length && ` of ${total.toLocaleString('en-GB')}`}
            </p>
            <Walk previous={previous} next={next} />
          </header>
          <div class="with-rail">
            <IssueArticle issue={issue} />
            <aside class="rail" aria-label="About this issue">
              <ByEmail list={archived.list} />
              <FeedLinks
                path={archivePath(archived.list)}
                list={null}
                files={null}
                intro="Follow these issues in your feed reader:"
              />
              <section class="box">
                <h2>About this issue</h2>
                <p>
                  The papers and their reasons are those that went out by email. What is said of each paper is
                  what is known now: titles may have been corrected since.
                </p>
              </section>
            </aside>
          </div>
        </>
      ),
    }),
  )
}

/** Links to the issues of the same series before and after. */
function Walk({ previous, next }: { previous: ArchivedIssue | null; next: ArchivedIssue | null }) {
  if (!previous && !next) return null
  return (
    <nav class="walk" aria-label="Issues">
      {previous ? (
        <a href={previous.path} rel="prev">
          ← {periodInWords(previous.period)}
        </a>
      ) : (
        <span class="walk-end">The first issue</span>
      )}
      {next ? (
        <a href={next.path} rel="next">
          {periodInWords(next.period)} →
        </a>
      ) : (
        <span class="walk-end">The latest issue</span>
      )}
    </nav>
  )
}

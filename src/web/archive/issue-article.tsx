import { raw } from 'hono/html'
import type { Issue, IssuePaper } from '../../digests/issue.ts'

/** What an issue of a digest says, as a page: the same data that its email is made of. */
export function IssueArticle({ issue }: { issue: Issue }) {
  const { notes, head, papers, total, list, site } = issue
  const [top, ...others] = papers
  return (
    <div class="issue">
      {notes.map((note) => (
        <p class="issue-note">{note}</p>
      ))}
      {head !== null && (
        <section class="head-note" aria-label="A note from the curators">
          <div class="comment-body" dir="auto">
            {raw(head.html)}
          </div>
          <p class="head-by">{head.by === null ? 'A former curator' : <b>{head.by}</b>}, curator</p>
        </section>
      )}
      {top === undefined ? (
        <p class="blank">The papers of this issue are no longer here.</p>
      ) : (
        <ol class="entries ranked led issue-papers">
          <li>
            <TopStory paper={top} origin={site.origin} />
          </li>
          {others.map((paper) => (
            <li>
              <Story paper={paper} origin={site.origin} />
            </li>
          ))}
        </ol>
      )}
      {total > papers.length && (
        <p class="issue-more">
          <a href={within(list.url, site.origin)}>See all {total.toLocaleString('en-GB')} papers</a>
        </p>
      )}
    </div>
  )
}

function TopStory({ paper, origin }: { paper: IssuePaper; origin: string }) {
  const { picture, keySentence, summary, title, url } = paper
  return (
    <article class="entry">
      {picture !== null && (
        <figure class="issue-picture picture">
          <a href={within(url, origin)} tabindex={-1} aria-hidden="true">
            <img
              src={within(picture.url, origin)}
              width={picture.width}
              height={picture.height}
              alt={`Figure from “${title}”`}
              decoding="async"
            />
          </a>
          {picture.caption !== '' && <figcaption dir="auto">{picture.caption}</figcaption>}
        </figure>
      )}
      <Head paper={paper} origin={origin} />
      {keySentence !== null && !summary?.includes(keySentence) && (
        <p class="standfirst" dir="auto">
          {keySentence}
        </p>
      )}
      <Summary paper={paper} />
      <Foot paper={paper} origin={origin} />
    </article>
  )
}

function Story({ paper, origin }: { paper: IssuePaper; origin: string }) {
  return (
    <article class="entry">
      <Head paper={paper} origin={origin} />
      <Summary paper={paper} />
      <Foot paper={paper} origin={origin} />
    </article>
  )
}

function Head({ paper: { title, url, by, reason }, origin }: { paper: IssuePaper; origin: string }) {
  return (
    <>
      <h2 class="entry-title" dir="auto">
        <a href={within(url, origin)}>{title}</a>
      </h2>
      {by !== '' && (
        <p class="byline" dir="auto">
          {by}
        </p>
      )}
      {reason !== '' && <p class="issue-reason">{reason}</p>}
    </>
  )
}

/** A summary, with its key sentence in bold where it has it. */
function Summary({ paper: { summary, keySentence } }: { paper: IssuePaper }) {
  if (summary === null) return null
  const at = keySentence === null ? -1 : summary.indexOf(keySentence)
  const end = at + (keySentence?.length ?? 0)
  return (
    <p class="lede" dir="auto">
      {at < 0 ? (
        summary
      ) : (
        <>
          {summary.slice(0, at)}
          <strong>{summary.slice(at, end)}</strong>
          {summary.slice(end)}
        </>
      )}
    </p>
  )
}

function Foot({
  paper: { warnings, topic, published, links },
  origin,
}: {
  paper: IssuePaper
  origin: string
}) {
  return (
    <ul class="facts">
      {warnings.map((warning) => (
        <li class="withdrawn">{warning}</li>
      ))}
      {topic !== '' && (
        <li>
          <a href={`/topics/${encodeURIComponent(topic)}`}>{topic}</a>
        </li>
      )}
      {published !== null && <li>{published}</li>}
      {links
        .filter(({ url }) => /^https?:\/\//i.test(url))
        .map(({ name, url }) => (
          <li>
            <a href={within(url, origin)}>{name}</a>
          </li>
        ))}
    </ul>
  )
}

/** An address of this site from its root, so that a page works at whatever host it is read; others as they are. */
function within(url: string, origin: string): string {
  return origin !== '' && url.startsWith(`${origin}/`) ? url.slice(origin.length) : url
}

import { raw } from 'hono/html'
import { addressPath } from '../../papers/identifiers.ts'
import { nameKey } from '../../papers/names.ts'
import type { Author } from '../../papers/harvested-paper.ts'
import type { Paper } from '../../papers/paper.ts'
import { excerpt } from '../../papers/excerpt.ts'
import { typeset } from '../../papers/typeset.ts'
import type { Passage } from '../../search/passages.ts'
import { NO_MARKS, type Marks } from '../../shelves/marks.ts'
import type { Site } from '../site.ts'
import { Places } from './places.tsx'
import { htmlOf, rememberTexts } from './remember.ts'
import { VoteForm } from './vote-form.tsx'
import { Published } from './when.tsx'

/** Source characters of an abstract that stand in a list. */
const EXCERPT_LENGTH = 420
const AUTHORS_SHOWN = 4

/**
 * A paper as it stands in a list: title, authors, synopsis or the beginning of the abstract, and where to go. Where a
 * search found it, the passage that has the words stands instead of the beginning, and `nearBy` is the cosine of its
 * meaning and the query's when it was found by that alone.
 */
export function Entry({
  site,
  paper,
  passage = null,
  nearBy = null,
  marks = NO_MARKS,
  back,
}: {
  site: Site
  paper: Paper
  passage?: Passage | null
  nearBy?: number | null
  /** What the reader has done with it. */
  marks?: Marks
  /** The address of the list it stands in. */
  back: string
}) {
  const path = addressPath(paper.address)
  const anchor = `p${paper.id}`
  if (marks.notForMe.has(paper.id)) return <NotForMe paper={paper} anchor={anchor} back={back} />
  const html = paperHtml(paper)
  return (
    <article class="entry" id={anchor} data-recorded={paper.recordedAt.toISOString()}>
      <VoteForm site={site} paper={paper} voted={marks.voted.has(paper.id)} back={`${back}#${anchor}`} />
      {raw(html.top)}
      {passage ? <MarkedPassage passage={passage} /> : raw(html.lede)}
      <ul class="facts">
        {paper.withdrawn && <li class="withdrawn">Withdrawn</li>}
        {nearBy !== null && (
          <li
            class="by-meaning"
            title={`Does not have all of these words, but is close in meaning (${nearBy.toFixed(2)} out of 1)`}
          >
            By meaning
          </li>
        )}
        {paper.published && (
          <li>
            <Published site={site} published={paper.published} short />
          </li>
        )}
        {raw(html.places)}
        {paper.commentCount > 0 && (
          <li>
            <a href={`${path}#comments`}>
              {paper.commentCount === 1 ? '1 comment' : `${paper.commentCount} comments`}
            </a>
          </li>
        )}
        {paper.pickCount > 0 && <li class="picked">Curators’ pick</li>}
        {marks.saved.has(paper.id) && (
          <li>
            <a href="/reading-list">On your reading list</a>
          </li>
        )}
      </ul>
    </article>
  )
}

/** Some thousands of papers, as they stand on the lists that are read. */
const REMEMBERED_BYTES = 8_000_000

const remembered = rememberTexts<{ top: string; lede: string; places: string }>({
  maxBytes: REMEMBERED_BYTES,
})

/** What stands in an entry whoever looks, and when: most of the work of a list is to make it. */
function paperHtml(paper: Paper) {
  return remembered(`${paper.uuid} ${paper.revision}`, () => ({
    top: htmlOf(<TitleAndAuthors paper={paper} />),
    lede: htmlOf(<Lede paper={paper} />),
    places: htmlOf(<Places paper={paper} />),
  }))
}

function TitleAndAuthors({ paper }: { paper: Paper }) {
  const path = addressPath(paper.address)
  return (
    <>
      <h2 class="entry-title">
        <a href={path}>{raw(typeset(paper.title, { links: false }))}</a>
      </h2>
      {paper.authors.length > 0 && (
        <p class="byline">
          <AuthorLinks
            authors={paper.authors}
            truncated={paper.authorsTruncated}
            shown={AUTHORS_SHOWN}
            restPath={`${path}#authors`}
          />
        </p>
      )}
    </>
  )
}

/** A paper that its reader did not want to see: one line, and the way back. */
function NotForMe({ paper, anchor, back }: { paper: Paper; anchor: string; back: string }) {
  const path = addressPath(paper.address)
  return (
    <article class="entry not-for-me" id={anchor} data-recorded={paper.recordedAt.toISOString()}>
      <h2 class="entry-title">
        <a href={path}>{raw(typeset(paper.title, { links: false }))}</a>
      </h2>
      <form method="post" action={`${path}/not-for-me`}>
        <input type="hidden" name="back" value={`${back}#${anchor}`} />
        <p>
          You marked this paper “Not for me”.{' '}
          <button type="submit" name="not-for-me" value="0" class="link-button">
            Show again
          </button>
        </p>
      </form>
    </article>
  )
}

/** What a list shows of a paper's content: its synopsis, else the beginning of its abstract, else nothing. */
function Lede({ paper: { synopsis, abstract } }: { paper: Paper }) {
  if (synopsis === null && abstract === null) return <></>
  const text = synopsis ?? excerpt(abstract ?? '', EXCERPT_LENGTH)
  return <p class="lede">{raw(typeset(text, { links: false }))}</p>
}

/** A passage with the words that were looked for marked. */
function MarkedPassage({ passage: { text, marks } }: { passage: Passage }) {
  return (
    <p class="lede">
      {marks.map(({ start, end }, i) => (
        <>
          {text.slice(marks[i - 1]?.end ?? 0, start)}
          <mark>{text.slice(start, end)}</mark>
        </>
      ))}
      {text.slice(marks.at(-1)?.end ?? 0)}
    </p>
  )
}

/** Authors as links to the papers under their names; after `shown` of them, how many more there are. */
export function AuthorLinks({
  authors,
  truncated = false,
  shown = authors.length,
  restPath,
}: {
  authors: Author[]
  truncated?: boolean
  shown?: number
  restPath?: string
}) {
  // One name more takes no more room than "and 1 other".
  const cut = authors.length > shown + 1 ? shown : authors.length
  return (
    <>
      {authors.slice(0, cut).map((author, i) => (
        <>
          {i > 0 && ', '}
          <AuthorLink author={author} />
        </>
      ))}
      {cut < authors.length && (
        <>
          {' '}
          <a class="more" href={restPath}>
            and {truncated ? 'others' : `${authors.length - cut} others`}
          </a>
        </>
      )}
    </>
  )
}

/** To the page of a person known by ORCID, else of a name; a name without letters has none. */
function AuthorLink({ author: { name, orcid } }: { author: Author }) {
  const key = orcid ?? nameKey(name)
  return key === '' ? <>{name}</> : <a href={`/authors/${encodeURIComponent(key)}`}>{name}</a>
}

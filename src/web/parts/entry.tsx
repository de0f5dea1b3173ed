import { raw } from 'hono/html'
import { toCoins } from '../../papers/export/coins.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { nameKey } from '../../papers/names.ts'
import type { Author } from '../../papers/harvested-paper.ts'
import { andOthers } from '../../papers/others.ts'
import { warningsOf } from '../../papers/notices.ts'
import type { Paper } from '../../papers/paper.ts'
import { excerpt } from '../../papers/excerpt.ts'
import { typeset } from '../../papers/typeset.ts'
import type { CountedElsewhere } from '../../ranking/counted-elsewhere.ts'
import type { Passage } from '../../search/passages.ts'
import type { Picture } from '../../pictures/pictures.ts'
import { NO_MARKS, type Marks } from '../../shelves/marks.ts'
import { PictureImage } from '../pictures/show.tsx'
import type { Site } from '../site.ts'
import { Places } from './places.tsx'
import { htmlOf, rememberTexts } from './remember.ts'
import { VoteForm } from './vote-form.tsx'
import { Published } from './when.tsx'
import { Why } from './why.tsx'

/** How many characters of an abstract's source a list shows for its first stories. */
const EXCERPT_LENGTH = 420
/** How many characters of a synopsis or an abstract it shows for the others. */
const SHORT_LENGTH = 190
const AUTHORS_SHOWN = 4
const INSTITUTIONS_SHOWN = 2

/**
 * A paper in a list: title, authors, synopsis or the beginning of the abstract, why it is there, links, and what a
 * reader can do with it. In search results the passage with the words replaces the beginning; `nearBy` is the cosine
 * similarity of its meaning and the query's if it was found by meaning alone.
 */
export function Entry({
  site,
  paper,
  passage = null,
  nearBy = null,
  marks = NO_MARKS,
  elsewhere = [],
  isLead = false,
  hasActs = true,
  picture = null,
  back,
}: {
  site: Site
  paper: Paper
  passage?: Passage | null
  nearBy?: number | null
  /** What the viewer has done with it. */
  marks?: Marks
  /** What is counted for it elsewhere. */
  elsewhere?: readonly CountedElsewhere[]
  /** Whether it is one of the first stories, which show more of what they say. */
  isLead?: boolean
  /** Whether it can be saved and marked “Not for me” here. */
  hasActs?: boolean
  picture?: Picture | null
  /** The address of its list. */
  back: string
}) {
  const path = addressPath(paper.address)
  const anchor = `p${paper.id}`
  if (marks.notForMe.has(paper.id)) return <NotForMe paper={paper} anchor={anchor} back={back} />
  const html = paperHtml(site, paper)
  return (
    <article class="entry" id={anchor} data-recorded={paper.recordedAt.toISOString()}>
      <VoteForm site={site} paper={paper} voted={marks.voted.has(paper.id)} back={`${back}#${anchor}`} />
      {raw(html.top)}
      {picture ? (
        <div class="told">
          <a class="picture" href={path} tabindex={-1} aria-hidden="true">
            <PictureImage picture={picture} isEager={isLead} />
          </a>
          {raw(isLead ? html.lede : html.short)}
        </div>
      ) : passage ? (
        <MarkedPassage passage={passage} />
      ) : (
        raw(isLead ? html.lede : html.short)
      )}
      <Why paper={paper} elsewhere={elsewhere} />
      <div class="foot">
        <ul class="facts">
          {warningsOf(paper).map((warning) => (
            <li class="withdrawn">{warning}</li>
          ))}
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
        </ul>
        {hasActs && <Acts path={path} back={`${back}#${anchor}`} isSaved={marks.saved.has(paper.id)} />}
      </div>
    </article>
  )
}

/** What a reader can do with a paper besides voting. `public/paper-acts.ts` has the same labels. */
function Acts({ path, back, isSaved }: { path: string; back: string; isSaved: boolean }) {
  return (
    <div class="acts">
      <form method="post" action={`${path}/save`}>
        <input type="hidden" name="back" value={back} />
        <button type="submit" name="save" value={isSaved ? '0' : '1'} class="link-button">
          {isSaved ? 'Remove from reading list' : 'Save'}
        </button>
      </form>
      <form method="post" action={`${path}/not-for-me`}>
        <input type="hidden" name="back" value={back} />
        <button type="submit" name="not-for-me" value="1" class="link-button">
          Not for me
        </button>
      </form>
    </div>
  )
}

/** A cache of some thousands of papers, as shown in the most-read lists. */
const REMEMBERED_BYTES = 8_000_000

const remembered = rememberTexts<{ top: string; lede: string; short: string; places: string }>({
  maxBytes: REMEMBERED_BYTES,
})

/** The part of an entry that is the same for every viewer, and at any time: most of the work of rendering a list. */
function paperHtml({ origin }: Site, paper: Paper) {
  return remembered(`${origin} ${paper.uuid} ${paper.revision}`, () => ({
    top: htmlOf(<TitleAndAuthors paper={paper} url={origin + addressPath(paper.address)} />),
    lede: htmlOf(<Lede paper={paper} />),
    short: htmlOf(<ShortLede paper={paper} />),
    places: htmlOf(<Places paper={paper} />),
  }))
}

function TitleAndAuthors({ paper, url }: { paper: Paper; url: string }) {
  const path = addressPath(paper.address)
  return (
    <>
      <h2 class="entry-title">
        <a href={path}>{raw(typeset(paper.title, { links: false }))}</a>
        <span class="Z3988" title={toCoins(paper, { url })} />
      </h2>
      {paper.authors.length > 0 && (
        <p class="byline">
          <AuthorsInBrief paper={paper} shown={AUTHORS_SHOWN} />
          <Institutions authors={paper.authors} />
        </p>
      )}
    </>
  )
}

/** Where the authors work, in their order, as far as sources say. */
function Institutions({ authors }: { authors: Author[] }) {
  const names = [...new Set(authors.flatMap(({ affiliation }) => affiliation ?? []))]
  if (names.length === 0) return null
  // One more takes no more room than “and 1 other”.
  const cut = names.length > INSTITUTIONS_SHOWN + 1 ? INSTITUTIONS_SHOWN : names.length
  return (
    <span class="institutions">
      {names.slice(0, cut).join('; ')}
      {cut < names.length && ` and ${names.length - cut} others`}
    </span>
  )
}

/** A paper the reader marked “Not for me”: one line, and a button to show it again. */
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

/** As much of that as the stories after the first ones show. */
function ShortLede({ paper: { synopsis, abstract } }: { paper: Paper }) {
  const text = excerpt(synopsis ?? abstract ?? '', SHORT_LENGTH)
  return text === '' ? <></> : <p class="lede">{raw(typeset(text, { links: false }))}</p>
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

/** The first authors of a paper, and how many more there are. */
export function AuthorsInBrief({ paper, shown }: { paper: Paper; shown: number }) {
  const { authors } = paper
  // One more name takes no more room than “and 1 other”.
  const cut = authors.length > shown + 1 ? shown : authors.length
  const others = andOthers(paper, authors.length - cut)
  return (
    <>
      <AuthorLinks authors={authors.slice(0, cut)} />
      {others !== '' && ' '}
      {cut < authors.length ? (
        <a class="more" href={`${addressPath(paper.address)}#authors`}>
          {others}
        </a>
      ) : (
        others
      )}
    </>
  )
}

/** Authors as links to the papers under their names. */
export function AuthorLinks({ authors }: { authors: Author[] }) {
  return (
    <>
      {authors.map((author, i) => (
        <>
          {i > 0 && ', '}
          <AuthorLink author={author} />
        </>
      ))}
    </>
  )
}

/** A link to the page of a person with an ORCID, or else of a name; none for a name without letters. */
function AuthorLink({ author: { name, orcid } }: { author: Author }) {
  const key = orcid ?? nameKey(name)
  return key === '' ? <>{name}</> : <a href={`/authors/${encodeURIComponent(key)}`}>{name}</a>
}

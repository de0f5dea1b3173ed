import { html, raw } from 'hono/html'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { marksOf, NO_MARKS, type Marks } from '../../shelves/marks.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'
import { Entry } from './entry.tsx'
import { relativeTo } from './dates.ts'
import { htmlOf, rememberTexts } from './remember.ts'

/**
 * The papers of a list as HTML, made in turns: together they take longer than the event loop may stand still. `back` is
 * the address of the list.
 */
export async function renderEntries(
  site: Site,
  papers: Paper[],
  { back }: { back: string },
): Promise<string[]> {
  const marks = await marksFor(
    site,
    papers.map(({ id }) => id),
  )
  const escaped = htmlOf(html`${back}`)
  return mapInTurns(papers, (paper) => {
    if (marks.notForMe.has(paper.id))
      return htmlOf(<Entry site={site} paper={paper} marks={marks} back={back} />)
    const { start, end } = remembered(nameOf(site, paper, marks), () => {
      const entry = htmlOf(<Entry site={site} paper={paper} marks={marks} back={BACK} />)
      const at = entry.indexOf(BACK)
      return { start: entry.slice(0, at), end: entry.slice(at + BACK.length) }
    })
    return start + escaped + end
  })
}

/** Stands for the address of the list, which an entry has once, in its form before all else that it says. */
const BACK = '/\u{E000}'
/** Some thousands of entries; those of papers that many vote for are made anew often, out of what is remembered of papers. */
const REMEMBERED_BYTES = 8_000_000
const remembered = rememberTexts<{ start: string; end: string }>({ maxBytes: REMEMBERED_BYTES })

/** All that an entry hangs on, but for the address of its list. */
function nameOf({ viewer, timeZone, now }: Site, paper: Paper, marks: Marks): string {
  const { published } = paper
  return [
    paper.uuid,
    paper.revision,
    paper.votes,
    paper.commentCount,
    paper.pickCount,
    viewer !== null,
    marks.voted.has(paper.id),
    marks.saved.has(paper.id),
    published?.precision === 'time' && relativeTo(new Date(published.value), now()),
    timeZone,
  ].join(' ')
}

/** What the reader who looks has done with papers; nothing for who is not signed in. */
export async function marksFor({ db, viewer }: Site, paperIds: number[]): Promise<Marks> {
  return viewer ? marksOf(db, { readerId: viewer.reader.id, paperIds }) : NO_MARKS
}

/** A list of papers, from `renderEntries`; with `rankFrom` numbered from there on. */
export function Entries({ entries, rankFrom }: { entries: string[]; rankFrom?: number | undefined }) {
  return (
    <paper-list>
      <ol class={rankFrom === undefined ? 'entries' : 'entries ranked'} start={rankFrom}>
        {entries.map((entry) => (
          <li>{raw(entry)}</li>
        ))}
      </ol>
    </paper-list>
  )
}

/** The way on from a page of a list, and back to its beginning. */
export function Pager({ path, next, first }: { path: string; next: string | null; first: boolean }) {
  if (!next && first) return null
  return (
    <nav class="pager" aria-label="Pages">
      {!first && <a href={path}>Back to the first page</a>}
      {next && (
        <a class="pager-next" href={next} rel="next">
          More papers
        </a>
      )}
    </nav>
  )
}

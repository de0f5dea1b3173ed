import { html, raw } from 'hono/html'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { marksOf, NO_MARKS, type Marks } from '../../shelves/marks.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'
import { Entry } from './entry.tsx'
import { relativeTo } from './dates.ts'
import { htmlOf, rememberTexts } from './remember.ts'

/**
 * The papers of a list as HTML, rendered in turns: all at once would block the event loop for too long. `back` is the
 * address of the list.
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

/** Placeholder for the address of the list, which appears once in each entry, before anything a source says. */
const BACK = '/\u{E000}'
/**
 * A cache of some thousands of entries. Those of papers with many votes are rendered again often, from the cached parts
 * of their papers.
 */
const REMEMBERED_BYTES = 8_000_000
const remembered = rememberTexts<{ start: string; end: string }>({ maxBytes: REMEMBERED_BYTES })

/** Everything an entry depends on, except the address of its list. */
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

/** What the viewer has done with papers; nothing for people who are not signed in. */
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

/** Links to the next page of a list and back to its first. */
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

import { randomUUID } from 'node:crypto'
import { html, raw } from 'hono/html'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { marksOf, NO_MARKS, type Marks } from '../../shelves/marks.ts'
import type { Paper } from '../../papers/paper.ts'
import { countedElsewhereOf, type CountedElsewhere } from '../../ranking/counted-elsewhere.ts'
import { picturesOf, type Picture } from '../../pictures/pictures.ts'
import type { Site } from '../site.ts'
import { Entry } from './entry.tsx'
import { relativeTo } from './dates.ts'
import { htmlOf, rememberTexts } from './remember.ts'

/** The stories at the head of a list that show more of what they say than the others. */
export const LEADS = 2

/** The first stories of a list that can have pictures. */
const PICTURED = 6
const NO_PICTURES = new Map<number, Picture>()

/**
 * The papers of a list as HTML, rendered in turns: all at once would block the event loop for too long. `back` is the
 * address of the list; the first `leads` papers say more than the others.
 */
export async function renderEntries(
  site: Site,
  papers: Paper[],
  {
    back,
    leads = 0,
    hasActs = true,
    hasPictures = false,
  }: { back: string; leads?: number; hasActs?: boolean; hasPictures?: boolean },
): Promise<string[]> {
  const ids = papers.map(({ id }) => id)
  const [marks, counts, pictures] = await Promise.all([
    marksFor(site, ids),
    countedElsewhereOf(site.db, ids),
    site.pictures && hasPictures ? picturesOf(site.db, ids.slice(0, PICTURED)) : NO_PICTURES,
  ])
  const escaped = htmlOf(html`${back}`)
  const places = papers.map((paper, i) => ({ paper, isLead: i < leads }))
  return mapInTurns(places, ({ paper, isLead }) => {
    if (marks.notForMe.has(paper.id))
      return htmlOf(<Entry site={site} paper={paper} marks={marks} back={back} />)
    const elsewhere = counts.get(paper.id) ?? []
    const shown = { elsewhere, isLead, hasActs, picture: pictures.get(paper.id) ?? null }
    const { entry } = remembered(nameOf(site, paper, { marks, ...shown }), () => ({
      entry: htmlOf(<Entry site={site} paper={paper} marks={marks} {...shown} back={BACK} />),
    }))
    return entry.replaceAll(BACK, () => escaped)
  })
}

/** Placeholder for the address of the list: nothing that a source says is the same. */
const BACK = `/${randomUUID()}`
/**
 * A cache of some thousands of entries. Those of papers with many votes are rendered again often, from the cached parts
 * of their papers.
 */
const REMEMBERED_BYTES = 8_000_000
const remembered = rememberTexts<{ entry: string }>({ maxBytes: REMEMBERED_BYTES })

/** Everything an entry depends on, except the address of its list. */
function nameOf(
  { viewer, timeZone, now, origin }: Site,
  paper: Paper,
  {
    marks,
    elsewhere,
    isLead,
    hasActs,
    picture,
  }: {
    marks: Marks
    elsewhere: CountedElsewhere[]
    isLead: boolean
    hasActs: boolean
    picture: Picture | null
  },
): string {
  const { published } = paper
  return [
    origin,
    paper.uuid,
    paper.revision,
    paper.votes,
    paper.commentCount,
    paper.pickCount,
    viewer !== null,
    marks.voted.has(paper.id),
    marks.saved.has(paper.id),
    isLead,
    hasActs,
    picture?.digest,
    ...elsewhere.map(({ kind, origin, total }) => `${kind} ${origin} ${total}`),
    published?.precision === 'time' && relativeTo(new Date(published.value), now()),
    timeZone,
  ].join(' ')
}

/** What the viewer has done with papers; nothing for people who are not signed in. */
export async function marksFor({ db, viewer }: Site, paperIds: number[]): Promise<Marks> {
  return viewer ? marksOf(db, { readerId: viewer.reader.id, paperIds }) : NO_MARKS
}

/** A first paper that stands there whatever its rank (null: it is on a later page). */
export type TopStory = { rank: number | null }

/**
 * A list of papers, from `renderEntries`; with `rankFrom` numbered from there on, and led by the first of all. Where that
 * one is a `topStory`, the others keep the ranks that they have without it.
 */
export function Entries({
  entries,
  rankFrom,
  topStory = null,
}: {
  entries: string[]
  rankFrom?: number | undefined
  topStory?: TopStory | null
}) {
  const kind = rankFrom === undefined ? '' : rankFrom === 1 ? ' ranked led' : ' ranked'
  const [top, ...others] = entries
  if (topStory !== null && top !== undefined && rankFrom !== undefined) {
    const topRank = topStory.rank ?? Infinity
    return (
      <paper-list>
        <ol class={`entries${kind}`}>
          <li class="top-story" value={topStory.rank ?? undefined}>
            <p class="kicker">
              Top story, chosen by curators
              {topStory.rank !== null && <span>, ranked {ordinal(topStory.rank)}</span>}
            </p>
            {raw(top)}
          </li>
          {others.map((entry, i) => {
            const rank = rankFrom + i + (rankFrom + i >= topRank ? 1 : 0)
            return (
              <li value={rank} class={roomFor(rank)}>
                {raw(entry)}
              </li>
            )
          })}
        </ol>
      </paper-list>
    )
  }
  return (
    <paper-list>
      <ol class={`entries${kind}`} start={rankFrom}>
        {entries.map((entry, i) => (
          <li class={rankFrom === undefined ? undefined : roomFor(rankFrom + i)}>{raw(entry)}</li>
        ))}
      </ol>
    </paper-list>
  )
}

const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' })
const ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' }

/** `1st`, `22nd`, `13th` */
function ordinal(rank: number): string {
  return `${rank}${ENDINGS[ORDINALS.select(rank)] ?? 'th'}`
}

/** The class that keeps room for a place of three digits or more where it is on the line of the title. */
function roomFor(rank: number): string | undefined {
  return rank < 100 ? undefined : rank < 1_000 ? 'digits-3' : 'digits-4'
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

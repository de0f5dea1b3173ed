import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'
import { Entry } from './entry.tsx'

/** A list of papers; with `rankFrom` numbered from there on. */
export function Entries({
  site,
  papers,
  rankFrom,
}: {
  site: Site
  papers: Paper[]
  rankFrom?: number | undefined
}) {
  return (
    <paper-list>
      <ol class={rankFrom === undefined ? 'entries' : 'entries ranked'} start={rankFrom}>
        {papers.map((paper) => (
          <li>
            <Entry site={site} paper={paper} />
          </li>
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
      {!first && <a href={path}>Back to the beginning</a>}
      {next && (
        <a class="pager-next" href={next} rel="next">
          More papers
        </a>
      )}
    </nav>
  )
}

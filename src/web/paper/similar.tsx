import { raw } from 'hono/html'
import { addressPath } from '../../papers/identifiers.ts'
import { warningsOf } from '../../papers/notices.ts'
import type { Paper } from '../../papers/paper.ts'
import { typeset } from '../../papers/typeset.ts'
import { SearchAway } from '../../search/engine-client.ts'
import { similarPapers, type SimilarPaper } from '../../search/search.ts'
import { AuthorsInBrief } from '../parts/entry.tsx'
import type { Site } from '../site.ts'

const SHOWN = 6
/** How long a page waits for what is not essential to it. */
const PATIENCE_MS = 500

/** The papers closest in meaning to one; none if there are no vectors, null if search by meaning is unavailable. */
export async function similarTo(site: Site, paper: Paper): Promise<SimilarPaper[] | null> {
  try {
    return await inTime(similarPapers(site.search, { id: paper.id, limit: SHOWN }))
  } catch (error) {
    if (!(error instanceof SearchAway)) {
      site.log.warn(
        { paper: paper.address, error: (error as Error).message },
        'no similar papers could be found',
      )
    }
    return null
  }
}

/** The answer, or null when it takes too long. */
async function inTime<T>(answer: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, null)
  })
  // If nobody waits for it any more, its failure does not matter.
  answer.catch(() => {})
  try {
    return await Promise.race([answer, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** Similar papers as a section of a paper's page. */
export function SimilarPapers({ paper, similar }: { paper: Paper; similar: SimilarPaper[] }) {
  if (similar.length === 0) return null
  return (
    <section class="similar" aria-labelledby="similar">
      <h2 id="similar">Similar papers</h2>
      <ul>
        {similar.map(({ paper: other }) => (
          <li>
            <a class="similar-title" href={addressPath(other.address)}>
              {raw(typeset(other.title, { links: false }))}
            </a>
            <p class="byline">
              {warningsOf(other).map((warning) => (
                <>
                  <span class="withdrawn">{warning}</span>
                  {' · '}
                </>
              ))}
              <AuthorsInBrief paper={other} shown={2} />
              {other.authors.length > 0 && other.published && ', '}
              {other.published?.value.slice(0, 4)}{' '}
              <span class="why-near">
                ·{' '}
                <a href={explainPath(paper, other)}>
                  Why?<span class="vh"> What they have in common</span>
                </a>
              </span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The page that says what two papers have in common. */
export function explainPath(a: Paper, b: Paper): string {
  return `/papers/explain?${new URLSearchParams({ a: a.address, b: b.address }).toString()}`
}

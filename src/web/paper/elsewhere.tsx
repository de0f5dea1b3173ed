import type { Context } from 'hono'
import { raw } from 'hono/html'
import { countWithin, RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { isKeptBack } from '../../moderation/submission-lists.ts'
import type { HarvestedPaper } from '../../papers/harvested-paper.ts'
import { addressPath, paperAddress, type PaperIdentifier } from '../../papers/identifiers.ts'
import { plainText } from '../../papers/plain-text.ts'
import { typeset, typesetAbstract } from '../../papers/typeset.ts'
import { lookUp } from '../../sources/look-up.ts'
import { renderPage } from '../layout.tsx'
import { clientAddress } from '../sign-in/client-address.ts'
import type { Site } from '../site.ts'

/** Whoever opens the page waits no longer for another site. */
const PATIENCE_MS = 8_000

/**
 * What arXiv says of a paper that is not here, asked once and then remembered for a day; null where it knows none, does
 * not answer in time, or was asked too often from there. Only arXiv itself is asked: DOIs can lead anywhere.
 */
export async function foundElsewhere(
  site: Site,
  c: Context,
  identifier: PaperIdentifier,
): Promise<HarvestedPaper | null> {
  // What curators have kept back is not shown here by another way.
  if (identifier.scheme !== 'arxiv' || (await isKeptBack(site.db, identifier))) return null
  const counted = await countWithin(site.db, {
    limit: RATE_LIMITS.lookUp,
    of: clientAddress(site, c),
    now: site.now(),
  })
  if (!counted.ok) return null
  const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(PATIENCE_MS)])
  try {
    const found = await lookUp(site.db, identifier, { sources: site.sources, now: site.now, signal })
    return found.ok ? found.paper : null
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}

/** A paper as arXiv describes it, which is not on this site: whoever wants it here can submit it. */
export function elsewherePage(site: Site, paper: HarvestedPaper) {
  const [identifier] = paper.identifiers
  const path = addressPath(paperAddress(identifier))
  const authors = paper.authors ?? []
  return renderPage(site, {
    head: { title: plainText(paper.title), description: 'Not on this site yet.', path, noindex: true },
    children: (
      <article class="paper">
        <header class="paper-head">
          <p class="kicker">At arXiv</p>
          <h1>{raw(typeset(paper.title))}</h1>
          {authors.length > 0 && (
            <p class="byline">
              {authors
                .slice(0, 25)
                .map(({ name }) => name)
                .join(', ')}
              {authors.length > 25 && ' and others'}
            </p>
          )}
          <p class="notice">
            This paper is not on this site yet.{' '}
            <a href={`/papers/submit?paper=${encodeURIComponent(identifier.value)}`}>Submit it</a> to bring it
            here, or{' '}
            <a href={`https://arxiv.org/abs/${identifier.value}`} rel="noopener">
              read it at arXiv
            </a>
            .
          </p>
        </header>
        {paper.abstract !== undefined && (
          <section class="abstract" aria-labelledby="abstract">
            <h2 id="abstract">Abstract</h2>
            {raw(typesetAbstract(paper.abstract))}
          </section>
        )}
      </article>
    ),
  })
}

import type { Context } from 'hono'
import { raw } from 'hono/html'
import { findPaper } from '../../papers/find.ts'
import {
  addressPath,
  parseAddress,
  parseIdentifier,
  type ParsedIdentifier,
} from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'
import { typeset } from '../../papers/typeset.ts'
import { explain, type Explanation } from '../../search/explain.ts'
import { badParameter, notFound } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { AuthorsInBrief } from '../parts/entry.tsx'
import { audienceOf, type Site } from '../site.ts'
import { explainPath } from './similar.tsx'

/** `/papers/explain?a=2412.19723&b=2401.00001`: what two papers have in common, sentence by sentence. */
export function showExplanation(site: Site) {
  return async (c: Context) => {
    const unread = (['a', 'b'] as const).find((name) => identifierAsked(c, name) === null)
    if (unread !== undefined)
      return badParameter(site, c, {
        name: unread,
        reason: `“${unread}” is the identifier of a paper. ${EXAMPLE}`,
      })
    const [a, b] = await Promise.all([paperAt(site, c, 'a'), paperAt(site, c, 'b')])
    if (!a || !b) {
      return notFound(site, c, {
        what: 'One of these papers is not on this site.',
        hint: EXAMPLE,
      })
    }
    if (a.id === b.id) return c.redirect(addressPath(a.address), 302)
    return c.html(explanationPage(site, { a, b, explanation: await explain(site.search, a, b) }))
  }
}

const EXAMPLE = 'Compare two papers like this: /papers/explain?a=2412.19723&b=2501.00001.'

function identifierAsked(c: Context, name: 'a' | 'b'): ParsedIdentifier | null {
  const text = c.req.query(name) ?? ''
  return parseAddress(text) ?? parseIdentifier(text)
}

async function paperAt(site: Site, c: Context, name: 'a' | 'b'): Promise<Paper | null> {
  const parsed = identifierAsked(c, name)
  return parsed && findPaper(site.db, parsed.identifier, { seenBy: audienceOf(site) })
}

function explanationPage(
  site: Site,
  { a, b, explanation }: { a: Paper; b: Paper; explanation: Explanation },
) {
  return renderPage(site, {
    head: {
      title: 'What two papers have in common',
      description: `What “${plainText(a.title)}” and “${plainText(b.title)}” have in common.`,
      path: explainPath(a, b),
      noindex: true,
    },
    children: (
      <article class="comparison">
        <header class="edition-head">
          <p class="kicker">Similar papers</p>
          <h1>What they have in common</h1>
          {explanation.ok && (
            <p class="edition-count" title={inFigures(explanation.similarity)}>
              Overall: {closeness(explanation.similarity).toLowerCase()}
            </p>
          )}
        </header>
        <div class="compared">
          <Compared paper={a} place="First" />
          <Compared paper={b} place="Second" />
        </div>
        {explanation.ok ? <Pairs pairs={explanation.pairs} /> : <Unexplained />}
        <p class="aside">
          <a href={addressPath(a.address)}>Back to the first paper</a>
        </p>
      </article>
    ),
  })
}

function Compared({ paper, place }: { paper: Paper; place: string }) {
  return (
    <section>
      <p class="kicker">{place} paper</p>
      <h2>
        <a href={addressPath(paper.address)}>{raw(typeset(paper.title, { links: false }))}</a>
      </h2>
      {paper.authors.length > 0 && (
        <p class="byline">
          <AuthorsInBrief paper={paper} shown={3} />
        </p>
      )}
    </section>
  )
}

/** The sentences that are closest to each other, side by side. */
function Pairs({ pairs }: { pairs: Extract<Explanation, { ok: true }>['pairs'] }) {
  if (pairs.length === 0) {
    return (
      <p class="notice">
        No sentence in one paper is close to any in the other. They are similar as a whole, or hardly at all.
      </p>
    )
  }
  return (
    <>
      <p class="aside">
        The sentences that are closest in meaning, as judged by the model behind this site’s search.
      </p>
      <ol class="pairs">
        {pairs.map(({ ofA, ofB, similarity }) => (
          <li>
            <p class="closeness" title={inFigures(similarity)}>
              {closeness(similarity)}
            </p>
            <blockquote>
              <span class="pair-of">First paper: </span>
              {ofA}
            </blockquote>
            <blockquote>
              <span class="pair-of">Second paper: </span>
              {ofB}
            </blockquote>
          </li>
        ))}
      </ol>
    </>
  )
}

function Unexplained() {
  return (
    <p class="notice">
      We cannot compare their sentences at the moment: search by meaning is switched off or unavailable.
    </p>
  )
}

/** A cosine in words. */
function closeness(similarity: number): string {
  return SCALE.find(({ from }) => similarity >= from)?.name ?? 'Unrelated'
}

const SCALE = [
  { from: 0.9, name: 'Almost identical' },
  { from: 0.7, name: 'Very close' },
  { from: 0.55, name: 'Close' },
  { from: 0.4, name: 'Related' },
  { from: 0.25, name: 'Loosely related' },
]

function inFigures(similarity: number): string {
  return `${similarity.toFixed(2)} out of 1 (cosine similarity)`
}

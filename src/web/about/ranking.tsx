import type { Context } from 'hono'
import { NEW_FOR_MS } from '../../accounts/reader.ts'
import { HALF_LIFE_MS, WEIGHTS } from '../../ranking/heat.ts'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'

const EVENTS: [event: string, weight: number][] = [
  ['A reader’s vote', WEIGHTS.vote],
  ['A vote from a new account', WEIGHTS.newVote],
  ['A curator’s pick', WEIGHTS.pick],
  ['A reader’s first comment on the paper', WEIGHTS.comment],
  ['An upvote at another site, as imported', WEIGHTS.upvote],
  ['A comment at another site, as imported', WEIGHTS.commentElsewhere],
  ['A new star of its code repository, as imported', WEIGHTS.star],
  ['A new citation, as imported', WEIGHTS.citation],
  ['Last place on another site’s list', WEIGHTS.listing],
  ['First place on another site’s list (places in between count proportionally)', WEIGHTS.listing * 2],
]

/** `/about/ranking` */
export function showRanking(site: Site) {
  const hours = HALF_LIFE_MS / 3_600_000
  const days = NEW_FOR_MS / (24 * 3_600_000)
  return (c: Context) =>
    c.html(
      renderPage(site, {
        head: {
          title: 'How papers are ranked',
          description: 'The formula, weights and half-life we use.',
          path: '/about/ranking',
        },
        children: (
          <article class="prose">
            <header class="edition-head">
              <p class="kicker">About</p>
              <h1>How papers are ranked</h1>
            </header>
            <p>
              Everything that draws attention to a paper is an event with a weight <i>w</i> at a time <i>t</i>
              . Events never change. A paper’s <strong>heat</strong> is the attention it has drawn, with old
              events fading: after {hours} hours (the half-life <i>H</i>), an event counts half as much as a
              new one.
            </p>
            <p class="formula">
              <math display="block">
                <mi>heat</mi>
                <mo>=</mo>
                <msub>
                  <mi>log</mi>
                  <mn>2</mn>
                </msub>
                <munder>
                  <mo>∑</mo>
                  <mi>i</mi>
                </munder>
                <msub>
                  <mi>w</mi>
                  <mi>i</mi>
                </msub>
                <mo>·</mo>
                <msup>
                  <mn>2</mn>
                  <mrow>
                    <mo>(</mo>
                    <msub>
                      <mi>t</mi>
                      <mi>i</mi>
                    </msub>
                    <mo>−</mo>
                    <mi>epoch</mi>
                    <mo>)</mo>
                    <mo>/</mo>
                    <mi>H</mi>
                  </mrow>
                </msup>
              </math>
            </p>
            <p>
              Old events do not shrink; newer events weigh more instead (“forward decay”). The order of papers
              therefore never changes just because time passes: it changes only when something happens.
            </p>
            <DecayPlot />
            <h2>Weights</h2>
            <table>
              <thead>
                <tr>
                  <th scope="col">Event</th>
                  <th scope="col" class="number">
                    Weight
                  </th>
                </tr>
              </thead>
              <tbody>
                {EVENTS.map(([event, weight]) => (
                  <tr>
                    <td>{event}</td>
                    <td class="number">{weight}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p>
              One vote from a trusted reader counts as much as {WEIGHTS.vote / WEIGHTS.upvote} upvotes at
              another site; a vote from a new account counts as much as{' '}
              {WEIGHTS.newVote === WEIGHTS.upvote ? 'one' : WEIGHTS.newVote / WEIGHTS.upvote}.
            </p>
            <h2>How much a vote weighs</h2>
            <p>
              Each reader has one vote for each paper, and can withdraw it at any time. An account is new for{' '}
              {days} days: its votes weigh {WEIGHTS.newVote} instead of {WEIGHTS.vote} in every order, and its
              comments weigh less in the same proportion. It becomes trusted at once when its owner signs in
              with ORCID or when a curator trusts it. A vote keeps the weight it had when it was cast. Authors
              cannot vote for or pick their own papers, and their comments on them add no heat. Suspended
              readers cannot vote. A vote that is withdrawn, by the reader or by a curator, no longer counts:
              both events stay on record and cancel out.
            </p>
            <p>
              A program looks for votes that seem coordinated: groups of accounts that vote together far more
              often than chance would have it, and bursts of votes from new accounts. It only shows them to
              curators. Whatever they do is recorded, with the reason, in the{' '}
              <a href="/moderation">public moderation log</a>.
            </p>
            <h2>How lists are ordered</h2>
            <dl class="orders">
              <dt>Editions, weeks, months</dt>
              <dd>
                By one weighted sum: votes, picks, comments, and the attention papers drew elsewhere, each
                with its weight and without fading. Papers with the same sum are ordered by heat, then newest
                first, then most recently added.
              </dd>
              <dt>
                <a href="/papers/trending">Trending</a>
              </dt>
              <dd>By heat, then most recently added.</dd>
              <dt>
                <a href="/papers/top">Top</a>
              </dt>
              <dd>By the same sum as editions, for all time or for the editions of the days you choose.</dd>
              <dt>
                <a href="/papers/new">New</a>
              </dt>
              <dd>Newest first.</dd>
            </dl>
            <p>
              Each paper’s page shows what its heat is made of, event by event. The people who run this site
              can recalculate everything from the events (<code>broadsheet rank --verify</code>) and must get
              the same result.
            </p>
            <p class="aside">
              Source: G. Cormode, V. Shkapenyuk, D. Srivastava, B. Xu,{' '}
              <cite>Forward Decay: A Practical Time Decay Model for Streaming Systems</cite>, ICDE 2009.
            </p>
          </article>
        ),
      }),
    )
}

const PLOT = { width: 440, height: 200, left: 46, bottom: 44, top: 12, right: 10, days: 10 }

/** How much of an event is left, by days: `2^(−t/H)`. */
function DecayPlot() {
  const x = (day: number) => PLOT.left + (day / PLOT.days) * (PLOT.width - PLOT.left - PLOT.right)
  const y = (share: number) => PLOT.top + (1 - share) * (PLOT.height - PLOT.top - PLOT.bottom)
  const left = (day: number) => 2 ** ((-day * 24 * 3_600_000) / HALF_LIFE_MS)
  const points = Array.from({ length: PLOT.days * 8 + 1 }, (_, i) => i / 8)
  const curve = points.map((day) => `${x(day).toFixed(1)},${y(left(day)).toFixed(1)}`).join(' ')
  const days = Array.from({ length: PLOT.days / 2 + 1 }, (_, i) => i * 2)
  return (
    <figure class="plot">
      <svg
        viewBox={`0 0 ${PLOT.width} ${PLOT.height}`}
        role="img"
        aria-label={`How much an event still counts: half after ${HALF_LIFE_MS / 3_600_000} hours, a quarter after twice as long, and so on.`}
      >
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <>
            <line class="grid" x1={PLOT.left} x2={PLOT.width - PLOT.right} y1={y(share)} y2={y(share)} />
            <text x={PLOT.left - 8} y={y(share) + 4} text-anchor="end">
              {share * 100}%
            </text>
          </>
        ))}
        {days.map((day) => (
          <text x={x(day)} y={PLOT.height - 24} text-anchor="middle">
            {day}
          </text>
        ))}
        <text x={x(PLOT.days / 2)} y={PLOT.height - 7} text-anchor="middle">
          days
        </text>
        <polyline class="curve" points={curve} />
      </svg>
      <figcaption>
        How much an event still counts, compared with a new one, after a number of days.
      </figcaption>
    </figure>
  )
}

import type { Context } from 'hono'
import { NEW_FOR_MS } from '../../accounts/reader.ts'
import { HALF_LIFE_MS, WEIGHTS } from '../../ranking/heat.ts'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'

const EVENTS: [event: string, weight: number][] = [
  ['A reader’s vote', WEIGHTS.vote],
  ['A vote of a new account', WEIGHTS.newVote],
  ['A curator’s pick', WEIGHTS.pick],
  ['A reader’s first comment on the paper', WEIGHTS.comment],
  ['An upvote at another site, as imported', WEIGHTS.upvote],
  ['A new star of its code repository, as imported', WEIGHTS.star],
  ['A new citation, as imported', WEIGHTS.citation],
  ['Standing on another site’s list: last place', WEIGHTS.listing],
  ['Standing on another site’s list: first place (places between in proportion)', WEIGHTS.listing * 2],
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
          description: 'The formula, the weights and the half-life in force.',
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
              . Events are never changed. A paper’s <strong>heat</strong> is its attention with old events
              fading: after {hours} hours (the half-life <i>H</i>) an event counts half as much as a new one.
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
              Instead of shrinking with age, each event’s share grows with its time (“forward decay”), so the
              order of papers never changes merely because time passes: it changes when something happens.
            </p>
            <DecayPlot />
            <h2>Weights in force</h2>
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
            <h2>Whose vote weighs what</h2>
            <p>
              One vote a reader and paper, taken back freely. An account is new for {days} days: its votes
              weigh {WEIGHTS.newVote} instead of {WEIGHTS.vote}, in heat and in the order of editions, and so
              do its comments. It is trusted at once when its owner signs in with ORCID, or when a curator
              says so. What a vote weighed when it was cast it weighs for good. Authors do not vote for, pick
              or heat by comments their own papers; of a suspended reader no vote is taken. What is taken
              back, by whomever, counts no more: both events stay, and cancel out.
            </p>
            <p>
              A program looks for votes that seem arranged: circles of accounts that vote together far more
              than chance, and bursts of new accounts. It only shows them to curators; whatever they do then
              stands in the <a href="/moderation">public moderation log</a> with its reason.
            </p>
            <h2>Orders</h2>
            <dl class="orders">
              <dt>Editions, weeks, months</dt>
              <dd>
                By readers’ votes as they weigh, then heat, then newest first, then the last that came in.
              </dd>
              <dt>
                <a href="/papers/trending">Trending</a>
              </dt>
              <dd>By heat, then the last that came in.</dd>
              <dt>
                <a href="/papers/top">Top</a>
              </dt>
              <dd>
                By the sum of all weights, without fading, of all time or of the papers of a year, month or
                day.
              </dd>
              <dt>
                <a href="/papers/new">New</a>
              </dt>
              <dd>Newest first.</dd>
            </dl>
            <p>
              A paper’s page shows what its heat is made of, event by event. Whoever runs this site can have
              all of it replayed from the events (<code>broadsheet rank --verify</code>); it must come out the
              same.
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

const PLOT = { width: 440, height: 190, left: 46, bottom: 34, top: 12, right: 10, days: 10 }

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
        aria-label={`What an event still counts: half of it after ${HALF_LIFE_MS / 3_600_000} hours, and so on.`}
      >
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <>
            <line class="grid" x1={PLOT.left} x2={PLOT.width - PLOT.right} y1={y(share)} y2={y(share)} />
            <text x={PLOT.left - 8} y={y(share) + 4} text-anchor="end">
              {share * 100} %
            </text>
          </>
        ))}
        {days.map((day) => (
          <text x={x(day)} y={PLOT.height - 14} text-anchor="middle">
            {day}
          </text>
        ))}
        <text x={x(PLOT.days / 2)} y={PLOT.height - 1} text-anchor="middle">
          days
        </text>
        <polyline class="curve" points={curve} />
      </svg>
      <figcaption>How much of an event still counts, beside new ones, after so many days.</figcaption>
    </figure>
  )
}

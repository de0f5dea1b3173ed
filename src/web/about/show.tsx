import type { Context } from 'hono'
import { HALF_LIFE_MS, WEIGHTS } from '../../ranking/heat.ts'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'

/** `/about` */
export function showAbout(site: Site) {
  return (c: Context) =>
    c.html(
      renderPage(site, {
        head: {
          title: `About ${site.name}`,
          description: `What ${site.name} is and how it works.`,
          path: '/about',
        },
        children: (
          <article class="prose">
            <header class="edition-head">
              <p class="kicker">About</p>
              <h1>A front page for research</h1>
            </header>
            <p>
              {site.name} gathers new papers, ranks them by the attention they draw, and lays them out as a
              dated edition: one page a day that you can read to the end.
            </p>
            <h2>Editions</h2>
            <p>
              An edition is a calendar day in the time zone {site.timeZone}. A paper stands in the edition of
              the day on which a page listed it; otherwise in that of the day it was published, or the first
              day of the month or year if no more is known; and if nothing is, in that of the day it came in.
              Days without papers, such as weekends and holidays, lead to the nearest edition.
            </p>
            <h2>Where papers come from</h2>
            <p>
              Every paper’s page says which source gave which fact, and when. Papers that several sources know
              are one paper here, with the best of what each says. Synopses are short summaries in our own
              words; abstracts are their authors’. Both lead to the original.
            </p>
            <h2>Names</h2>
            <p>
              The same name is not the same person. An author’s page lists the papers on which a name stands,
              and says so; where a source gives an ORCID, it lists those of one person.
            </p>
            <h2>Your privacy</h2>
            <p>
              Reading needs no account and sets no cookie. Nothing on these pages comes from anywhere else: no
              trackers, no outside fonts, no outside scripts. What is new since your last visit, and what you
              searched for last, is remembered by your browser alone.
            </p>
            <h2>Ways in</h2>
            <p>
              Every list and every search is also a feed, and every paper can be had as BibTeX, RIS, Markdown
              or JSON: put <code>.bib</code>, <code>.ris</code>, <code>.md</code> or <code>.json</code> after
              its address. An arXiv identifier, a DOI, or the address of either, put after{' '}
              <code>/papers/</code>, leads to its paper.
            </p>
            <p>
              <a href="/about/ranking">How papers are ranked</a> · <a href="/about/search">How to search</a>
            </p>
          </article>
        ),
      }),
    )
}

/** `/about/ranking` */
export function showRanking(site: Site) {
  const hours = HALF_LIFE_MS / 3_600_000
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
                <tr>
                  <td>An upvote at another site, as imported</td>
                  <td class="number">{WEIGHTS.upvote}</td>
                </tr>
                <tr>
                  <td>Standing on another site’s list, last place</td>
                  <td class="number">{WEIGHTS.listing}</td>
                </tr>
                <tr>
                  <td>Standing on another site’s list, first place (places between in proportion)</td>
                  <td class="number">{WEIGHTS.listing * 2}</td>
                </tr>
              </tbody>
            </table>
            <h2>Orders</h2>
            <dl class="orders">
              <dt>Editions, weeks, months</dt>
              <dd>By readers’ votes, then heat, then newest first.</dd>
              <dt>
                <a href="/papers/trending">Trending</a>
              </dt>
              <dd>By heat.</dd>
              <dt>
                <a href="/papers/top">Top</a>
              </dt>
              <dd>By the sum of all weights, without fading.</dd>
              <dt>
                <a href="/papers/new">New</a>
              </dt>
              <dd>Newest first.</dd>
            </dl>
            <p>A paper’s page shows what its heat is made of, event by event.</p>
            <p class="aside">
              Source: G. Cormode, V. Shkapenyuk, D. Srivastava, B. Xu,{' '}
              <cite>Forward Decay: A Practical Time Decay Model for Streaming Systems</cite>, ICDE 2009.
            </p>
          </article>
        ),
      }),
    )
}

import type { Context } from 'hono'
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
              Reading needs no account and sets no cookie; signing in sets one, which tells that it is you and
              nothing else. Who has an account can take along all that is kept about them, and delete it.
              Nothing on these pages comes from anywhere else: no trackers, no outside fonts, no outside
              scripts. What is new since your last visit, and what you searched for last, is remembered by
              your browser alone.
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

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
              {site.name} gathers new papers, ranks them by the attention they draw and lays them out as a
              dated edition: one page a day that you can read to the end.
            </p>
            <h2>Editions</h2>
            <p>
              Each edition covers one calendar day in the {site.timeZone} time zone. A paper appears in the
              edition for the day it was listed elsewhere or, failing that, the day it was published. If we
              know only the month or year, that is the first day of it; if we know no date at all, it is the
              day the paper was added here. Days without papers, such as weekends and holidays, take you to
              the nearest edition.
            </p>
            <h2>Where papers come from</h2>
            <p>
              Every paper’s page says where each fact came from, and when. When several sources describe the
              same paper, it has one page here, with the best from each. Synopses are short summaries in our
              own words; abstracts are in the authors’ words. Both link to the original.
            </p>
            <h2>Names</h2>
            <p>
              Two people can share a name. A page for an author’s name lists all papers under that name, and
              says so. Where a source gives an ORCID, there is a page for that person alone.
            </p>
            <h2>Your privacy</h2>
            <p>
              You can read without an account, and reading sets no cookies. Signing in sets one, which only
              identifies your session. If you have an account, you can download everything we keep about you,
              and delete it. Nothing on these pages is loaded from anywhere else: there are no trackers,
              outside fonts or outside scripts. Only your browser remembers your last visit and your recent
              searches.
            </p>
            <h2>By email</h2>
            <p>
              You can <a href="/subscribe">get a list or search by email</a>, every day, week or month,
              without an account. What went out of the site’s own lists is in{' '}
              <a href="/digests">the archive</a>.
            </p>
            <h2>Feeds and files</h2>
            <p>
              Every list and every search has a feed, and every paper is available as BibTeX, RIS, CSL-JSON,
              Markdown and JSON: put <code>.bib</code>, <code>.ris</code>, <code>.csl.json</code>,{' '}
              <code>.md</code> or <code>.json</code> after its address. To find a paper, put its arXiv
              identifier, its DOI or a link to either after <code>/papers/</code>.
            </p>
            <p>
              <a href="/about/ranking">How papers are ranked</a> · <a href="/about/search">How to search</a> ·{' '}
              <a href="/about/api">The API for programs</a>
            </p>
          </article>
        ),
      }),
    )
}

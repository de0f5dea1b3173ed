import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { renderPage } from '../layout.tsx'
import { searchPath } from '../search/address.ts'
import type { Site } from '../site.ts'

/** What can be typed, as examples, and what each finds. */
const SYNTAX: { title: string; rows: { examples: string[]; finds: Child }[] }[] = [
  {
    title: 'Words',
    rows: [
      { examples: ['language agents'], finds: 'Papers with both words, in any form: also agent, agentic.' },
      { examples: ['"language model"'], finds: 'The words next to each other, in this order.' },
      {
        examples: ['diffusion OR flow'],
        finds: (
          <>
            One of them; binds tighter than a space. <code>|</code> does the same.
          </>
        ),
      },
      {
        examples: ['agents -benchmark', 'agents NOT benchmark'],
        finds: 'Without a word, phrase or anything else.',
      },
      { examples: ['title:survey', 'title:"large language"'], finds: 'In the title only.' },
    ],
  },
  {
    title: 'Facts',
    rows: [
      { examples: ['author:sun', 'author:"qiushi sun"'], finds: 'Papers by an author of this name.' },
      { examples: ['cat:cs.CL', 'cat:cs'], finds: 'A topic, or all topics of a field.' },
      { examples: ['date:2025', 'date:2025-01', 'date:2025-01-14'], finds: 'Of a year, a month or a day.' },
      {
        examples: ['date:2024..2025', 'since:2025-01', 'until:2024', 'before:2025'],
        finds: (
          <>
            From one date to another, or with one end open. <code>before:</code> leaves that year, month or
            day out.
          </>
        ),
      },
      {
        examples: ['has:code', 'has:data', 'has:model'],
        finds: 'Papers that come with code, a data set or a model.',
      },
    ],
  },
  {
    title: 'Order',
    rows: [
      {
        examples: ['agents sort:new', 'agents sort:hot', 'agents sort:top'],
        finds: 'Newest first; by heat; by all attention ever. Otherwise what fits best stands first.',
      },
    ],
  },
  {
    title: 'A paper',
    rows: [
      {
        examples: ['2412.19723'],
        finds: 'An arXiv identifier, a DOI, or an address of either leads to its paper.',
      },
    ],
  },
]

/** `/about/search` */
export function showSearchHelp(site: Site) {
  return (c: Context) =>
    c.html(
      renderPage(site, {
        head: {
          title: 'How to search',
          description: 'What can be typed in the search box, and how results are found.',
          path: '/about/search',
        },
        children: (
          <article class="prose">
            <header class="edition-head">
              <p class="kicker">About</p>
              <h1>How to search</h1>
            </header>
            <p>
              Type what you look for, in your own words. Whatever is typed has an answer: what makes no sense
              as anything else is looked for as words. The key <kbd>/</kbd> leads to the search box from
              anywhere.
            </p>
            {SYNTAX.map(({ title, rows }) => (
              <>
                <h2>{title}</h2>
                <table class="syntax">
                  <thead>
                    <tr>
                      <th scope="col">Type</th>
                      <th scope="col">To find</th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map(({ examples, finds }) => (
                      <tr>
                        <td>
                          {examples.map((example) => (
                            <a href={searchPath(example)}>
                              <code>{example}</code>
                            </a>
                          ))}
                        </td>
                        <td>{finds}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </>
            ))}
            <p>
              All of it goes together: <code>agents author:sun cat:cs -title:survey since:2024 has:code</code>
              .
            </p>
            <h2>Words and meaning</h2>
            <p>
              Results are found by their words and by what they mean, and both scores count about the same. A
              paper that says the same in other words is marked “By meaning”. Accents, capitals and the forms
              of a word make no difference; a word that hardly any paper has is also looked for as papers
              write it. A phrase, an exclusion or a fact is a condition: what does not meet it is not found.
            </p>
            <p>
              Orders other than the usual one leave meaning aside: they list the papers that have the words.
            </p>
            <h2>Following a search</h2>
            <p>
              Every search has an address that can be kept, and a feed of its own: put <code>.atom</code>,{' '}
              <code>.rss</code> or <code>.feed.json</code> after <code>/papers</code>. Its papers come newest
              first, unless the search itself has another order. A browser can search this site from its
              address bar.
            </p>
            <h2>Your searches</h2>
            <p>
              What you searched for last is remembered by your browser alone, and can be forgotten in the
              search box.
            </p>
            <p>
              <a href="/about/ranking">How papers are ranked</a>
            </p>
          </article>
        ),
      }),
    )
}

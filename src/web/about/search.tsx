import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { renderPage } from '../layout.tsx'
import { searchPath } from '../search/address.ts'
import type { Site } from '../site.ts'

/** Examples of searches, and what each finds. */
const SYNTAX: { title: string; rows: { examples: string[]; finds: Child }[] }[] = [
  {
    title: 'Words',
    rows: [
      {
        examples: ['language agents'],
        finds: 'Papers with both words, in any form: agent and agentic, too.',
      },
      { examples: ['"language model"'], finds: 'The words next to each other, in this order.' },
      {
        examples: ['"langauge"'],
        finds:
          'The word exactly as you typed it. Without quotation marks, a word that no paper has is corrected.',
      },
      {
        examples: ['diffusion OR flow'],
        finds: (
          <>
            Either word. OR binds more tightly than a space; <code>|</code> does the same.
          </>
        ),
      },
      {
        examples: ['agents -benchmark', 'agents NOT benchmark'],
        finds: 'Papers without a word, a phrase or anything else.',
      },
      {
        examples: ['title:survey', 'title:"large language"'],
        finds: 'Papers with the word or phrase in the title.',
      },
    ],
  },
  {
    title: 'Facts',
    rows: [
      { examples: ['author:sun', 'author:"qiushi sun"'], finds: 'Papers by an author with this name.' },
      { examples: ['cat:cs.CL', 'cat:cs'], finds: 'Papers in a topic, or in all topics of a field.' },
      {
        examples: ['date:2025', 'date:2025-01', 'date:2025-01-14'],
        finds: 'Papers from a year, a month or a day, in the time zone of this site.',
      },
      {
        examples: ['date:2024..2025', 'since:2025-01', 'until:2024', 'before:2025'],
        finds: (
          <>
            Papers from one date to another, or with one end open. <code>before:</code> excludes the year,
            month or day itself.
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
        finds: 'Newest first; by heat; by attention of all time. Otherwise the best matches come first.',
      },
    ],
  },
  {
    title: 'A paper',
    rows: [
      {
        examples: ['2412.19723'],
        finds: 'An arXiv identifier, a DOI or a link to either takes you to the paper.',
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
          description: 'What you can type in the search box, and how results are found.',
          path: '/about/search',
        },
        children: (
          <article class="prose">
            <header class="edition-head">
              <p class="kicker">About</p>
              <h1>How to search</h1>
            </header>
            <p>
              Type what you are looking for, in your own words. Any text is a valid search: whatever is not
              recognised as one of the forms below is searched for as words. Press <kbd>/</kbd> to reach the
              search box from anywhere.
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
              You can combine all of these:{' '}
              <code>agents author:sun cat:cs -title:survey since:2024 has:code</code>.
            </p>
            <h2>Words and meaning</h2>
            <p>
              Results are found by their words and by their meaning, and the two count about equally. A paper
              that says the same thing in other words is marked “By meaning”. Accents, capitals and word
              endings make no difference. If no paper has a word, we search for the word that you probably
              meant instead, and say so. Phrases, exclusions and facts are conditions: papers that do not meet
              them are left out.
            </p>
            <p>Other orders ignore meaning: they list only the papers that have the words.</p>
            <h2>Following a search</h2>
            <p>
              You can bookmark any search, and each one has its own feed: put <code>.atom</code>,{' '}
              <code>.rss</code> or <code>.feed.json</code> after <code>/papers</code>. A feed lists papers
              newest first, unless the search asks for another order. You can also search this site from your
              browser’s address bar.
            </p>
            <h2>Your searches</h2>
            <p>Only your browser remembers your recent searches. You can clear them in the search box.</p>
            <p>
              <a href="/about/ranking">How papers are ranked</a>
            </p>
          </article>
        ),
      }),
    )
}

import type { Context } from 'hono'
import type { KnownSoFar } from '../../../recommendation/known-so-far.ts'
import { renderPage } from '../../layout.tsx'
import type { Site, Viewer } from '../../site.ts'
import { PATH, readBegun, type Refusal, type Step } from './begun.ts'
import { counted } from './counted.ts'
import { Authors, Topics } from './follows.tsx'
import { Papers, RatedPapers } from './papers.tsx'
import { Questions } from './questions.tsx'

/** The page, for the reader who looks. `skipped`: the papers that they passed over. `done`: the step that they took last. */
export async function beginPage(
  site: Site & { viewer: Viewer },
  c: Context,
  {
    skipped = [],
    done = null,
    refusal = null,
  }: { skipped?: number[]; done?: Step | null; refusal?: Refusal | null } = {},
) {
  c.header('cache-control', 'no-store')
  const { reader } = site.viewer
  const begun = await readBegun(site, { readerId: reader.id, skipped })
  const about = (step: Step) => ({ isDone: done === step, refusal: refusal?.step === step ? refusal : null })
  return renderPage(site, {
    head: {
      title: 'Your own front page',
      description: 'What your own front page is made from.',
      path: PATH,
      noindex: true,
    },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">
            <a href="/for-you">For you</a>
          </p>
          <h1>Begin your own front page</h1>
        </header>
        <p>
          Tell us what you read, and your front page begins with that. Every step is optional, and you can
          come back at any time.
        </p>
        <p>Only you can see what you say here, and none of it counts as a vote.</p>
        <p class="notice" id="so-far" role="status">
          {inWords(begun.known)}
        </p>
        <Topics topics={begun.topics} {...about('topics')} />
        <Authors authors={begun.authors} {...about('authors')} />
        <Papers orcid={reader.orcid} library={begun.library} about={about} />
        <Questions question={begun.question} />
        <RatedPapers rated={begun.rated} />
        <section aria-labelledby="end">
          <h2 id="end">That is all</h2>
          <form class="form" method="post" action={`${PATH}/end`}>
            <button type="submit" class="button">
              Go to your front page
            </button>
          </form>
        </section>
      </div>
    ),
  })
}

/** `So far: 3 topics, 2 authors, 8 papers, 4 answers` */
function inWords({ topics, authors, papers, answers }: KnownSoFar): string {
  const parts = [
    counted(topics, 'topic'),
    counted(authors, 'author'),
    counted(papers, 'paper'),
    counted(answers, 'answer'),
  ]
  return `So far: ${parts.join(', ')}.`
}

import type { Context } from 'hono'
import { categoryName, fieldOf, isTopic, topicOf } from '../../papers/categories.ts'
import { allTopics, topicInOtherCase } from '../../ranking/editions.ts'
import { countPapers } from '../../ranking/count-papers.ts'
import { notFound } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { splitListSuffix } from '../list/paging.ts'
import { showList } from '../list/show.tsx'
import { TopicTally } from '../parts/topic-tally.tsx'
import { pageShows } from '../shows.ts'
import type { Site } from '../site.ts'

/** `/topics`: all categories that have papers, by field. */
export function showTopics(site: Site) {
  return async (c: Context) => {
    const topics = await allTopics(site.db)
    pageShows(c, [])
    const fields = Object.entries(Object.groupBy(topics, ({ category }) => fieldOf(category))).toSorted(
      ([a], [b]) => (a === 'Other' ? 1 : b === 'Other' ? -1 : a.localeCompare(b)),
    )
    return c.html(
      renderPage(site, {
        section: 'Topics',
        head: { title: 'Topics', description: 'All topics with papers.', path: '/topics' },
        children: (
          <>
            <header class="edition-head">
              <p class="kicker">By category</p>
              <h1>Topics</h1>
            </header>
            {topics.length === 0 && (
              <div class="blank">
                <p>There are no papers yet.</p>
              </div>
            )}
            <div class="fields">
              {fields.map(([field, categories]) => (
                <section class="box">
                  <h2>{field}</h2>
                  <TopicTally topics={categories ?? []} />
                </section>
              ))}
            </div>
          </>
        ),
      }),
    )
  }
}

/** `/topics/cs.CL` and its feeds. */
export function showTopic(site: Site) {
  return async (c: Context) => {
    const { path: category, feed, file } = splitListSuffix(c.req.param('category') ?? '')
    const redirect = (topic: string) =>
      c.redirect(`/topics/${encodeURIComponent(topic)}${feed ?? file?.suffix ?? ''}`, 301)
    const topic = topicOf(category)
    if (topic !== category) return redirect(topic)
    const list = { kind: 'topic', category } as const
    const total = isTopic(category) ? await countPapers(site.db, list) : 0
    if (total === 0) {
      const meant = isTopic(category) ? await topicInOtherCase(site.db, category) : null
      if (meant !== null && meant !== category) return redirect(meant)
    }
    if (total === 0) return notFound(site, c, { what: `No paper here has the topic “${category}”.` })
    const name = categoryName(category)
    return showList(site, c, {
      list,
      feed,
      file,
      view: {
        section: 'Topics',
        kicker: name === category ? 'Topic' : `Topic ${category}`,
        title: name,
        description: `Papers on ${name}, newest first.`,
        intro: <p>{total === 1 ? '1 paper' : `${total.toLocaleString('en-GB')} papers, newest first`}</p>,
        path: `/topics/${encodeURIComponent(category)}`,
        ranked: false,
        empty: <p>No papers.</p>,
      },
    })
  }
}

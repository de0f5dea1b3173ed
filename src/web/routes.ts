import type { Hono } from 'hono'
import { FEED_FORMATS } from '../feeds/formats.ts'
import { showSearchHelp } from './about/search.tsx'
import { showAbout, showRanking } from './about/show.tsx'
import { showAuthor } from './authors/show.tsx'
import { showNewest, showNewestPeriod, showPeriod } from './front-page/show.tsx'
import { showNew, showTop, showTrending } from './list/show.tsx'
import { showExplanation } from './paper/explain.tsx'
import { showPaper } from './paper/show.tsx'
import { describeSearch } from './search/opensearch.ts'
import { showSearch } from './search/show.tsx'
import { sendSuggestions } from './search/suggest.ts'
import { showTopic, showTopics } from './topics/show.tsx'
import type { Site } from './site.ts'

/** Every address of the site. Lists answer at their address with a feed's suffix too, papers with an export's. */
export function addRoutes(app: Hono, site: Site): void {
  app.get('/', showNewest(site))
  for (const { suffix: feed } of FEED_FORMATS) {
    app.get(`/index${feed}`, showNewest(site))
    app.get(`/papers${feed}`, showSearch(site))
    app.get(`/papers/new${feed}`, showNew(site))
    app.get(`/papers/trending${feed}`, showTrending(site))
    app.get(`/papers/top${feed}`, showTop(site))
  }
  app.get('/papers', showSearch(site))
  app.get('/papers/suggest', sendSuggestions(site))
  app.get('/papers/explain', showExplanation(site))
  app.get('/papers/date', showNewestPeriod(site, 'date'))
  app.get('/papers/week', showNewestPeriod(site, 'week'))
  app.get('/papers/month', showNewestPeriod(site, 'month'))
  app.get('/papers/date/:name', showPeriod(site, 'date'))
  app.get('/papers/week/:name', showPeriod(site, 'week'))
  app.get('/papers/month/:name', showPeriod(site, 'month'))
  app.get('/papers/new', showNew(site))
  app.get('/papers/trending', showTrending(site))
  app.get('/papers/top', showTop(site))
  app.get('/papers/:address{.+}', showPaper(site))
  app.get('/authors/:key', showAuthor(site))
  app.get('/topics', showTopics(site))
  app.get('/topics/:category', showTopic(site))
  app.get('/about', showAbout(site))
  app.get('/about/ranking', showRanking(site))
  app.get('/about/search', showSearchHelp(site))
  app.get('/opensearch.xml', describeSearch(site))
}

import type { Context, Handler, Hono } from 'hono'
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
import { dropPasskey, leave, saveProfile, sendExport, signOutElsewhere } from './settings/act.ts'
import { showSettings } from './settings/show.tsx'
import { askLibrary, sendLink, signInByLink, signInWith, signOut } from './sign-in/act.ts'
import { showLink, showSent, showSignIn } from './sign-in/show.tsx'
import type { Site } from './site.ts'
import { siteFor } from './viewer.ts'
import { vote } from './vote/act.ts'

/** Every address of the site. Lists answer at their address with a feed's suffix too, papers with an export's. */
export function addRoutes(app: Hono, base: Site): void {
  /** A page as it is for the reader who asks. */
  const page =
    (make: (site: Site) => (c: Context) => Response | Promise<Response>): Handler =>
    async (c) =>
      make(await siteFor(base, c))(c)
  app.get('/', page(showNewest))
  for (const { suffix: feed } of FEED_FORMATS) {
    app.get(`/index${feed}`, page(showNewest))
    app.get(`/papers${feed}`, page(showSearch))
    app.get(`/papers/new${feed}`, page(showNew))
    app.get(`/papers/trending${feed}`, page(showTrending))
    app.get(`/papers/top${feed}`, page(showTop))
  }
  app.get('/papers', page(showSearch))
  app.get('/papers/suggest', page(sendSuggestions))
  app.get('/papers/explain', page(showExplanation))
  app.get('/papers/date', page((site) => showNewestPeriod(site, 'date')))
  app.get('/papers/week', page((site) => showNewestPeriod(site, 'week')))
  app.get('/papers/month', page((site) => showNewestPeriod(site, 'month')))
  app.get('/papers/date/:name', page((site) => showPeriod(site, 'date')))
  app.get('/papers/week/:name', page((site) => showPeriod(site, 'week')))
  app.get('/papers/month/:name', page((site) => showPeriod(site, 'month')))
  app.get('/papers/new', page(showNew))
  app.get('/papers/trending', page(showTrending))
  app.get('/papers/top', page(showTop))
  app.get('/papers/:address{.+}', page(showPaper))
  app.get('/authors/:key', page(showAuthor))
  app.get('/topics', page(showTopics))
  app.get('/topics/:category', page(showTopic))
  app.get('/about', page(showAbout))
  app.get('/about/ranking', page(showRanking))
  app.get('/about/search', page(showSearchHelp))
  app.get('/opensearch.xml', page(describeSearch))

  app.get('/sign-in', page(showSignIn))
  app.post('/sign-in', sendLink(base))
  app.get('/sign-in/sent', page(showSent))
  app.get('/sign-in/link', page(showLink))
  app.post('/sign-in/link', signInByLink(base))
  app.post('/sign-in/with', signInWith(base))
  app.post('/sign-out', signOut(base))
  app.on(['GET', 'POST'], '/auth/*', askLibrary(base))
  app.get('/settings', page(showSettings))
  app.get('/settings/export', page(sendExport))
  app.post('/settings/profile', saveProfile(base))
  app.post('/settings/sessions/end', signOutElsewhere(base))
  app.post('/settings/passkeys/remove', dropPasskey(base))
  app.post('/settings/delete', leave(base))

  app.post('/papers/:address{.+}/vote', vote(base))
}

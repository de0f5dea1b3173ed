import type { Context, Handler, Hono, Next } from 'hono'
import { answerHarvester } from '../oai/answer.ts'
import { FEED_FORMATS } from '../feeds/formats.ts'
import { showApi } from './about/api.tsx'
import { LIST_FILES, splitFileSuffix } from './exports/formats.ts'
import { showSearchHelp } from './about/search.tsx'
import { showRanking } from './about/ranking.tsx'
import { showAbout } from './about/show.tsx'
import { showAuthor } from './authors/show.tsx'
import { claim } from './authorship/act.ts'
import { finish } from './begun/act.ts'
import { showBegun } from './begun/show.tsx'
import { takeReports } from './bounce-hooks/act.ts'
import { showArchive, showArchived } from './archive/show.tsx'
import * as deskClaims from './desk/claims.ts'
import * as deskCollections from './desk/collections.ts'
import * as deskComments from './desk/comments.ts'
import * as deskDigests from './desk/digests/actions.ts'
import { showDigests } from './desk/digests/show.tsx'
import { showCard } from './embeds/card.tsx'
import { showBadge, showCardPicture, showSiteCard } from './embeds/drawn.ts'
import { OEMBED_PARAMETERS, sendOembed } from './embeds/oembed.ts'
import { writeHead } from './desk/editions/act.ts'
import { showEditionHead, showNewestHead } from './desk/editions/show.tsx'
import { showReaders } from './desk/find-readers.tsx'
import { showImport, showImports } from './desk/imports.tsx'
import * as deskPapers from './desk/papers.ts'
import * as deskReaders from './desk/readers.ts'
import { showDesk } from './desk/show.tsx'
import * as deskSources from './desk/sources/actions.ts'
import { showHolidays } from './desk/sources/holidays.tsx'
import { showQuarantine } from './desk/sources/quarantine.tsx'
import { showSources } from './desk/sources/show.tsx'
import { showSource } from './desk/sources/source.tsx'
import * as deskSubmissions from './desk/submissions.ts'
import * as deskSuspicions from './desk/suspicions.ts'
import * as deskWebhooks from './desk/webhooks/actions.ts'
import { showWebhooks } from './desk/webhooks/show.tsx'
import { sendDump, showDumps } from './dumps/show.tsx'
import { sendFlag } from './flags/act.ts'
import { showFlag } from './flags/show.tsx'
import { askHub, describeHub } from './hub/act.ts'
import {
  addPaper,
  changeCollection,
  collectPaper,
  dropCollection,
  makeCollection,
  movePaper,
  notePaper,
  removePaper,
} from './collections/act.ts'
import { showCollection, showCollections, showNewCollection } from './collections/show.tsx'
import { comment, edit, reactTo, remove, reply } from './comments/act.ts'
import { showNewestComments } from './comments/newest.tsx'
import { showComment, showEdit, showHistory, showReply } from './comments/show.tsx'
import { changeFeeds, seePapers } from './for-you/act.ts'
import { sendPrivateFeed } from './for-you/feeds.ts'
import { showForYou, showInterest } from './for-you/show.tsx'
import { showNewest, showNewestPeriod, showPeriod } from './front-page/show.tsx'
import { showNew, showTop, showTrending } from './list/show.tsx'
import { showExplanation } from './paper/explain.tsx'
import { showAuthors } from './paper/authors.tsx'
import { showPaper, takesPasted } from './paper/show.tsx'
import { refuseParameters, type Takes } from './parameters.ts'
import { showModeration } from './moderation/show.tsx'
import { showReader } from './readers/show.tsx'
import { pick } from './picks/act.ts'
import { showPicture } from './pictures/show.tsx'
import { showPicks } from './picks/show.tsx'
import { markNotForMeByForm, read, saveByForm } from './reading-list/act.ts'
import { showNotForMe, showReadingList } from './reading-list/show.tsx'
import { listFeeds } from './feed-list/show.ts'
import { describeSearch } from './search/opensearch.ts'
import { showSearch } from './search/show.tsx'
import { sendSuggestions } from './search/suggest.ts'
import * as interests from './interests/act.ts'
import { showInterests } from './interests/show.tsx'
import * as libraries from './libraries/act.ts'
import { showImport as showLibraryImport, showImportForm } from './libraries/import.tsx'
import { showZotero } from './libraries/zotero.tsx'
import { showTopic, showTopics } from './topics/show.tsx'
import {
  deleteMyAccount,
  removeMyIdentity,
  removeMyPasskey,
  saveProfile,
  sendExport,
  signOutElsewhere,
} from './settings/act.ts'
import { showSettings } from './settings/show.tsx'
import { askLibrary, sendLink, signInByLink, signInWith, signOut } from './sign-in/act.ts'
import { showLink, showSent, showSignIn } from './sign-in/show.tsx'
import type { Site } from './site.ts'
import { showRobots } from './sitemaps/robots.ts'
import { showEditionsMap, showPagesMap, showPapersMap, showSitemaps } from './sitemaps/show.ts'
import { submit } from './submit/act.ts'
import { showSubmit } from './submit/show.tsx'
import { makeOwnToken, revokeAllOwnTokens, revokeOwnToken } from './tokens/act.ts'
import { showTokens } from './tokens/show.tsx'
import { chooseView } from './view/act.ts'
import { choose } from './welcome/act.ts'
import { showBegun as showBegunField, showWelcome } from './welcome/show.tsx'
import * as mailSettings from './mail/act.ts'
import { confirm, showConfirm } from './mail/confirm.tsx'
import { showIssue } from './mail/issue.ts'
import { showSettingsLink } from './mail/settings-link.tsx'
import { showMailSettings } from './mail/settings.tsx'
import { showStopReplies, showUnsubscribe, stopReplies, unsubscribe } from './mail/unsubscribe.tsx'
import { subscribe } from './subscribe/act.ts'
import { showPreview, showPreviewedEmail } from './subscribe/preview.tsx'
import { showAsked, showSubscribe } from './subscribe/show.tsx'
import { note } from './notes/act.ts'
import { showNotes } from './notes/show.tsx'
import { opened, searched } from './noticed/act.ts'
import { voteByForm } from './vote/act.ts'

/** How an example of mail would come. */
const PREVIEWED = ['list', 'every', 'length', 'not-about']

/** A page of a list continues after a paper; a file of a list is whole, or so many papers of it. */
const takes =
  (names: { file: readonly string[]; else: readonly string[] }): Takes =>
  (c) =>
    splitFileSuffix(c.req.path).file === null ? names.else : names.file
const takesOfList = takes({ file: ['limit'], else: ['after', 'n'] })
const takesOfRange = takes({ file: ['limit', 'from', 'to'], else: ['after', 'n', 'from', 'to'] })
/** Of lists whose papers have no ranks. */
const takesOfWhole = takes({ file: ['limit'], else: ['after'] })

/** Every address of the site. Lists also answer with a feed's suffix and a file's, papers with an export's. */
export function addRoutes(app: Hono, base: Site): void {
  /** A page as rendered for the reader who requests it, and the parameters of its query: none, unless it takes some. */
  const page =
    (
      make: (site: Site) => (c: Context, next: Next) => Response | Promise<Response | void>,
      { takes = [] }: { takes?: Takes } = {},
    ): Handler =>
    (c, next) =>
      refuseParameters(c.var.site, c, takes) ?? make(c.var.site)(c, next)
  app.get('/', page(showNewest, { takes: ['after', 'n'] }))
  const suffixes = [...FEED_FORMATS, ...LIST_FILES].map(({ suffix }) => suffix)
  for (const suffix of suffixes) {
    app.get(`/index${suffix}`, page(showNewest, { takes: takesOfList }))
    app.get(`/papers${suffix}`, page(showSearch, { takes: takes({ file: ['q', 'limit'], else: ['q'] }) }))
    app.get(`/papers/new${suffix}`, page(showNew, { takes: takesOfList }))
    app.get(`/papers/trending${suffix}`, page(showTrending, { takes: takesOfList }))
    app.get(`/papers/top${suffix}`, page(showTop, { takes: takesOfRange }))
    app.get(`/papers/picks${suffix}`, page(showPicks, { takes: takesOfWhole }))
  }
  app.get('/papers', page(showSearch, { takes: ['q', 'page', 'upto', 'unfinished'] }))
  app.get('/papers/suggest', page(sendSuggestions, { takes: ['q', 'format'] }))
  app.get('/papers/explain', page(showExplanation, { takes: ['a', 'b'] }))
  for (const kind of ['date', 'week', 'month'] as const)
    for (const suffix of ['', ...suffixes])
      app.get(
        `/papers/${kind}${suffix}`,
        page((site) => showNewestPeriod(site, kind), {
          takes: takes({ file: ['limit'], else: [] }),
        }),
      )
  app.get(
    '/papers/date/:name',
    page((site) => showPeriod(site, 'date'), { takes: takesOfList }),
  )
  app.get(
    '/papers/week/:name',
    page((site) => showPeriod(site, 'week'), { takes: takesOfList }),
  )
  app.get(
    '/papers/month/:name',
    page((site) => showPeriod(site, 'month'), { takes: takesOfList }),
  )
  app.get('/papers/new', page(showNew, { takes: ['after', 'n'] }))
  app.get('/papers/trending', page(showTrending, { takes: ['after', 'n'] }))
  app.get('/papers/top', page(showTop, { takes: ['after', 'n', 'from', 'to'] }))
  app.get('/papers/picks', page(showPicks, { takes: ['after'] }))
  app.get('/papers/submit', page(showSubmit, { takes: ['paper'] }))
  app.post('/papers/submit', submit(base))
  app.get('/papers/:address{.+}/flag', page(showFlag('paper')))
  app.get('/papers/:address{.+}/authors', page(showAuthors, { takes: ['page'] }))
  app.get('/papers/:address{.+}/badge.svg', page(showBadge, { takes: ['show'] }))
  app.get('/papers/:address{.+}/card', page(showCard))
  app.get('/papers/:address{.+}/card.png', page(showCardPicture))
  app.get('/papers/:address{.+}', page(showPaper, { takes: takesPasted }))
  app.get('/authors/:key', page(showAuthor, { takes: takesOfList }))
  app.get('/topics', page(showTopics))
  app.get('/topics/:category', page(showTopic, { takes: takesOfList }))
  app.get('/digests', page(showArchive, { takes: ['after'] }))
  for (const { suffix } of FEED_FORMATS) app.get(`/digests${suffix}`, page(showArchive, { takes: ['after'] }))
  app.get('/digests/:name{.+}', page(showArchived, { takes: ['after'] }))
  app.get('/about', page(showAbout))
  app.get('/about/ranking', page(showRanking))
  app.get('/about/search', page(showSearchHelp))
  app.get('/about/api', page(showApi))
  app.get('/card.png', page(showSiteCard))
  app.get('/oembed', page(sendOembed, { takes: OEMBED_PARAMETERS }))
  app.get('/dumps', page(showDumps))
  app.get('/dumps/:name', page(sendDump))
  app.get('/opensearch.xml', page(describeSearch))
  app.get('/robots.txt', page(showRobots))
  app.get('/sitemap.xml', page(showSitemaps))
  app.get('/sitemap-pages.xml', page(showPagesMap))
  app.get('/sitemap-editions.xml', page(showEditionsMap))
  app.get('/:name{sitemap-papers-.*}', page(showPapersMap))
  // It is asked by POST too, and changes nothing. Of arguments that it does not know it says so in its own protocol.
  app.on(['GET', 'POST'], '/oai', (c) => answerHarvester(base, c))
  app.get('/feeds.opml', page(listFeeds))

  app.post('/view', chooseView(base))
  app.get('/sign-in', page(showSignIn, { takes: ['to', 'again', 'problem', 'error', 'error_description'] }))
  app.post('/sign-in', sendLink(base))
  app.get('/sign-in/sent', page(showSent))
  app.get('/sign-in/link', page(showLink, { takes: ['token', 'to'] }))
  app.post('/sign-in/link', signInByLink(base))
  app.get('/sign-in/begun', page(showBegun, { takes: ['to'] }))
  app.post('/sign-in/begun', finish(base))
  app.post('/sign-in/with', signInWith(base))
  app.post('/sign-out', signOut(base))
  app.on(['GET', 'POST'], '/auth/*', askLibrary(base))
  app.get('/settings', page(showSettings, { takes: ['saved', 'problem', 'error', 'error_description'] }))
  app.get('/settings/export', page(sendExport))
  app.post('/settings/profile', saveProfile(base))
  app.post('/settings/sessions/end', signOutElsewhere(base))
  app.post('/settings/passkeys/remove', removeMyPasskey(base))
  app.post('/settings/identities/remove', removeMyIdentity(base))
  app.get('/settings/zotero', page(showZotero, { takes: ['connected'] }))
  app.post('/settings/zotero', libraries.connect(base))
  app.post('/settings/zotero/places', libraries.lookUpPlaces(base))
  app.post('/settings/zotero/import', libraries.importIntoNew(base))
  app.post('/settings/zotero/removal', libraries.disconnect(base))
  app.post('/settings/delete', deleteMyAccount(base))
  app.get('/settings/tokens', page(showTokens, { takes: ['revoked'] }))
  app.post('/settings/tokens', makeOwnToken(base))
  app.post('/settings/tokens/revoke', revokeOwnToken(base))
  app.post('/settings/tokens/revoke-all', revokeAllOwnTokens(base))
  app.get('/settings/interests', page(showInterests, { takes: ['changed'] }))
  app.get('/settings/interests/export', page(interests.sendTasteExport))
  app.post('/settings/interests/reasons/removal', interests.excludeOwnReason(base))
  app.post('/settings/interests/reasons/return', interests.includeOwnReason(base))
  app.post('/settings/interests/learning', interests.chooseOwnLearning(base))
  app.post('/settings/interests/searches/removal', interests.forgetOwnSearch(base))
  app.post('/settings/interests/removal', interests.forgetOwnTaste(base))
  app.post('/settings/interests/:id/name', interests.renameOwnInterest(base))
  app.post('/settings/interests/:id/pause', interests.pauseOwnInterest(base))
  app.post('/settings/interests/:id/pause/end', interests.resumeOwnInterest(base))
  app.post('/settings/interests/:id/boost', interests.boostOwnInterest(base))
  app.post('/settings/interests/:id/merge', interests.mergeOwnInterest(base))
  app.post('/settings/interests/:id/removal', interests.dropOwnInterest(base))

  app.get('/subscribe', page(showSubscribe, { takes: ['list', 'every'] }))
  app.post('/subscribe', subscribe(base))
  app.get('/subscribe/sent', page(showAsked))
  app.get('/subscribe/preview', page(showPreview, { takes: PREVIEWED }))
  app.get('/subscribe/preview/email', page(showPreviewedEmail, { takes: PREVIEWED }))
  app.get('/mail/confirm/:code', page(showConfirm))
  app.post('/mail/confirm/:code', confirm(base))
  // Short: it has to fit into one line of a header.
  app.get('/mail/u/:code', page(showUnsubscribe))
  app.post('/mail/u/:code', unsubscribe(base))
  app.get('/mail/r/:code', page(showStopReplies))
  app.post('/mail/r/:code', stopReplies(base))
  app.get('/mail/issues/:code', page(showIssue))
  app.get('/mail/change/:code', page(showSettingsLink))
  app.post('/mail/change/:code', mailSettings.sendSettingsLink(base))
  app.get('/mail/settings', page(showMailSettings, { takes: ['saved'] }))
  app.get('/mail/settings/export', page(mailSettings.sendMailExport))
  app.get('/mail/settings/:code', page(showMailSettings, { takes: ['saved'] }))
  app.get('/mail/settings/:code/export', page(mailSettings.sendMailExport))
  app.post('/mail/settings/lists', mailSettings.changeList(base))
  app.post('/mail/settings/lists/pause', mailSettings.pauseList(base))
  app.post('/mail/settings/lists/pause/end', mailSettings.resumeList(base))
  app.post('/mail/settings/lists/end', mailSettings.endList(base))
  app.post('/mail/settings/pause-all', mailSettings.pauseAll(base))
  app.post('/mail/settings/pause-all/end', mailSettings.resumeAll(base))
  app.post('/mail/settings/replies', mailSettings.wantReplies(base))
  app.post('/mail/settings/replies/end', mailSettings.endReplies(base))
  app.post('/mail/settings/erasure', mailSettings.erase(base))

  app.post('/papers/:address{.+}/vote', voteByForm(base))

  app.get('/comments', page(showNewestComments, { takes: ['after'] }))
  app.get('/comments/:id', page(showComment))
  app.get('/comments/:id/reply', page(showReply))
  app.get('/comments/:id/edit', page(showEdit))
  app.get('/comments/:id/history', page(showHistory))
  app.post('/papers/:address{.+}/comments', comment(base))
  app.post('/comments/:id/reply', reply(base))
  app.post('/comments/:id/edit', edit(base))
  app.post('/comments/:id/delete', remove(base))
  app.post('/comments/:id/react', reactTo(base))

  app.get('/collections', page(showCollections, { takes: ['after'] }))
  app.post('/collections', makeCollection(base))
  app.get('/collections/new', page(showNewCollection, { takes: ['paper'] }))
  app.get('/collections/:id', page(showCollection, { takes: takesOfWhole }))
  app.post('/collections/:id/edit', changeCollection(base))
  app.post('/collections/:id/delete', dropCollection(base))
  app.post('/collections/:id/papers/add', addPaper(base))
  app.post('/collections/:id/papers/remove', removePaper(base))
  app.post('/collections/:id/papers/move', movePaper(base))
  app.post('/collections/:id/papers/note', notePaper(base))
  app.get('/collections/:id/import', page(showImportForm))
  app.post('/collections/:id/import', libraries.importPlace(base))
  app.post('/collections/:id/import/file', libraries.importFile(base))
  app.get('/collections/:id/imports/:import', page(showLibraryImport, { takes: ['after'] }))
  app.post('/collections/:id/imports/:import/repetition', libraries.repeat(base))
  app.post('/collections/:id/zotero', libraries.saveCollection(base))
  app.post('/papers/:address{.+}/collect', collectPaper(base))
  app.post('/papers/:address{.+}/zotero', libraries.savePaper(base))
  app.get('/reading-list', page(showReadingList, { takes: ['after'] }))
  for (const { suffix } of LIST_FILES)
    app.get(`/reading-list${suffix}`, page(showReadingList, { takes: ['limit'] }))
  app.get('/reading-list/not-for-me', page(showNotForMe, { takes: ['after'] }))
  app.get('/for-you', page(showForYou, { takes: ['after'] }))
  app.post('/for-you/seen', seePapers(base))
  app.post('/for-you/feeds', changeFeeds(base))
  app.get('/for-you/feeds/:name', page(sendPrivateFeed))
  app.get('/for-you/interests/:id', page(showInterest, { takes: ['after'] }))
  app.post('/papers/:address{.+}/save', saveByForm(base))
  app.post('/papers/:address{.+}/read', read(base))
  app.post('/papers/:address{.+}/not-for-me', markNotForMeByForm(base))
  app.post('/papers/:address{.+}/pick', pick(base))
  app.get('/notes', page(showNotes, { takes: ['q', 'after'] }))
  app.post('/papers/:address{.+}/note', note(base))
  app.post('/papers/searched', searched(base))
  app.post('/papers/:address{.+}/opened', opened(base))

  app.post('/papers/:address{.+}/claim', claim(base))
  app.post('/papers/:address{.+}/flag', sendFlag('paper')(base))
  app.get('/comments/:id/flag', page(showFlag('comment')))
  app.post('/comments/:id/flag', sendFlag('comment')(base))
  app.get('/collections/:id/flag', page(showFlag('collection')))
  app.post('/collections/:id/flag', sendFlag('collection')(base))
  app.get('/readers/:id', page(showReader))
  app.get('/moderation', page(showModeration, { takes: ['before'] }))
  app.get('/desk', page(showDesk, { takes: ['done'] }))
  app.get('/desk/readers', page(showReaders, { takes: ['q'] }))
  app.get('/desk/editions', page(showNewestHead))
  app.get('/desk/editions/:day', page(showEditionHead))
  app.post('/desk/editions/:day/head', writeHead(base))
  app.get('/pictures/:name', page(showPicture))
  app.get('/welcome', page(showWelcome, { takes: ['key'] }))
  app.post('/welcome', choose(base))
  app.get('/welcome/begun', page(showBegunField, { takes: ['key'] }))
  app.get('/desk/sources', page(showSources))
  app.post('/desk/sources', deskSources.add(base))
  app.post('/desk/sources/fields', deskSources.addFieldSources(base))
  app.get('/desk/sources/:name', page(showSource))
  app.post('/desk/sources/:name/run', deskSources.run(base))
  app.post('/desk/sources/:name/trial', deskSources.tryOut(base))
  app.post('/desk/sources/:name/pause', deskSources.pause(base))
  app.post('/desk/sources/:name/pause/end', deskSources.resume(base))
  app.post('/desk/sources/:name/removal', deskSources.remove(base))
  app.get('/desk/quarantine', page(showQuarantine, { takes: ['source', 'recorded', 'passed', 'unreadable'] }))
  app.post('/desk/quarantine/rereading', deskSources.rereadAll(base))
  app.post('/desk/quarantine/:id/rereading', deskSources.reread(base))
  app.post('/desk/quarantine/:id/removal', deskSources.drop(base))
  app.get('/desk/arxiv-holidays', page(showHolidays))
  app.post('/desk/arxiv-holidays', deskSources.addHoliday(base))
  app.post('/desk/arxiv-holidays/removal', deskSources.removeHoliday(base))
  app.get('/desk/imports', page(showImports))
  app.get('/desk/webhooks', page(showWebhooks))
  app.post('/desk/webhooks', deskWebhooks.add(base))
  app.post('/desk/webhooks/:id/test', deskWebhooks.test(base))
  app.post('/desk/webhooks/:id/pause', deskWebhooks.pause(base))
  app.post('/desk/webhooks/:id/pause/end', deskWebhooks.resume(base))
  app.post('/desk/webhooks/:id/secret', deskWebhooks.rotate(base))
  app.post('/desk/webhooks/:id/removal', deskWebhooks.remove(base))
  app.get('/desk/imports/:id', page(showImport))
  app.get('/desk/digests', page(showDigests, { takes: ['after'] }))
  app.post('/desk/digests/:id/pause', deskDigests.pause(base))
  app.post('/desk/digests/:id/pause/end', deskDigests.resume(base))
  app.post('/desk/digests/:id/in-doubt/sending', deskDigests.sendRunAgain(base))
  app.post('/desk/digests/:id/in-doubt/sent', deskDigests.countRunAsSent(base))
  app.post('/desk/digests/in-doubt/:id/sending', deskDigests.sendAgain(base))
  app.post('/desk/digests/in-doubt/:id/sent', deskDigests.countAsSent(base))
  // Something enters a state at the state's noun and leaves it at `/end`: forms in browsers can only POST.
  app.post('/desk/papers/:id/hiding', deskPapers.hide(base))
  app.post('/desk/papers/:id/hiding/end', deskPapers.unhide(base))
  app.post('/desk/papers/:id/comment-lock', deskPapers.lock(base))
  app.post('/desk/papers/:id/comment-lock/end', deskPapers.unlock(base))
  app.post('/desk/papers/:id/flags/dismissal', deskPapers.dismiss(base))
  app.post('/desk/papers/:id/merger', deskPapers.merge(base))
  app.post('/desk/comments/:id/hiding', deskComments.hide(base))
  app.post('/desk/comments/:id/hiding/end', deskComments.unhide(base))
  app.post('/desk/comments/:id/flags/dismissal', deskComments.dismiss(base))
  app.post('/desk/collections/:id/hiding', deskCollections.hide(base))
  app.post('/desk/collections/:id/hiding/end', deskCollections.unhide(base))
  app.post('/desk/collections/:id/flags/dismissal', deskCollections.dismiss(base))
  app.post('/desk/readers/:id/trust', deskReaders.trust(base))
  app.post('/desk/readers/:id/suspension', deskReaders.suspend(base))
  app.post('/desk/readers/:id/suspension/end', deskReaders.reinstate(base))
  app.post('/desk/readers/:id/suspension-with-votes', deskReaders.suspendWithVotes(base))
  app.post('/desk/submissions/:id/acceptance', deskSubmissions.accept(base))
  app.post('/desk/submissions/:id/rejection', deskSubmissions.reject(base))
  app.post('/desk/claims/:paper/:reader/confirmation', deskClaims.confirm(base))
  app.post('/desk/claims/:paper/:reader/rejection', deskClaims.reject(base))
  app.post('/desk/suspicions/:id/dismissal', deskSuspicions.dismiss(base))
  app.post('/desk/suspicions/:id/discount', deskSuspicions.discount(base))
  app.post('/desk/suspicions/:id/suspension', deskSuspicions.suspend(base))
  app.post('/mail/bounces/:sender', takeReports(base))
  app.post('/websub', askHub(base))
  app.all('/websub', describeHub())
}

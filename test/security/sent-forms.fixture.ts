import { ALONE, EDITION, OTHER, SHOWN, type PeopledSite } from './peopled-site.fixture.ts'

/** A form as it would be sent, to good effect, by one of the people of the site, or by anybody. */
export type SentForm = {
  route: string
  path: string
  fields: Record<string, string>
  by: keyof PeopledSite['cookies'] | 'anybody'
}

/**
 * One sentForm for every address that forms are sent to, in an order in which each of them changes something. `token` is of
 * a link by mail.
 */
export function sentFormsOn(site: PeopledSite, { token }: { token: string }): SentForm[] {
  const { comments, collections, papers, readers } = site
  const paper = (address: string) => String(papers[address])
  const reason = 'Because of the tides.'
  const on = (
    action: string,
    fields: Record<string, string>,
    by: SentForm['by'] = 'ada',
    address = OTHER,
  ): SentForm => ({
    route: `/papers/:address{.+}/${action}`,
    path: `/papers/${address}/${action}`,
    fields,
    by,
  })
  const at = (
    route: string,
    id: string | number,
    fields: Record<string, string>,
    by: SentForm['by'],
  ): SentForm => ({
    route,
    path: route.replace(':id', String(id)),
    fields,
    by,
  })
  const plain = (path: string, fields: Record<string, string>, by: SentForm['by']): SentForm => ({
    route: path,
    path,
    fields,
    by,
  })
  const desk = (route: string, id: string | number, fields: Record<string, string> = {}): SentForm =>
    at(`/desk/${route}`, id, { ...fields, reason }, 'cora')
  const claim = (decision: string, paperId: string, readerId: string): SentForm => ({
    route: `/desk/claims/:paper/:reader/${decision}`,
    path: `/desk/claims/${paperId}/${readerId}/${decision}`,
    fields: { reason },
    by: 'cora',
  })
  return [
    plain('/sign-in', { email: 'new@readers.example' }, 'anybody'),
    plain('/sign-in/link', { token }, 'anybody'),
    plain('/sign-in/with', { provider: 'github' }, 'anybody'),
    plain('/sign-in/begun', { to: '/' }, 'ada'),
    plain('/view', { view: 'headlines', back: '/' }, 'anybody'),
    on('vote', { vote: '1' }),
    on('comments', { body: 'The sea is wide.' }),
    on('save', { save: '1' }),
    on('read', { read: '1' }, 'ada', SHOWN),
    on('not-for-me', { 'not-for-me': '1' }, 'bert'),
    on('collect', { collection: collections.open }),
    on('pick', { pick: '1', note: 'A good one.' }, 'cora'),
    on('note', { body: 'Mind the tides.' }),
    on('opened', {}),
    plain('/papers/searched', { text: 'tides' }, 'ada'),
    on('claim', { note: 'It is mine.' }, 'bert'),
    on('flag', { reason: 'spam', note: 'It sells.' }, 'bert'),
    plain('/for-you/seen', { papers: paper(SHOWN) }, 'ada'),
    plain('/for-you/feeds', { act: 'make' }, 'ada'),
    at('/comments/:id/reply', comments.shown, { body: 'I think so too.' }, 'bert'),
    at('/comments/:id/edit', comments.shown, { body: 'I meant lakes.' }, 'ada'),
    at('/comments/:id/react', comments.shown, { on: 'agree' }, 'bert'),
    at('/comments/:id/flag', comments.answer, { reason: 'spam', note: '' }, 'ada'),
    at('/comments/:id/delete', comments.answer, {}, 'bert'),
    plain('/for-you/begin/topics', { 'topic-cs.CL': 'on' }, 'bert'),
    plain('/for-you/begin/authors', { names: 'Iris Sand' }, 'bert'),
    plain('/for-you/begin/titles', { titles: OTHER }, 'bert'),
    plain('/for-you/begin/orcid', { orcid: '0000-0002-1825-0097' }, 'bert'),
    plain('/for-you/begin/file', { text: '@misc{a, title={Lakes}}' }, 'bert'),
    plain('/for-you/begin/rating', { paper: paper(OTHER), rating: 'dislike' }, 'bert'),
    plain('/for-you/begin/end', {}, 'bert'),
    plain('/collections', { title: 'On tides', description: '', public: 'on' }, 'bert'),
    at(
      '/collections/:id/edit',
      collections.open,
      { title: 'Of tides', description: 'x', public: 'on' },
      'ada',
    ),
    on('zotero', {}),
    at('/collections/:id/zotero', collections.open, {}, 'ada'),
    at('/collections/:id/import', collections.open, { place: 'users/4711' }, 'ada'),
    at('/collections/:id/import/file', collections.open, { text: '@misc{a, title={Lakes}}' }, 'ada'),
    {
      route: '/collections/:id/imports/:import/repetition',
      path: `/collections/${collections.private}/imports/${site.libraryImportId}/repetition`,
      fields: {},
      by: 'ada',
    },
    plain('/settings/zotero', { key: 'abcdefghijklmnopqrstuvwx' }, 'ada'),
    plain('/settings/zotero/places', {}, 'ada'),
    plain('/settings/zotero/import', { place: 'users/4711' }, 'ada'),
    plain('/settings/zotero/removal', {}, 'ada'),
    at('/collections/:id/papers/add', collections.private, { paper: OTHER }, 'ada'),
    at('/collections/:id/papers/move', collections.private, { paper: OTHER, to: '1' }, 'ada'),
    at('/collections/:id/papers/note', collections.private, { paper: OTHER, note: 'Read it.' }, 'ada'),
    at('/collections/:id/papers/remove', collections.private, { paper: OTHER }, 'ada'),
    at('/collections/:id/flag', collections.open, { reason: 'spam', note: '' }, 'nina'),
    at('/collections/:id/delete', collections.private, { confirm: 'on' }, 'ada'),
    {
      route: '/desk/editions/:day/head',
      path: `/desk/editions/${EDITION}/head`,
      fields: { note: 'Read these.', top: OTHER },
      by: 'cora',
    },
    desk('papers/:id/comment-lock', paper(OTHER)),
    desk('papers/:id/comment-lock/end', paper(OTHER)),
    desk('papers/:id/flags/dismissal', paper(OTHER)),
    desk('papers/:id/hiding', paper(ALONE)),
    desk('papers/:id/hiding/end', paper(ALONE)),
    desk('papers/:id/merger', paper(ALONE), { with: OTHER }),
    desk('comments/:id/hiding/end', comments.hidden),
    desk('comments/:id/hiding', comments.hidden),
    desk('comments/:id/flags/dismissal', comments.shown),
    desk('collections/:id/hiding/end', collections.hidden),
    desk('collections/:id/hiding', collections.hidden),
    desk('collections/:id/flags/dismissal', collections.open),
    desk('submissions/:id/rejection', site.submissionIds.first),
    desk('submissions/:id/acceptance', site.submissionIds.second),
    claim('rejection', paper(SHOWN), readers.nina),
    claim('confirmation', paper(OTHER), readers.bert),
    desk('suspicions/:id/dismissal', site.suspicionIds.first),
    desk('suspicions/:id/discount', site.suspicionIds.second),
    desk('suspicions/:id/suspension', site.suspicionIds.ofSuspended),
    desk('readers/:id/trust', readers.nina),
    desk('readers/:id/suspension', readers.nina),
    desk('readers/:id/suspension/end', readers.nina),
    desk('readers/:id/suspension-with-votes', readers.nina),
    plain(
      '/desk/webhooks',
      { list: '/', shape: 'slack', target: 'https://93.184.216.34/services/x' },
      'cora',
    ),
    desk('webhooks/:id/test', site.webhookId),
    desk('webhooks/:id/pause', site.webhookId),
    desk('webhooks/:id/pause/end', site.webhookId),
    desk('webhooks/:id/secret', site.webhookId),
    desk('webhooks/:id/removal', site.webhookId),
    plain('/welcome', { key: 'the key on the console', field: 'mathematics' }, 'anybody'),
    plain('/desk/sources', { kind: 'arxiv', categories: 'cs.LG' }, 'cora'),
    plain('/desk/sources/fields', { field: 'statistics' }, 'cora'),
    desk('quarantine/:id/rereading', site.quarantinedIds.first),
    plain('/desk/quarantine/rereading', { source: '' }, 'cora'),
    desk('quarantine/:id/removal', site.quarantinedIds.first),
    ...['run', 'trial', 'pause', 'pause/end', 'removal'].map((action) => ({
      route: `/desk/sources/:name/${action}`,
      path: `/desk/sources/${site.sourceName}/${action}`,
      fields: {},
      by: 'cora' as const,
    })),
    plain('/desk/arxiv-holidays', { day: '2026-12-24', name: 'A holiday' }, 'cora'),
    plain('/desk/arxiv-holidays/removal', { day: '2026-12-24' }, 'cora'),
    desk('digests/:id/pause', site.mailed.runId),
    desk('digests/:id/pause/end', site.mailed.runId),
    desk('digests/in-doubt/:id/sending', site.mailed.inDoubtIds.one),
    desk('digests/in-doubt/:id/sent', site.mailed.inDoubtIds.other),
    desk('digests/:id/in-doubt/sending', site.mailed.runId),
    desk('digests/:id/in-doubt/sent', site.mailed.otherRunId),
    ...mailForms(site),
    plain(
      '/websub',
      {
        'hub.mode': 'subscribe',
        'hub.topic': 'https://tides.example/papers/new.atom',
        'hub.callback': 'https://subscriber.example/x',
      },
      'anybody',
    ),
    plain('/settings/profile', { name: 'Ada anew', orcid: '' }, 'ada'),
    plain(
      '/settings/tokens',
      {
        id: '6f1c8a52-3c1b-4f0e-9a57-0d4b8c2e7f11',
        name: 'A script',
        'scope-read': 'on',
        lifetime: '30',
      },
      'bert',
    ),
    plain('/settings/tokens/revoke', { id: site.tokenId }, 'ada'),
    plain('/settings/tokens/revoke-all', {}, 'bert'),
    ...interestForms(site),
    plain('/settings/passkeys/remove', { id: site.passkeyId }, 'ada'),
    plain('/settings/identities/remove', { provider: 'github', subject: '4711' }, 'ada'),
    plain('/settings/sessions/end', {}, 'ada'),
    plain('/papers/submit', { paper: '2601.00099', note: '' }, 'bert'),
    plain('/sign-out', {}, 'bert'),
    plain('/settings/delete', { confirm: 'delete' }, 'ada'),
  ]
}

/** What Ada corrects of what is thought of her, and what she has forgotten. */
function interestForms({ interestIds, searchId, papers }: PeopledSite): SentForm[] {
  const form = (name: string, fields: Record<string, string> = {}, id?: number): SentForm => ({
    route: `/settings/interests/${id === undefined ? '' : ':id/'}${name}`,
    path: `/settings/interests/${id === undefined ? '' : `${id}/`}${name}`,
    fields,
    by: 'ada',
  })
  const { first, second } = interestIds
  return [
    form('name', { name: 'Of tides' }, first),
    form('pause', {}, first),
    form('pause/end', {}, first),
    form('boost', { boost: 'more' }, first),
    form('merge', { into: String(second) }, first),
    form('removal', { confirm: 'on' }, second),
    form('reasons/removal', { paper: String(papers[SHOWN]) }),
    form('reasons/return', { paper: String(papers[SHOWN]) }),
    form('searches/removal', { search: String(searchId) }),
    form('learning', { searches: 'on' }),
    form('removal', { confirm: 'on' }),
  ]
}

/** Answered by the accounts' library to browsers with a passkey (e2e/), who must prove that they hold it. */
export const LIBRARY = '/auth/*'
/** Answered to services that send mail, which sign what they post (src/web/bounce-hooks/bounce-hooks.db.test.ts). */
export const HOOKS = '/mail/bounces/:sender'
/** A POST there asks and changes nothing. */
export const HARVESTS = '/oai'
/** What models send: JSON-RPC, with a token instead of a session. Its own tests attack it. */
export const MODELS = '/mcp'

/** What readers do with the links that they were mailed: whoever has one needs not be signed in. */
function mailForms({ mailed: { codes, lists } }: PeopledSite): SentForm[] {
  const coded = (name: string, code: string): SentForm => ({
    route: `/mail/${name}/:code`,
    path: `/mail/${name}/${code}`,
    fields: {},
    by: 'anybody',
  })
  const settings = (name: string, fields: Record<string, string> = {}): SentForm => ({
    route: `/mail/settings/${name}`,
    path: `/mail/settings/${name}`,
    fields: { code: codes.settings, ...fields },
    by: 'anybody',
  })
  const id = String(lists.frontPage)
  return [
    {
      route: '/subscribe',
      path: '/subscribe',
      fields: { email: 'new@papers.example', list: '/', every: 'day' },
      by: 'anybody',
    },
    coded('confirm', codes.confirm),
    coded('change', codes.unsubscribe),
    settings('lists', { id, length: '7' }),
    settings('lists/pause', { id }),
    settings('lists/pause/end', { id }),
    settings('pause-all'),
    settings('pause-all/end'),
    settings('replies'),
    settings('replies/end'),
    coded('r', codes.noReplies),
    coded('u', codes.unsubscribe),
    settings('lists/end', { id }),
    settings('erasure'),
  ]
}

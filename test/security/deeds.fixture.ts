import { ALONE, OTHER, SHOWN, type PeopledSite } from './peopled-site.fixture.ts'

/** A form as it would be sent, to good effect, by one of the people of the site, or by anybody. */
export type Deed = {
  route: string
  path: string
  fields: Record<string, string>
  by: keyof PeopledSite['cookies'] | 'anybody'
}

/**
 * One deed for every address that forms are sent to, in an order in which each of them changes something. `token` is of
 * a link by mail.
 */
export function deedsOn(site: PeopledSite, { token }: { token: string }): Deed[] {
  const { comments, collections, papers, readers } = site
  const paper = (address: string) => String(papers[address])
  const reason = 'Because of the tides.'
  const on = (
    action: string,
    fields: Record<string, string>,
    by: Deed['by'] = 'ada',
    address = OTHER,
  ): Deed => ({
    route: `/papers/:address{.+}/${action}`,
    path: `/papers/${address}/${action}`,
    fields,
    by,
  })
  const at = (route: string, id: string | number, fields: Record<string, string>, by: Deed['by']): Deed => ({
    route,
    path: route.replace(':id', String(id)),
    fields,
    by,
  })
  const plain = (path: string, fields: Record<string, string>, by: Deed['by']): Deed => ({
    route: path,
    path,
    fields,
    by,
  })
  const desk = (what: string, fields: Record<string, string>): Deed =>
    plain(`/desk/${what}`, { ...fields, reason }, 'cora')
  return [
    plain('/sign-in', { email: 'new@readers.example' }, 'anybody'),
    plain('/sign-in/link', { token }, 'anybody'),
    plain('/sign-in/with', { provider: 'github' }, 'anybody'),
    on('vote', { vote: '1' }),
    on('comments', { body: 'The sea is wide.' }),
    on('save', { save: '1' }),
    on('read', { read: '1' }, 'ada', SHOWN),
    on('not-for-me', { 'not-for-me': '1' }, 'bert'),
    on('collect', { collection: collections.open }),
    on('pick', { pick: '1', note: 'A good one.' }, 'cora'),
    on('claim', { note: 'It is mine.' }, 'bert'),
    on('flag', { reason: 'spam', note: 'It sells.' }, 'bert'),
    at('/comments/:id/reply', comments.shown, { body: 'I think so too.' }, 'bert'),
    at('/comments/:id/edit', comments.shown, { body: 'I meant lakes.' }, 'ada'),
    at('/comments/:id/react', comments.shown, { on: 'agree' }, 'bert'),
    at('/comments/:id/flag', comments.answer, { reason: 'spam', note: '' }, 'ada'),
    at('/comments/:id/delete', comments.answer, {}, 'bert'),
    plain('/collections', { title: 'On tides', description: '', public: 'on' }, 'bert'),
    at(
      '/collections/:id/edit',
      collections.open,
      { title: 'Of tides', description: 'x', public: 'on' },
      'ada',
    ),
    at('/collections/:id/papers/add', collections.private, { paper: OTHER }, 'ada'),
    at('/collections/:id/papers/move', collections.private, { paper: OTHER, to: '1' }, 'ada'),
    at('/collections/:id/papers/note', collections.private, { paper: OTHER, note: 'Read it.' }, 'ada'),
    at('/collections/:id/papers/remove', collections.private, { paper: OTHER }, 'ada'),
    at('/collections/:id/flag', collections.open, { reason: 'spam', note: '' }, 'nina'),
    at('/collections/:id/delete', collections.private, { confirm: 'on' }, 'ada'),
    desk('papers', { paper: paper(OTHER), act: 'lock' }),
    desk('comments', { comment: String(comments.hidden), act: 'show' }),
    desk('collections', { collection: collections.hidden, act: 'show' }),
    desk('submissions', { submission: String(site.submissionId), act: 'refuse' }),
    desk('claims', { paper: paper(SHOWN), reader: readers.nina, act: 'refuse' }),
    desk('suspicions', { suspicion: String(site.suspicionId), act: 'dismiss' }),
    desk('readers', { reader: readers.nina, act: 'trust' }),
    desk('papers/merge', { paper: paper(ALONE), with: OTHER }),
    plain('/settings/profile', { name: 'Ada anew', orcid: '' }, 'ada'),
    plain('/settings/passkeys/remove', { id: site.passkeyId }, 'ada'),
    plain('/settings/sessions/end', {}, 'ada'),
    plain('/papers/submit', { paper: '2601.00099', note: '' }, 'bert'),
    plain('/sign-out', {}, 'bert'),
    plain('/settings/delete', { confirm: 'delete' }, 'ada'),
  ]
}

/** Answered by the accounts' library to browsers with a passkey (e2e/), who must prove that they hold it. */
export const LIBRARY = '/auth/*'

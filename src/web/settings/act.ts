import type { Context } from 'hono'
import { deleteAccount } from '../../readers/delete-account.ts'
import { exportAccount } from '../../readers/export-account.ts'
import { parseProfile, updateProfile } from '../../accounts/profile.ts'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { endSessions, isFresh } from '../../accounts/sessions.ts'
import { removeIdentity, removePasskey } from '../../accounts/ways-in.ts'
import { eraseFromOutbox } from '../../mail/outbox.ts'
import { readerAction } from '../forms/reader-action.ts'
import type { Site, Viewer } from '../site.ts'
import { passCookies } from '../viewer.ts'
import { settingsPage } from './show.tsx'

const LIMIT = { limit: RATE_LIMITS.change, allowSuspended: true }
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `POST /settings/profile` */
export function saveProfile(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const given = {
      name: form.text('name'),
      orcid: form.text('orcid'),
      public: form.ticked('public'),
      mailReplies: form.ticked('mail-replies'),
    }
    const parsed = parseProfile(given)
    if (!parsed.ok) {
      const typed = { ...reader, ...given }
      return c.html(
        await settingsPage(own, { reader: typed, sessionId: own.viewer.sessionId, problem: parsed }),
        422,
      )
    }
    await updateProfile(site.db, { readerId: reader.id, profile: parsed.profile, now })
    site.changed('everything')
    return c.redirect('/settings?saved', 303)
  })
}

/** `POST /settings/sessions/end`: ends the named session, or all but this one. */
export function signOutElsewhere(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form }, c) => {
    const id = form.text('id')
    const which = UUID.test(id) ? { only: id } : { allBut: own.viewer.sessionId }
    await endSessions(site.db, { readerId: reader.id, which })
    return c.redirect('/settings', 303)
  })
}

/** `POST /settings/passkeys/remove` */
export function removeMyPasskey(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const id = form.text('id')
    const removed = UUID.test(id)
      ? await removePasskey(site.db, { readerId: reader.id, id, site: site.accounts, now })
      : null
    return removed?.ok === false ? keepLast(own, c) : c.redirect('/settings', 303)
  })
}

/** `POST /settings/identities/remove`: not for suspended readers, whose suspension goes by them. */
export function removeMyIdentity(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.change }, async ({ site: own, reader, form, now }, c) => {
    const identity = { provider: form.text('provider'), subject: form.text('subject') }
    const provider = site.accounts.providers.find(({ id }) => id === identity.provider)
    const removed = await removeIdentity(site.db, {
      readerId: reader.id,
      identity,
      providerName: provider?.name ?? identity.provider,
      site: site.accounts,
      now,
    })
    return removed.ok ? c.redirect('/settings', 303) : keepLast(own, c)
  })
}

async function keepLast(own: Site & { viewer: Viewer }, c: Context): Promise<Response> {
  const problem = {
    field: 'ways-in',
    reason: 'This is your only way to sign in. Add another one before you remove it.',
  } as const
  const { reader, sessionId } = own.viewer
  return c.html(await settingsPage(own, { reader, sessionId, problem }), 422)
}

/** `GET /settings/export`: everything kept about the reader. */
export function sendExport(site: Site) {
  return async (c: Context) => {
    if (!site.viewer) return c.redirect('/sign-in?to=/settings', 303)
    const account = await exportAccount(site.db, { readerId: site.viewer.reader.id })
    c.header('content-disposition', 'attachment; filename="account.json"')
    c.header('cache-control', 'no-store')
    return c.json(account)
  }
}

/** How long after signing in an account can be deleted: whoever finds a browser that was left signed in cannot. */
const DELETED_WITHIN_MS = 30 * 60_000

/** `POST /settings/delete`: for readers who have just signed in. */
export function deleteMyAccount(site: Site) {
  return readerAction(site, LIMIT, async ({ site: own, reader, form, now }, c) => {
    const { sessionId } = own.viewer
    const refuse = async (reason: string) =>
      c.html(await settingsPage(own, { reader, sessionId, problem: { field: 'delete', reason } }), 422)
    if (form.text('confirm').trim().toLowerCase() !== 'delete')
      return refuse('To delete your account, type the word “delete”.')
    if (!(await isFresh(site.db, { sessionId, withinMs: DELETED_WITHIN_MS, now })))
      return refuse(
        'You signed in more than 30 minutes ago. Sign out, sign in again, and then delete your account.',
      )
    const { headers } = await site.accounts.auth.api.signOut({
      headers: c.req.raw.headers,
      returnHeaders: true,
    })
    await deleteAccount(site.db, { readerId: reader.id, secret: site.accounts.secret, now })
    await eraseFromOutbox(site.outboxFolder, { address: reader.email })
    site.changed('everything')
    passCookies(headers, c)
    return c.redirect('/', 303)
  })
}

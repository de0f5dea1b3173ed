import type { Context } from 'hono'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { isFresh } from '../../accounts/sessions.ts'
import { makeToken, MOST_TOKENS, parseToken, revokeTokens, SCOPES } from '../../accounts/tokens.ts'
import { readerAction } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'
import { FRESH_MS, tokensPage, type TokenDraft } from './show.tsx'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * `POST /settings/tokens`: makes a token and answers with the page that shows it, this once. For readers who have just
 * signed in: a token outlasts the session in which it was made, so that whoever finds a browser that was left signed in
 * must not be able to take one along.
 */
export function makeOwnToken(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.change }, async ({ site: own, reader, form, now }, c) => {
    forNobodyElse(c)
    const draft: TokenDraft = {
      name: form.text('name'),
      scopes: SCOPES.filter((scope) => form.ticked(`scope-${scope}`)),
      lifetime: form.text('lifetime'),
    }
    const again = async (problem: { field: keyof TokenDraft | 'form'; reason: string }, status: 403 | 422) =>
      c.html(await tokensPage(own, { draft, problem }), status)
    if (!(await isFresh(site.db, { sessionId: own.viewer.sessionId, withinMs: FRESH_MS, now })))
      return again(
        { field: 'form', reason: 'You signed in more than 30 minutes ago. Sign in again first.' },
        403,
      )
    const id = form.text('id')
    const parsed = parseToken(draft, reader)
    if (!parsed.ok) return again(parsed, 422)
    if (!UUID.test(id))
      return again({ field: 'form', reason: 'This form was not complete. Send it again.' }, 422)
    const outcome = await makeToken(site.db, { id, readerId: reader.id, facts: parsed.facts, now })
    if (outcome.ok) return c.html(await tokensPage(own, { shown: outcome }))
    return outcome.kind === 'full'
      ? again(
          {
            field: 'form',
            reason: `You can have up to ${MOST_TOKENS} tokens. Revoke one you no longer need.`,
          },
          422,
        )
      : c.html(await tokensPage(own, { problem: MADE_BEFORE }), 409)
  })
}

const MADE_BEFORE = {
  field: 'form',
  reason:
    'That token was made before, and was shown then. If you have not copied it, revoke it and make another one.',
} as const

const ALWAYS = { limit: RATE_LIMITS.change, allowSuspended: true }

/** `POST /settings/tokens/revoke` with the `id` of one. */
export function revokeOwnToken(site: Site) {
  return readerAction(site, ALWAYS, async ({ reader, form }, c) => {
    const id = form.text('id')
    if (UUID.test(id)) await revokeTokens(site.db, { readerId: reader.id, which: { only: id } })
    return c.redirect('/settings/tokens?revoked', 303)
  })
}

/** `POST /settings/tokens/revoke-all` */
export function revokeAllOwnTokens(site: Site) {
  return readerAction(site, ALWAYS, async ({ reader }, c) => {
    await revokeTokens(site.db, { readerId: reader.id, which: 'all' })
    return c.redirect('/settings/tokens?revoked', 303)
  })
}

function forNobodyElse(c: Context): void {
  c.header('cache-control', 'no-store')
}

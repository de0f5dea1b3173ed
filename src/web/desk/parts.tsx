import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { displayName, type Reader } from '../../accounts/reader.ts'
import { LONGEST_REASON } from '../../moderation/moderation-log.ts'
import { refused } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'

/** A page for curators only. Others are asked to sign in, or told so. Never cached. */
export function forCurators(make: (site: Site, c: Context, curator: Reader) => Promise<Response> | Response) {
  return (site: Site) => (c: Context) => {
    c.header('cache-control', 'no-store')
    const reader = site.viewer?.reader
    if (!reader) return c.redirect(`/sign-in?to=${encodeURIComponent(c.req.path)}`, 303)
    if (!reader.curator)
      return refused(site, c, {
        status: 403,
        title: 'For curators only',
        reason:
          'The curators’ desk is for moderating the site. What curators do is in the public moderation log.',
      })
    return make(site, c, reader)
  }
}

const PAGES = [
  { path: '/desk', name: 'Queues' },
  { path: '/desk/editions', name: 'Today’s edition' },
  { path: '/desk/readers', name: 'Readers' },
  { path: '/desk/sources', name: 'Sources' },
  { path: '/desk/imports', name: 'Imports' },
  { path: '/desk/webhooks', name: 'Webhooks' },
  { path: '/desk/digests', name: 'Digests' },
] as const

/** A page of the desk. */
export function deskPage(
  site: Site,
  { title, path, children }: { title: string; path: (typeof PAGES)[number]['path']; children: Child },
) {
  return renderPage(site, {
    head: { title, description: 'The curators’ desk.', path, noindex: true },
    children: (
      <div class="desk">
        <header class="edition-head">
          <p class="kicker">The curators’ desk</p>
          <h1>{title}</h1>
          <nav aria-label="The desk">
            <ul class="inline">
              {PAGES.map((page) => (
                <li>
                  <a href={page.path} aria-current={page.path === path ? 'page' : undefined}>
                    {page.name}
                  </a>
                </li>
              ))}
              <li>
                <a href="/moderation">Moderation log</a>
              </li>
            </ul>
          </nav>
        </header>
        {children}
      </div>
    ),
  })
}

/** A form for what curators can do with something: a public reason, and a button for each action. */
export function CuratorForm({
  actions,
  back,
  of,
}: {
  /** `path` is the address each button posts to. */
  actions: { path: string; name: string; danger?: boolean }[]
  /** The page to return to. */
  back: string
  /** What the form is about, for people who cannot see where it is. */
  of: string
}) {
  return (
    <form class="act" method="post" action={actions[0]?.path}>
      <input type="hidden" name="back" value={back} />
      <input
        type="text"
        name="reason"
        required
        maxlength={LONGEST_REASON}
        autocomplete="off"
        placeholder="Reason (public)"
        aria-label={`Public reason, about ${of}`}
      />
      {actions.map(({ path, name, danger = false }) => (
        <button type="submit" formaction={path} class={danger ? 'button danger' : 'button quiet'}>
          {name}
        </button>
      ))}
    </form>
  )
}

/** A reader's name, linked to their page and standing. */
export function ReaderLink({ reader }: { reader: { id: string; name: string } | null }) {
  return reader ? <a href={`/readers/${reader.id}`}>{displayName(reader)}</a> : <>a former reader</>
}

/** What curators can do with a reader, given their standing. */
export function ReaderActs({
  reader,
  trustedByCurator,
  back,
}: {
  reader: Reader
  trustedByCurator: boolean
  back: string
}) {
  const path = `/desk/readers/${reader.id}`
  const actions = reader.suspended
    ? [
        { path: `${path}/suspension/end`, name: 'Reinstate' },
        { path: `${path}/suspension-with-votes`, name: 'Withdraw their votes', danger: true },
      ]
    : [
        ...(trustedByCurator || reader.trusted ? [] : [{ path: `${path}/trust`, name: 'Trust' }]),
        { path: `${path}/suspension`, name: 'Suspend', danger: true },
        { path: `${path}/suspension-with-votes`, name: 'Suspend and withdraw their votes', danger: true },
      ]
  return <CuratorForm actions={actions} back={back} of={displayName(reader)} />
}

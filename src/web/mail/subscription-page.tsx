import type { Child } from 'hono/jsx'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'

/** A short page about mail: what happened, or one thing that can be done. Found by nobody who has not its address. */
export function mailPage(
  site: Site,
  { title, kicker = 'By email', children }: { title: string; kicker?: string; children: Child },
) {
  return renderPage(site, {
    head: { title, description: 'Email from this site.', path: '/mail', noindex: true },
    children: (
      <div class="blank">
        <p class="kicker">{kicker}</p>
        <h1>{title}</h1>
        {children}
      </div>
    ),
  })
}

import type { PublishedDate } from '../../papers/harvested-paper.ts'
import type { Site } from '../site.ts'
import { publishedText } from '../../papers/dates-in-words.ts'
import { exactInstant, relativeTo } from './dates.ts'

/**
 * When a paper was published: how long ago if it was recent, with the exact date in the title and the element itself.
 */
export function Published({
  site,
  published,
  short = false,
}: {
  site: Site
  published: PublishedDate
  short?: boolean
}) {
  const instant = published.precision === 'time' ? new Date(published.value) : null
  const { timeZone } = site
  return (
    <time
      datetime={published.value}
      title={instant ? exactInstant(instant) : publishedText(published, { timeZone })}
    >
      {(instant && relativeTo(instant, site.now())) ?? publishedText(published, { timeZone, short })}
    </time>
  )
}

/** An instant recorded by this site, such as when a paper was added. */
export function When({ site, instant }: { site: Site; instant: Date }) {
  const exact = exactInstant(instant)
  return (
    <time datetime={instant.toISOString()} title={exact}>
      {relativeTo(instant, site.now()) ?? exact}
    </time>
  )
}

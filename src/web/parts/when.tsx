import type { PublishedDate } from '../../papers/harvested-paper.ts'
import { exactInstant, publishedText, relativeTo, shortDay } from './dates.ts'

/** When a paper was published: lately, how long ago; the exact date stands in the title and in the element itself. */
export function Published({
  published,
  now,
  short = false,
}: {
  published: PublishedDate
  now: Date
  short?: boolean
}) {
  const exact =
    published.precision === 'time' ? exactInstant(new Date(published.value)) : publishedText(published)
  const written =
    short && (published.precision === 'day' || published.precision === 'time')
      ? shortDay(published.value.slice(0, 10))
      : publishedText(published)
  const recent = published.precision === 'time' ? relativeTo(new Date(published.value), now) : null
  return (
    <time datetime={published.value} title={exact}>
      {recent ?? written}
    </time>
  )
}

/** An instant of this site's own, such as when a paper came in. */
export function When({ instant, now }: { instant: Date; now: Date }) {
  const exact = exactInstant(instant)
  return (
    <time datetime={instant.toISOString()} title={exact}>
      {relativeTo(instant, now) ?? exact}
    </time>
  )
}

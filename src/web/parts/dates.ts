const INSTANT = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** An instant to the minute: `27 December 2024 at 16:21 UTC`. */
export function exactInstant(instant: Date): string {
  return `${INSTANT.format(instant)} UTC`
}

/** How long ago, for what is less than a week old (`3 hours ago`, `yesterday`); null for what is older or to come. */
export function relativeTo(instant: Date, now: Date): string | null {
  const minutes = Math.floor((now.getTime() - instant.getTime()) / 60_000)
  if (minutes < 0 || minutes >= 7 * 24 * 60) return null
  if (minutes < 1) return 'just now'
  if (minutes < 60) return RELATIVE.format(-minutes, 'minute')
  if (minutes < 24 * 60) return RELATIVE.format(-Math.floor(minutes / 60), 'hour')
  return RELATIVE.format(-Math.floor(minutes / (24 * 60)), 'day')
}

import { FEED_FORMATS, feedAddress } from '../../feeds/formats.ts'

/** Ways to follow a list without an account; `list` is its address, where that is not the one of its feeds; null where it cannot be had by mail. */
export function FeedLinks({
  path,
  list = path,
  intro = 'Follow this list in your feed reader:',
}: {
  path: string
  list?: string | null
  intro?: string
}) {
  return (
    <section class="box">
      <h2>Follow</h2>
      <p>{intro}</p>
      <ul class="inline">
        {FEED_FORMATS.map(({ suffix, name, type }) => (
          <li>
            <a href={feedAddress(path, suffix)} type={type}>
              {name}
            </a>
          </li>
        ))}
      </ul>
      {list !== null && (
        <p>
          Or <a href={subscribePath(list)}>get this by email</a>.
        </p>
      )}
    </section>
  )
}

/** Where a list can be had by mail. */
function subscribePath(list: string): string {
  return list === '/' ? '/subscribe' : `/subscribe?list=${encodeURIComponent(list)}`
}

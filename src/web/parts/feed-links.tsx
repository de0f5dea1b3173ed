import { FEED_FORMATS } from '../../feeds/formats.ts'

/** Ways to follow a list without an account. */
export function FeedLinks({ path }: { path: string }) {
  return (
    <section class="box">
      <h2>Follow</h2>
      <p>This list as a feed, for any reader:</p>
      <ul class="inline">
        {FEED_FORMATS.map(({ suffix, name, type }) => (
          <li>
            <a href={path + suffix} type={type}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

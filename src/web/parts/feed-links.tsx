import { FEED_FORMATS, feedAddress } from '../../feeds/formats.ts'

/** Ways to follow a list without an account. */
export function FeedLinks({
  path,
  intro = 'Follow this list in your feed reader:',
}: {
  path: string
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
    </section>
  )
}

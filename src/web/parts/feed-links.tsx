import { FEED_FORMATS, feedAddress } from '../../feeds/formats.ts'
import { LIST_FILES } from '../exports/formats.ts'

/**
 * Ways to follow a list without an account; `list` is its address, where that is not the one of its feeds; null where it
 * cannot be had by mail. `files` is the one to which the suffixes of its files are put; null where it has none.
 */
export function FeedLinks({
  path,
  list = path,
  files = path,
  intro = 'Follow this list in your feed reader:',
}: {
  path: string
  list?: string | null
  files?: string | null
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
      {files !== null && (
        <>
          <p class="files">Save the whole list as a file:</p>
          <ul class="inline">
            {LIST_FILES.map(({ suffix, name, type }) => (
              <li>
                <a href={feedAddress(files, suffix)} type={type} rel="nofollow">
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

/** Where a list can be had by mail. */
function subscribePath(list: string): string {
  return list === '/' ? '/subscribe' : `/subscribe?list=${encodeURIComponent(list)}`
}

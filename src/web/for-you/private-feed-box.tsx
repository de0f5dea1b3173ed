import { FEED_FORMATS } from '../../feeds/formats.ts'
import type { Site } from '../site.ts'
import { feedName } from './feeds.ts'

/** The addresses of a reader’s private feeds, and how to get, renew and end them. */
export function PrivateFeedBox({
  site,
  feedKey,
  interestId,
  back,
}: {
  site: Site
  feedKey: string | null
  /** The interest whose feed is offered; null for all. */
  interestId: number | null
  back: string
}) {
  return (
    <section class="box" id="private-feed">
      <h2>Private feed</h2>
      {feedKey === null ? (
        <>
          <p>Read this page in your feed reader, at an address that only you know.</p>
          <Act act="make" back={back} words="Make a private feed" />
        </>
      ) : (
        <>
          <p>Read this page in your feed reader:</p>
          <ul class="inline">
            {FEED_FORMATS.map(({ suffix, name, type }) => (
              <li>
                <a
                  href={`${site.origin}/for-you/feeds/${feedName({ key: feedKey, interestId, suffix })}`}
                  type={type}
                  rel="nofollow"
                >
                  {name}
                </a>
              </li>
            ))}
          </ul>
          <p>
            Keep these addresses to yourself: whoever has one can read your feeds. If one got out, make new
            ones; the old ones end.
          </p>
          <div class="tools">
            <Act act="renew" back={back} words="Make new addresses" />
            <Act act="end" back={back} words="End private feeds" />
          </div>
        </>
      )}
    </section>
  )
}

function Act({ act, back, words }: { act: 'make' | 'renew' | 'end'; back: string; words: string }) {
  return (
    <form method="post" action="/for-you/feeds">
      <input type="hidden" name="back" value={`${back}#private-feed`} />
      <button type="submit" name="act" value={act} class="link-button">
        {words}
      </button>
    </form>
  )
}

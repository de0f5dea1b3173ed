import { findSubscriber, type Subscription } from '../../digests/subscriptions.ts'
import type { Site } from '../site.ts'
import { EveryField, inWords } from '../subscribe/preference-fields.tsx'
import { provenAddress } from '../subscribe/show.tsx'

/** How a list comes by mail to the reader who is signed in; null while it does not. */
export async function findOwnSubscription(site: Site, list: string): Promise<Subscription | null> {
  const email = provenAddress(site)
  const subscriber = email === null ? null : await findSubscriber(site.db, { email })
  return subscriber?.subscriptions.find((one) => one.list === list && one.confirmedAt !== null) ?? null
}

/**
 * A reader's own front page (`/for-you`), or what an interest finds (`/for-you/interests/12`), by mail: a form to get it, or
 * how it comes. Nothing for readers to whom no mail can come.
 */
export function SubscribeBox({
  site,
  list,
  subscription,
}: {
  site: Site
  list: string
  /** As `findOwnSubscription` finds it. */
  subscription: Subscription | null
}) {
  const email = provenAddress(site)
  if (email === null) return null
  return (
    <section class="box" aria-labelledby="own-by-mail">
      <h2 id="own-by-mail">By email</h2>
      {subscription === null ? (
        <form class="form" method="post" action="/subscribe">
          <input type="hidden" name="list" value={list} />
          <p>
            What is new for you, the best first, each paper once. It comes to <strong>{email}</strong>.
          </p>
          <EveryField chosen="day" />
          <p class="buttons">
            <button type="submit" class="button">
              Subscribe
            </button>
            <a class="button quiet" href={`/subscribe?list=${encodeURIComponent(list)}`}>
              More choices
            </a>
          </p>
        </form>
      ) : (
        <p>
          It comes to <strong>{email}</strong> {inWords(subscription.preferences)}
          {subscription.pausedAt === null ? '' : ', but is paused'}.{' '}
          <a href="/mail/settings">Change your settings</a>
        </p>
      )}
    </section>
  )
}

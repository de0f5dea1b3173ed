import { deskCounts, waitingClaims } from '../../moderation/desk.ts'
import { openFlags } from '../../moderation/open-flags.ts'
import { openSuspicions } from '../../moderation/open-suspicions.ts'
import { waitingSubmissions } from '../../moderation/submission-lists.ts'
import { deskPage, forCurators } from './parts.tsx'
import { ClaimItem, FlaggedItem, SubmissionItem } from './queue-items.tsx'
import { SuspicionItem } from './suspicion-item.tsx'

/** How many items of each queue to show; more appear as these are resolved. */
const SHOWN = 50
/** Evidence takes more room. */
const SUSPICIONS_SHOWN = 20

/** `/desk`: what is waiting for a curator. */
export const showDesk = forCurators(async (site, c) => {
  const { db } = site
  const [counts, flagged, submissions, claims, suspicions] = await Promise.all([
    deskCounts(db),
    openFlags(db, { limit: SHOWN }),
    waitingSubmissions(db, { limit: SHOWN }),
    waitingClaims(db, { limit: SHOWN }),
    openSuspicions(db, { limit: SUSPICIONS_SHOWN }),
  ])
  const queues = [
    {
      id: 'flags',
      name: 'Flags',
      count: counts.flags,
      items: flagged.map((item) => <FlaggedItem site={site} item={item} />),
    },
    {
      id: 'submissions',
      name: 'Submissions',
      count: counts.submissions,
      items: submissions.map((item) => <SubmissionItem site={site} item={item} />),
    },
    {
      id: 'claims',
      name: 'Authorship claims',
      count: counts.claims,
      items: claims.map((item) => <ClaimItem site={site} item={item} />),
    },
    {
      id: 'suspicions',
      name: 'Suspicious votes',
      count: counts.suspicions,
      items: suspicions.map((item) => <SuspicionItem site={site} item={item} />),
    },
  ]
  const waiting = queues.filter(({ count }) => count > 0)
  return c.html(
    deskPage(site, {
      title: 'Waiting for review',
      path: '/desk',
      children: (
        <>
          {c.req.query('done') !== undefined && (
            <p class="notice" role="status">
              Done, and recorded in the <a href="/moderation">moderation log</a>.
            </p>
          )}
          <ul class="inline desk-counts">
            {queues.map(({ id, name, count }) => (
              <li>{count > 0 ? <a href={`#${id}`}>{`${name} ${count}`}</a> : `${name} 0`}</li>
            ))}
          </ul>
          {waiting.length === 0 && <p class="blank">Nothing is waiting for review.</p>}
          {waiting.map(({ id, name, count, items }) => (
            <section class="queue" aria-labelledby={id}>
              <h2 id={id}>
                {name} <span class="count">{count}</span>
              </h2>
              <ul class="queue-items">
                {items.map((item) => (
                  <li>{item}</li>
                ))}
              </ul>
              {count > items.length && (
                <p class="aside">{count - items.length} more will appear as you resolve these.</p>
              )}
            </section>
          ))}
        </>
      ),
    }),
  )
})

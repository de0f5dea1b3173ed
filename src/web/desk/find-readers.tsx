import { displayName } from '../../accounts/reader.ts'
import { findReaders, type ReaderStanding } from '../../moderation/find-readers.ts'
import { counted } from '../../moderation/subjects.ts'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { deskPage, forCurators, ReaderActs } from './parts.tsx'

const SHOWN = 50
/** Longer than any name or the address of a reader's page. */
const LONGEST_QUERY = 200

/** `/desk/readers`: readers and their standing. `?q=` is the start of a name, or of a reader's id. */
export const showReaders = forCurators(async (site, c) => {
  const text = (c.req.query('q') ?? '').toWellFormed().replaceAll('\0', '').slice(0, LONGEST_QUERY).trim()
  const found = await findReaders(site.db, {
    text,
    limit: SHOWN,
    curators: site.accounts.curators,
    now: site.now(),
  })
  const back = `/desk/readers${text === '' ? '' : `?q=${encodeURIComponent(text)}`}`
  return c.html(
    deskPage(site, {
      title: 'Readers',
      path: '/desk/readers',
      children: (
        <>
          <form class="act" method="get" action="/desk/readers" role="search" aria-label="Search readers">
            <input
              type="text"
              name="q"
              value={text}
              maxlength={LONGEST_QUERY}
              autocomplete="off"
              placeholder="Start of a name, or the address of a reader’s page"
              aria-label="Start of a name, or the address of a reader’s page"
            />
            <button type="submit" class="button quiet">
              Search
            </button>
          </form>
          {found.length === 0 ? (
            <p class="blank">
              {text === '' ? 'No one has an account yet.' : 'No readers match your search.'}
            </p>
          ) : (
            <>
              <p class="aside">
                {found.length === SHOWN ? `The newest ${SHOWN}` : counted(found.length, 'reader')}
                {text !== '' && ` whose name or number starts with “${text}”`}
              </p>
              <ul class="queue-items">
                {found.map((standing) => (
                  <li>
                    <h2>
                      <a href={`/readers/${standing.reader.id}`}>{displayName(standing.reader)}</a>
                    </h2>
                    <Standing site={site} standing={standing} />
                    <ReaderActs
                      reader={standing.reader}
                      trustedByCurator={standing.trustedByCurator}
                      back={back}
                    />
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      ),
    }),
  )
})

/** A reader's standing, as curators need to know it. */
export function Standing({ site, standing }: { site: Site; standing: ReaderStanding }) {
  const { reader } = standing
  const states = [
    ...(reader.suspended ? ['suspended'] : []),
    ...(reader.curator ? ['curator'] : []),
    ...(!reader.suspended && !reader.curator
      ? [standing.trustedByCurator ? 'trusted by a curator' : reader.trusted ? 'trusted' : 'new']
      : []),
    ...(reader.orcidVerified ? ['ORCID verified'] : []),
  ]
  return (
    <p>
      {states.join(', ')} · joined <When site={site} instant={reader.createdAt} /> ·{' '}
      {counted(standing.votes, 'vote')} · {counted(standing.comments, 'comment')} ·{' '}
      {counted(standing.flagsRaised, 'flag')} raised, {standing.flagsReceived} received
    </p>
  )
}

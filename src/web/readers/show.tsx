import type { Context } from 'hono'
import { displayName, type Reader } from '../../accounts/reader.ts'
import { publicCollections, type Collection } from '../../shelves/collections.ts'
import { standingOf } from '../../moderation/find-readers.ts'
import { publicWork, type PublicWork } from '../../readers/public-reader.ts'
import { counted } from '../../moderation/subjects.ts'
import { parseReaderId } from '../desk/parse-ids.ts'
import { ReaderActs } from '../desk/parts.tsx'
import { Standing } from '../desk/find-readers.tsx'
import { notFound } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'

const SHOWN = 20

/** `/readers/…`: a reader's profile and what they did in public. Curators see everyone's, with their standing. */
export function showReader(site: Site) {
  return async (c: Context) => {
    const asks = site.viewer?.reader
    const id = parseReaderId(c.req.param('id') ?? '')
    const standing =
      id === null
        ? null
        : await standingOf(site.db, { readerId: id, curators: site.accounts.curators, now: site.now() })
    // Do not reveal whether an account exists.
    const maySee = standing && (standing.reader.public || asks?.curator || asks?.id === standing.reader.id)
    if (!standing || !maySee)
      return notFound(site, c, { what: 'There is no such reader, or their page is private.' })
    const { reader } = standing
    const [work, { collections }] = await Promise.all([
      publicWork(site.db, { readerId: reader.id, limit: SHOWN }),
      publicCollections(site.db, { of: reader.id, limit: SHOWN }),
    ])
    const path = `/readers/${reader.id}`
    return c.html(
      renderPage(site, {
        head: {
          title: displayName(reader),
          description: `Papers, collections and comments by ${displayName(reader)}.`,
          path,
          // Search engines need not list people.
          noindex: true,
        },
        children: (
          <div class="narrow">
            <header class="edition-head">
              <p class="kicker">{reader.curator ? 'Curator' : 'Reader'}</p>
              <h1>{displayName(reader)}</h1>
              {reader.orcid !== null && <Orcid reader={reader} />}
            </header>
            {!reader.public && (
              <p class="notice">
                {asks?.id === reader.id
                  ? 'Only you and curators can see this page. You can make it public in your settings.'
                  : 'Only this reader and curators can see this page.'}
              </p>
            )}
            {asks?.curator && (
              <section class="desk" aria-labelledby="standing">
                <h2 id="standing">Standing</h2>
                <Standing site={site} standing={standing} />
                {asks.id !== reader.id && (
                  <ReaderActs reader={reader} trustedByCurator={standing.trustedByCurator} back={path} />
                )}
              </section>
            )}
            <Work site={site} work={work} collections={collections} />
          </div>
        ),
      }),
    )
  }
}

function Orcid({ reader: { orcid, orcidVerified } }: { reader: Reader }) {
  return (
    <p class="aside">
      <a href={`https://orcid.org/${orcid}`} rel="me noopener">
        ORCID {orcid}
      </a>
      {orcidVerified ? ', verified' : ', not verified'}
    </p>
  )
}

function Work({
  site,
  work: { comments, papers },
  collections,
}: {
  site: Site
  work: PublicWork
  collections: Collection[]
}) {
  if (papers.length + collections.length + comments.length === 0)
    return <p class="aside">Nothing here yet.</p>
  return (
    <>
      {papers.length > 0 && (
        <section aria-labelledby="wrote">
          <h2 id="wrote">Papers they wrote</h2>
          <ul class="rows">
            {papers.map(({ subject, address }) => (
              <li>
                <a href={address}>{subject}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {collections.length > 0 && (
        <section aria-labelledby="collections">
          <h2 id="collections">Collections</h2>
          <ul class="rows">
            {collections.map((collection) => (
              <li>
                <a href={`/collections/${collection.id}`}>{collection.title}</a>
                <span>{counted(collection.papers, 'paper')}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {comments.length > 0 && (
        <section aria-labelledby="comments">
          <h2 id="comments">Newest comments</h2>
          <ul class="rows">
            {comments.map(({ subject, address, writtenAt }) => (
              <li>
                <a href={address}>{subject}</a>
                <When site={site} instant={writtenAt} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

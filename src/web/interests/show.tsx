import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { Paper } from '../../papers/paper.ts'
import { profileOf, statedBy, type Profile, type Stated } from '../../recommendation/profile.ts'
import { TasteAway, type Interest } from '../../recommendation/taste.ts'
import { renderPage } from '../layout.tsx'
import type { Site, Viewer } from '../site.ts'
import { changeInWords } from './changed.ts'
import { MovementFigure } from './movement.tsx'
import { OwnData } from './own-data.tsx'
import { Questions } from './questions.tsx'
import { InterestSection, PaperLink, ReasonForm, type NameProblem } from './section.tsx'

export const INTERESTS_PATH = '/settings/interests'

/** `/settings/interests`: what this site thinks of a reader, and what they can do about it. */
export function showInterests(site: Site) {
  return async (c: Context) => {
    const { viewer } = site
    if (!viewer) return c.redirect(`/sign-in?to=${INTERESTS_PATH}`, 303)
    c.header('cache-control', 'no-store')
    const own = { ...site, viewer }
    const changed = changeInWords(c.req.query('changed'))
    const page = await interestsPage(own, { changed })
    return c.html(page)
  }
}

/** The page; with what was just changed, or with a name that was refused. */
export async function interestsPage(
  site: Site & { viewer: Viewer },
  { changed = null, problem = null }: { changed?: string | null; problem?: NameProblem | null } = {},
) {
  const { reader } = site.viewer
  const now = site.now()
  const [interests, stated] = await Promise.all([
    interestsUnlessAway(site, { readerId: reader.id, now }),
    statedBy(site.db, { readerId: reader.id }),
  ])
  const profile =
    interests &&
    (await profileOf(site.db, {
      readerId: reader.id,
      interests,
      follows: stated.follows,
      timeZone: site.timeZone,
      now,
    }))
  return renderPage(site, {
    head: {
      title: 'Your interests',
      description: 'What we think you are interested in, and why.',
      path: INTERESTS_PATH,
      noindex: true,
    },
    children: (
      <>
        <header class="edition-head">
          <p class="kicker">
            <a href="/settings">Settings</a>, only you can see this
          </p>
          <h1>Your interests</h1>
          <p class="intro">
            This is everything we think you are interested in, and why. <a href="/for-you">Your front page</a>{' '}
            goes by it. If something is wrong, correct it here.
          </p>
          {changed !== null && (
            <p class="notice" role="status">
              {changed}
            </p>
          )}
          {reader.suspended && (
            <p class="notice problem" role="note">
              Your account is suspended, so you cannot change your interests. You can still download or forget
              all of this.
            </p>
          )}
        </header>
        <div class="with-rail">
          <div class="interests">
            {profile ? (
              <Interests
                site={site}
                profile={profile}
                stated={stated}
                mayChange={!reader.suspended}
                problem={problem}
              />
            ) : (
              <p class="notice" role="status">
                We cannot show your interests at the moment. <a href={INTERESTS_PATH}>Try again</a> in a few
                seconds. What you changed is kept.
              </p>
            )}
          </div>
          <aside class="rail" aria-label="What it is made from">
            <OwnData stated={stated} />
          </aside>
        </div>
      </>
    ),
  })
}

/** A reader's interests; null while they cannot be told. */
async function interestsUnlessAway(
  { taste }: Site,
  question: { readerId: string; now: Date },
): Promise<Interest[] | null> {
  try {
    return await taste.interests(question)
  } catch (error) {
    if (error instanceof TasteAway) return null
    throw error
  }
}

function Interests({
  site,
  profile: { interests, movement, contradictions, leftOut },
  stated,
  mayChange,
  problem,
}: {
  site: Site
  profile: Profile
  stated: Stated
  mayChange: boolean
  problem: NameProblem | null
}) {
  const kept = interests.flatMap(({ id, name }) => (id === null ? [] : [{ id, name }]))
  return (
    <>
      <Questions questions={contradictions} mayChange={mayChange} />
      {movement && <MovementFigure movement={movement} />}
      {interests.length === 0 ? (
        <Nothing follows={stated.follows} />
      ) : (
        <section aria-labelledby="interests">
          <h2 id="interests">What you are interested in</h2>
          {interests.map((interest) => (
            <InterestSection
              site={site}
              interest={interest}
              others={kept.filter(({ id }) => id !== interest.id)}
              mayChange={mayChange}
              problem={problem !== null && problem.interestId === interest.id ? problem : null}
            />
          ))}
        </section>
      )}
      {leftOut.length > 0 && <LeftOut papers={leftOut} mayChange={mayChange} />}
    </>
  )
}

function Nothing({ follows: { topics, authors } }: { follows: Stated['follows'] }): Child {
  return (
    <div class="blank">
      <h2>No interests yet</h2>
      <p>
        We find them in what you do: vote for papers or save them, and they appear here within minutes.{' '}
        {topics.length + authors.length > 0 && 'Until then your front page goes by what you follow.'}
      </p>
      <p>
        <a href="/for-you/begin">Tell us what you read</a>
      </p>
    </div>
  )
}

/** Papers that were left out before an interest was found for them, or after it was dropped. */
function LeftOut({ papers, mayChange }: { papers: Paper[]; mayChange: boolean }) {
  return (
    <section aria-labelledby="left-out">
      <h2 id="left-out">Papers you left out</h2>
      <ul class="rows">
        {papers.map((paper) => (
          <li>
            <PaperLink paper={paper} />
            {mayChange && <ReasonForm paper={paper} isExcluded />}
          </li>
        ))}
      </ul>
    </section>
  )
}

import { RATE_LIMITS } from '../../../accounts/rate-limits.ts'
import { allTopics } from '../../../ranking/editions.ts'
import {
  followAuthor,
  followsOf,
  followTopic,
  MOST_FOLLOWED,
  unfollowAuthor,
  unfollowTopic,
} from '../../../recommendation/follows.ts'
import { readerAction } from '../../forms/reader-action.ts'
import type { Site } from '../../site.ts'
import type { Refusal } from './begun.ts'
import { again, done } from './answer-again.ts'
import { Lines, linesOf } from './lines.tsx'

const CHANGE = { limit: RATE_LIMITS.change }

/** `POST /for-you/begin/topics`: a box `topic-…` for each, and `followed-…` for those that were ticked before. */
export function chooseTopics(site: Site) {
  return readerAction(site, CHANGE, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    const [known, follows] = await Promise.all([
      allTopics(own.db),
      followsOf(own.db, { readerId: reader.id }),
    ])
    const of = { readerId: reader.id }
    for (const category of follows.topics)
      if (form.ticked(`followed-${category}`) && !form.ticked(`topic-${category}`))
        await unfollowTopic(own.db, { ...of, category })
    for (const { category } of known) {
      if (!form.ticked(`topic-${category}`) || follows.topics.includes(category)) continue
      const outcome = await followTopic(own.db, { ...of, category, now })
      if (!outcome.ok && outcome.kind === 'full')
        return again(acting, c, {
          step: 'topics',
          reason: <p>You can follow up to {MOST_FOLLOWED} topics. Untick some that you no longer read.</p>,
        })
    }
    return done(c, 'topics')
  })
}

/** `POST /for-you/begin/authors`: follows the `names`, one on each line, or ends following the one with the key `unfollow`. */
export function chooseAuthors(site: Site) {
  return readerAction(site, CHANGE, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    const key = form.text('unfollow')
    if (key !== '') {
      await unfollowAuthor(own.db, { readerId: reader.id, key })
      return done(c, 'authors')
    }
    const typed = form.text('names')
    const refuse = (reason: Refusal['reason'], kept = typed) =>
      again(acting, c, { step: 'authors', reason, typed: kept })
    const names = linesOf(typed)
    if (!Array.isArray(names)) return refuse(<p>{names.problem}</p>)
    if (names.length === 0) return refuse(<p>Enter the name of an author.</p>)
    const followed: string[] = []
    const unknown: string[] = []
    for (const [i, line] of names.entries()) {
      const outcome = await followAuthor(own.db, { readerId: reader.id, name: line, now })
      if (outcome.ok) followed.push(outcome.name)
      else if (outcome.kind === 'no-author') unknown.push(line)
      else
        return refuse(
          <p>You can follow up to {MOST_FOLLOWED} authors. Unfollow some to make room.</p>,
          [...unknown, ...names.slice(i)].join('\n'),
        )
    }
    if (unknown.length === 0) return done(c, 'authors')
    return refuse(
      <>
        {followed.length > 0 && <p>You now follow {listed(followed)}.</p>}
        <p>No paper here has an author with {unknown.length === 1 ? 'this name' : 'these names'}:</p>
        <Lines lines={unknown} />
        <p>Check how papers print {unknown.length === 1 ? 'it' : 'them'}.</p>
      </>,
      unknown.join('\n'),
    )
  })
}

function listed(names: string[]): string {
  return new Intl.ListFormat('en-GB').format(names)
}

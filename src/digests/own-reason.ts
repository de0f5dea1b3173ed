import { categoryName } from '../papers/categories.ts'
import { ACT_WORDS } from '../recommendation/act-words.ts'
import { isFor } from '../recommendation/evidence.ts'
import type { RankedPaper } from '../recommendation/taste.ts'

const MOST_ACTS = 2
const LONGEST_TITLE = 90

/**
 * Why a paper is in a reader's own digest, in one line of plain text: `Tides · Because you voted for “Why tides turn” and saved
 * “Slow water”`. It tells what they did, so it is for nobody else. `titles`: what the papers are called that may be told of.
 */
export function ownReason(
  { interest, followed, outside, reasons }: RankedPaper,
  { titles, isOfInterest }: { titles: ReadonlyMap<number, string>; isOfInterest: boolean },
): string {
  const acts = reasons
    .filter(({ part, act }) => part > 0 && isFor(act.kind))
    .flatMap(({ act: { kind, paperId, text } }) => {
      const { before, after } = ACT_WORDS[kind]
      const what = paperId === null ? text : titles.get(paperId)
      return what ? [{ did: before, what: `“${shorten(what)}”${after && ` ${after}`}` }] : []
    })
  const [first, second] = [...new Map(acts.map((act) => [act.what, act])).values()].slice(0, MOST_ACTS)
  return [
    ...(outside ? ['Outside your interests'] : []),
    ...(interest !== null && !isOfInterest ? [interest.name] : []),
    ...(followed.author === null ? [] : [`By ${followed.author}, whom you follow`]),
    ...(followed.topic === null ? [] : [`In ${categoryName(followed.topic)}, which you follow`]),
    ...(first ? [because(first, second)] : []),
  ].join(' · ')
}

type Told = { did: string; what: string }

function because(first: Told, second: Told | undefined): string {
  const start = `Because you ${first.did} ${first.what}`
  if (!second) return start
  return `${start} and ${second.did === first.did ? '' : `${second.did} `}${second.what}`
}

function shorten(text: string): string {
  if (text.length <= LONGEST_TITLE) return text
  return `${text
    .slice(0, LONGEST_TITLE)
    .replace(/\s+\S*$/, '')
    .replace(/[\uD800-\uDBFF]$/, '')}…`
}

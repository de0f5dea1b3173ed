import { addHeat, eventHeat, HALF_LIFE_MS, listingWeight, WEIGHTS } from '../../src/ranking/heat.ts'
import { DAY_MS, HOUR_MS, type ListedPaper } from './events.ts'

/** Papers are told by their number in the stretch, instants in milliseconds. The higher score stands first. */
export type Ranker = {
  listed(paper: number): void
  upvoted(paper: number, at: number): void
  score(paper: number, now: number): number
}

export type Formula = { name: string; stated: string; start(papers: ListedPaper[]): Ranker }

const OUR_HOURS = HALF_LIFE_MS / HOUR_MS

/**
 * Our heat, with another half-life by making the clock run faster or slower: 12 hours where 48 are the half-life are 48
 * hours of a clock four times as fast. `listing`: standing on the other site's list counts too, as when one is imported.
 */
function heat(hours: number, { listing = false } = {}): Formula {
  const pace = OUR_HOURS / hours
  return {
    name: `heat, ${hours} h${hours === OUR_HOURS ? ' (ours)' : ''}${listing ? ' + listing' : ''}`,
    stated: listing
      ? 'the same as ours with the listing itself as an event, as imports record it'
      : `log2 of the sum of w × 2^((t − epoch) / ${hours} h) over the upvotes`,
    start(papers) {
      const origin = papers[0]?.listedAt ?? 0
      const heats = papers.map(() => -Infinity)
      const add = (paper: number, weight: number, at: number) => {
        const event = eventHeat(weight, new Date(origin + (at - origin) * pace))
        heats[paper] = addHeat(heats[paper] ?? -Infinity, event)
      }
      return {
        listed: (paper) => {
          if (listing) add(paper, listingWeight({}), papers[paper]?.listedAt ?? 0)
        },
        upvoted: (paper, at) => add(paper, WEIGHTS.upvote, at),
        score: (paper) => heats[paper] ?? -Infinity,
      }
    },
  }
}

/** A formula of the points so far, the listing and the time. */
function ofPoints(
  name: string,
  stated: string,
  score: (points: number, paper: ListedPaper, now: number) => number,
): Formula {
  return {
    name,
    stated,
    start(papers) {
      const points = papers.map(() => 0)
      return {
        listed: () => {},
        upvoted: (paper) => {
          points[paper] = (points[paper] ?? 0) + 1
        },
        score: (number, now) => {
          const paper = papers[number]
          return paper ? score(points[number] ?? 0, paper, now) : -Infinity
        },
      }
    },
  }
}

const hoursSince = (paper: ListedPaper, now: number) => (now - paper.listedAt) / HOUR_MS

/** As published in news.arc (arclanguage.org), `frontpage-rank`: points below 2 are not raised to a power. */
const hackerNews = ofPoints(
  'Hacker News',
  '(points − 1)^0.8 / (hours + 2)^1.8',
  (points, paper, now) =>
    (points > 1 ? (points - 1) ** 0.8 : points - 1) / (hoursSince(paper, now) + 2) ** 1.8,
)

const LOBSTERS_WINDOW_HOURS = 22

/**
 * As in lobsters/lobsters, app/models/story.rb, `calculated_hotness` and `HOTNESS_WINDOW`, without what it adds for tags,
 * comments and authors, which there are none of here. (It stores the negative and sorts upwards.)
 */
const lobsters = ofPoints(
  'Lobsters',
  `sign(score) × log10(max(|score + 1|, 1)) + created at / ${LOBSTERS_WINDOW_HOURS} h`,
  (points, paper) =>
    (points > 0 ? Math.log10(Math.max(points + 1, 1)) : 0) +
    paper.listedAt / (LOBSTERS_WINDOW_HOURS * HOUR_MS),
)

const LEMMY_DAYS = 7

/**
 * As in LemmyNet/lemmy, crates/db_schema_file/replaceable_schema/utils.sql, `r.hot_rank`. Earlier ones had
 * 10000 × log10(max(1, 3 + score)) above the same line and went on after a week.
 */
const lemmy = ofPoints(
  'Lemmy',
  `log10(max(2, score + 2)) / (hours + 2)^1.8 in the first ${LEMMY_DAYS} days, then 0`,
  (points, paper, now) => {
    const hours = hoursSince(paper, now)
    return hours > 0 && hours < LEMMY_DAYS * 24 ? Math.log10(Math.max(2, points + 2)) / (hours + 2) ** 1.8 : 0
  },
)

const newest = ofPoints('newest first', 'the time of listing', (_, paper) => paper.listedAt)
const total = ofPoints('total points', 'upvotes so far, of any age', (points) => points)

/** What nobody can know at the time, as a yardstick of how old and how lasting the best list is. */
function oracle(days: number): Formula {
  return ofPoints(
    `oracle, ${days} days`,
    `upvotes in the end, of papers listed in the last ${days} days`,
    (_, paper, now) => (now - paper.listedAt < days * DAY_MS ? paper.upvotes : -1),
  )
}

/** The formula in force, with which the others are compared. */
export const OURS = heat(OUR_HOURS)

export const FORMULAS: Formula[] = [
  heat(OUR_HOURS / 4),
  heat(OUR_HOURS / 2),
  heat(OUR_HOURS * 0.75),
  OURS,
  heat(OUR_HOURS * 2),
  heat(OUR_HOURS, { listing: true }),
  hackerNews,
  lobsters,
  lemmy,
  newest,
  total,
  oracle(7),
  oracle(3),
]

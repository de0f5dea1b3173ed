import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { z } from 'zod'
import { randomFrom } from '../search-speed/random.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** A paper as another site listed it: when (milliseconds), and how many upvotes it had in the end. */
export type ListedPaper = {
  id: string
  listedAt: number
  upvotes: number
  /** Decides between equals. The file has each day's papers in the order in which they ended, which must not help. */
  lot: number
}

/** An upvote of paper number `paper` of its stretch, at an instant (milliseconds). */
export type Upvote = { paper: number; at: number }

/** Days in a row with a list, weekends included; `from` and `to` are the first and the last midnight (UTC) with one. */
export type Stretch = { from: number; to: number; papers: ListedPaper[] }

const Line = z.object({ id: z.string().min(1), daily_date: z.iso.date(), upvotes: z.int().nonnegative() })

/** More days without a list than this begin another stretch. */
const LONGEST_PAUSE_DAYS = 4

/** Reads the papers of a gzipped file of JSON lines, in the stretches in which they were listed. Throws on another form. */
export async function readStretches(file: string): Promise<Stretch[]> {
  const text = (await promisify(gunzip)(await readFile(file))).toString()
  const lots = randomFrom(0)
  const papers = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Line.parse(JSON.parse(line)))
    .map(({ id, daily_date, upvotes }): ListedPaper => ({
      id,
      listedAt: Date.parse(`${daily_date}T00:00:00Z`),
      upvotes,
      lot: lots(),
    }))
    .toSorted((a, b) => a.listedAt - b.listedAt || a.lot - b.lot)
  const stretches: Stretch[] = []
  for (const paper of papers) {
    const current = stretches.at(-1)
    if (current && paper.listedAt - current.to <= LONGEST_PAUSE_DAYS * DAY_MS) {
      current.papers.push(paper)
      current.to = paper.listedAt
    } else stretches.push({ from: paper.listedAt, to: paper.listedAt, papers: [paper] })
  }
  return stretches
}

const BUSIEST_HOUR = 15
const SWING = 0.6

/** How busy readers are at an instant, between 1 − SWING at night and 1 + SWING in the afternoon (UTC). */
function activity(at: number): number {
  const hour = (at % DAY_MS) / HOUR_MS
  return 1 + SWING * Math.cos((2 * Math.PI * (hour - BUSIEST_HOUR)) / 24)
}

/**
 * When the upvotes of a stretch may have come, in the order of time: every upvote by itself, at `s` after the listing with
 * the density e^(−s / mean) · activity (drawn by thinning: P. Lewis, G. Shedler, 1979). The same for a seed.
 */
export function placeUpvotes(
  papers: ListedPaper[],
  { meanHours, seed }: { meanHours: number; seed: number },
): Upvote[] {
  const random = randomFrom(seed)
  const upvotes: Upvote[] = []
  papers.forEach(({ listedAt, upvotes: count }, paper) => {
    for (let placed = 0; placed < count;) {
      const at = listedAt - Math.log(1 - random()) * meanHours * HOUR_MS
      if (random() * (1 + SWING) >= activity(at)) continue
      upvotes.push({ paper, at })
      placed++
    }
  })
  return upvotes.toSorted((a, b) => a.at - b.at)
}

/** The model of `placeUpvotes` in words. */
export const MODEL = `each upvote comes at s after midnight (UTC) of its paper's day with the density e^(−s / mean) × (1 + ${SWING} cos 2π(hour − ${BUSIEST_HOUR}) / 24)`

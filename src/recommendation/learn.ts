import { isFor, type Evidence } from './evidence.ts'
import { remembered, rehearse } from './learning/forgetting.ts'
import type { Features } from './learning/features.ts'
import { group } from './learning/group.ts'
import type { LikenessTable } from './learning/likeness-table.ts'
import { openExamples, type Examples } from './learning/examples.ts'
import { learnInterest, type Example, type InterestModel } from './learning/model.ts'
import type { KnownPaper } from './known-paper.ts'
import type { Act, ActKind } from './taste.ts'

/** An interest as it is learned: kept ones with their number and name, new ones without. */
export type LearntInterest = {
  id: number | null
  name: string | null
  namedByReader: boolean
  boost: number
  isPaused: boolean
  kind: 'standing' | 'passing'
  /** Its acts that count, the newest first. */
  acts: Act[]
  excluded: Act[]
  /** null while it is paused, or has no act. */
  model: InterestModel | null
  /** From this score on a paper is likely to matter. */
  likely: number
}

/** What is learned from all that a reader did. */
export type Learnt = {
  interests: LearntInterest[]
  /** The examples of all models, in one order, and the act that each comes from. */
  examples: { key: string; features: Features; act: Act }[]
  /** The same, to compare papers with. */
  together: Examples
}

/** Parts that can be left out, to see what each is good for (bench/recommendation). */
export type Parts = {
  /** How much the acts of other interests count in one: 1 makes all of them one. */
  others: number
  forgetting: 'power law' | 'none' | 'exponential'
  passedOver: boolean
  /** What papers are compared by. */
  by: 'words and meaning' | 'words' | 'meaning'
}

export const ALL_PARTS: Parts = {
  others: 0.9,
  forgetting: 'power law',
  passedOver: true,
  by: 'words and meaning',
}

/** How much each kind of act counts, and what it speaks for. */
const WEIGHTS: Record<ActKind, { weight: number; target: number }> = {
  vote: { weight: 1, target: 1 },
  save: { weight: 1, target: 1 },
  collect: { weight: 1, target: 1 },
  submit: { weight: 1, target: 1 },
  like: { weight: 1, target: 1 },
  comment: { weight: 0.7, target: 1 },
  open: { weight: 0.3, target: 1 },
  search: { weight: 0.5, target: 1 },
  dislike: { weight: 1, target: -0.5 },
  'not-for-me': { weight: 1, target: -0.5 },
  'passed-over': { weight: 1, target: 0 },
}

/** Acts that one model is learned from, at most. */
const MOST = { for: 200, against: 60, passedOver: 60 }
/** A demand that a search says outright has passed after days, not years. */
const PASSING_MS = 5 * 86_400_000
/** A mean life, beside the power law: what forgets without rehearsal (for comparison only). */
const EXPONENTIAL_MS = 1_000 * 86_400_000

type Known = { act: Act; key: string; features: Features; vector: Float32Array | null }

/** Learns a reader's interests. `papers` are those of their acts, `textFeatures` what their searches say. */
export function learn(
  evidence: Evidence,
  {
    papers,
    textFeatures,
    table,
    now,
    parts = ALL_PARTS,
  }: {
    papers: ReadonlyMap<number, KnownPaper>
    textFeatures: (text: string) => Features
    table: LikenessTable
    now: Date
    parts?: Parts
  },
): Learnt {
  const known = evidence.acts.flatMap((act): Known[] => {
    // What the reader took out speaks neither for nor against.
    if (!isFor(act.kind) && evidence.assigned.get(act.paperId ?? 0)?.isExcluded) return []
    if (act.paperId === null) {
      const text = act.text ?? ''
      return [{ act, key: `search ${text}`, features: textFeatures(text), vector: null }]
    }
    const paper = papers.get(act.paperId)
    return paper ? [{ act, key: String(act.paperId), features: paper.features, vector: paper.vector }] : []
  })
  const liked = known.filter(({ act }) => isFor(act.kind) && act.kind !== 'search')
  const counting = liked.filter(({ act }) => counts(evidence, act))
  const searches = known.filter(({ act }) => act.kind === 'search')
  const groups = groupsOf(evidence, counting)

  const memory = (act: Act) => weightOf(act, now, parts)
  const paused = new Set(
    groups.flatMap(({ kept, members }) => (kept?.isPaused ? members.map(({ key }) => key) : [])),
  )
  const speaking = counting.filter(({ key }) => !paused.has(key))
  const rehearsed = rehearse(
    speaking.map(({ act }) => ({ seed: act.paperId ?? 0, weight: memory(act) })),
    { most: MOST.for },
  ).flatMap((i) => speaking[i] ?? [])
  const inForce = [
    ...rehearsed,
    ...searches,
    ...known.filter(({ act }) => act.kind === 'not-for-me' || act.kind === 'dislike').slice(0, MOST.against),
    ...(parts.passedOver ? nearestPassedOver(known, rehearsed, memory) : []),
  ]
  const together = openExamples(inForce.map(({ features }) => features))
  const likeness =
    rehearsed.length + searches.length > 0
      ? table.of(inForce, (paper, count) => together.kinships(paper, count))
      : new Float64Array(0)
  const examples = inForce.map(({ key, features, act }) => ({ key, features, act }))

  const toModel = (isOwn: (known: Known) => boolean) =>
    learnInterest(
      inForce.map((one): Example => {
        const { target } = WEIGHTS[one.act.kind]
        const isOthers = target > 0 && !isOwn(one)
        return {
          target,
          weight: Math.max(LEAST_WEIGHT, memory(one.act) * (isOthers ? parts.others : 1)),
        }
      }),
      { likeness },
    )

  const standing = groups.map(({ kept, members }): LearntInterest => {
    const own = new Set(members.map(({ key }) => key))
    const model = kept?.isPaused || members.length === 0 ? null : toModel(({ key }) => own.has(key))
    return {
      id: kept?.id ?? null,
      name: kept?.name ?? null,
      namedByReader: kept?.namedByReader ?? false,
      boost: kept?.boost ?? 1,
      isPaused: kept?.isPaused ?? false,
      kind: 'standing',
      acts: members.map(({ act }) => act),
      excluded: kept ? excludedOf(evidence, liked, kept.id) : [],
      model,
      likely: model
        ? likelyFrom(
            model,
            inForce.map(({ key }) => own.has(key)),
          )
        : 0,
    }
  })
  const passing: LearntInterest[] =
    searches.length === 0
      ? []
      : [
          {
            id: null,
            name: 'What you searched for lately',
            namedByReader: false,
            boost: 1,
            isPaused: false,
            kind: 'passing',
            acts: searches.map(({ act }) => act),
            excluded: [],
            model: toModel(({ act }) => act.kind === 'search'),
            likely: LEAST_LIKELY,
          },
        ]
  return { interests: [...standing, ...passing], examples, together }
}

/** So that the ridge stays well conditioned: 1/weight stands on its diagonal. */
const LEAST_WEIGHT = 1e-3

function weightOf(act: Act, now: Date, { forgetting }: Parts): number {
  const age = Math.max(0, now.getTime() - act.at.getTime())
  const { weight } = WEIGHTS[act.kind]
  if (act.kind === 'search') return weight * Math.exp(-age / PASSING_MS)
  // What was passed over, or is not for somebody, is not forgotten: it says what interests are not.
  if (!isFor(act.kind) || forgetting === 'none') return weight
  return weight * (forgetting === 'power law' ? remembered(age) : Math.exp(-age / EXPONENTIAL_MS))
}

/** Whether an act speaks for an interest: not one that the reader took out, nor one of an interest that they dropped. */
function counts({ assigned }: Evidence, { paperId }: Act): boolean {
  const place = paperId === null ? undefined : assigned.get(paperId)
  return place === undefined || (!place.isExcluded && place.interestId !== null)
}

function excludedOf({ assigned }: Evidence, liked: Known[], interestId: number): Act[] {
  return liked.flatMap(({ act }) => {
    const place = act.paperId === null ? undefined : assigned.get(act.paperId)
    return place?.isExcluded && place.interestId === interestId ? [act] : []
  })
}

/** The acts by interest: as they are kept, and the others by what they are most like. Newest first in each. */
function groupsOf(
  { interests, assigned }: Evidence,
  counting: Known[],
): { kept: Evidence['interests'][number] | null; members: Known[] }[] {
  const placeOf = new Map(interests.map(({ id }, place) => [id, place]))
  const begun: number[][] = interests.map(() => [])
  for (const [i, { act }] of counting.entries()) {
    const interestId = assigned.get(act.paperId ?? 0)?.interestId ?? null
    const place = interestId === null ? undefined : placeOf.get(interestId)
    // Acts come newest first: the last of a group's members are to be its newest.
    if (place !== undefined) begun[place]?.unshift(i)
  }
  return group(
    counting.map(({ act, features, vector }) => ({ features, vector, at: act.at.getTime() })),
    begun,
  ).map((members, place) => ({
    kept: interests[place] ?? null,
    members: members.toSorted((a, b) => a - b).flatMap((i) => counting[i] ?? []),
  }))
}

/**
 * Of the papers that the reader was shown and passed over, those most like what they like: they tell where an interest ends.
 * (Far ones say nothing: taking them instead of these changed nothing on readers' histories.)
 */
function nearestPassedOver(known: Known[], rehearsed: Known[], memory: (act: Act) => number): Known[] {
  const passed = known.filter(({ act }) => act.kind === 'passed-over').slice(0, MOST_LOOKED_AT)
  if (passed.length <= MOST.passedOver || rehearsed.length === 0) return passed.slice(0, MOST.passedOver)
  const score = openExamples(rehearsed.map(({ features }) => features)).scorer([
    rehearsed.map(({ act }) => memory(act)),
  ])
  const into = new Float64Array(1)
  const near = passed.map((one) => {
    score(one.features, into)
    return { one, sum: into[0] ?? 0 }
  })
  return near
    .toSorted((a, b) => b.sum - a.sum)
    .slice(0, MOST.passedOver)
    .map(({ one }) => one)
}

const MOST_LOOKED_AT = 1_000

const LEAST_LIKELY = 0.03

/** Half of what an interest's own papers score, each as if the reader had not acted on it. */
function likelyFrom(model: InterestModel, isOwn: boolean[]): number {
  const scores = isOwn
    .flatMap((own, i) => (own ? [i] : []))
    .slice(0, MOST_MEASURED)
    .map((i) => model.withoutItself(i))
    .toSorted((a, b) => a - b)
  return Math.max(LEAST_LIKELY, (scores[Math.floor(scores.length / 2)] ?? 0) / 2)
}
const MOST_MEASURED = 20

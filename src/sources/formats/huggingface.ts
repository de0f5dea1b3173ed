import { z } from 'zod'
import { addDays, parseDay } from '../../papers/calendar.ts'
import type { HarvestOutcome, Count } from '../../papers/harvested-paper.ts'
import { parseDate, parseInstant } from './dates.ts'
import { readJsonRecords } from './json-records.ts'
import { parseJson } from './jsonl.ts'
import { readLines } from './lines.ts'
import { RECORD_TOO_LONG, outcomeOf, sentenceOf } from './refusal.ts'
import type { PaperDraft } from './validate-paper.ts'

const text = z.string().nullish()
const date = text.catch(undefined)
const count = z.number().int().nonnegative().nullish().catch(undefined)

const paperSchema = z.object({
  id: text,
  title: text,
  summary: text,
  abstract: text,
  publishedAt: date,
  published_at: date,
  submittedOnDailyAt: date,
  submitted_on_daily_at: date,
  daily_date: date,
  observed_at: date,
  upvotes: z.number().int().nonnegative().nullish(),
  numComments: count,
  num_comments: count,
  authors: z
    .array(
      z.union([z.string(), z.object({ name: text })], { error: 'expected a name, or an object with a name' }),
    )
    .nullish(),
  githubRepo: text,
  githubStars: count,
  projectPage: text,
})
type DailyPaper = z.infer<typeof paperSchema>

const entrySchema = z.object({
  paper: paperSchema,
  title: text,
  summary: text,
  publishedAt: date,
  numComments: count,
})

/**
 * Papers from Hugging Face's daily papers: the JSON array of its API (entries with a `paper`, or bare papers), or JSON
 * lines of the same facts with `daily_date` and `observed_at`. `now` is when upvotes were seen where the record does
 * not say. Positions are `record 3 (line 120)` in an array and `line 3` in JSON lines.
 */
export async function* readHuggingFace(
  chunks: AsyncIterable<string>,
  { now }: { now: Date },
): AsyncGenerator<HarvestOutcome> {
  const { first, all } = await peekCharacter(chunks)
  if (first === '[') {
    for await (const record of readJsonRecords(all)) {
      const position = `record ${record.number} (line ${record.line})`
      if (record.ok) yield outcomeOf(position, draftOf(record.json, { now }))
      else yield { ok: false, position, reason: record.reason }
    }
    return
  }
  for await (const { number, text: line } of readLines(all)) {
    const position = `line ${number}`
    if (line === null) yield { ok: false, position, reason: RECORD_TOO_LONG }
    else if (line.trim() !== '') yield outcomeOf(position, draftOf(line, { now }))
  }
}

function draftOf(json: string, { now }: { now: Date }): PaperDraft | { refused: string } {
  // White space to `trim`, but not to JSON: a byte order mark at the beginning goes too.
  const value = parseJson(json.trim())
  if (value === undefined) return { refused: 'The record is not valid JSON.' }
  const wrapped = typeof value === 'object' && value !== null && 'paper' in value
  const parsed = wrapped ? entrySchema.safeParse(value) : paperSchema.safeParse(value)
  if (!parsed.success) return { refused: sentenceOf(parsed.error) }
  if (!('paper' in parsed.data)) return draftOfPaper(parsed.data, { now })
  const { paper, ...entry } = parsed.data
  const completed = {
    ...paper,
    title: paper.title ?? entry.title,
    summary: paper.summary ?? entry.summary,
    publishedAt: paper.publishedAt ?? entry.publishedAt,
    numComments: paper.numComments ?? entry.numComments,
  }
  return draftOfPaper(completed, { now })
}

function draftOfPaper(paper: DailyPaper, { now }: { now: Date }): PaperDraft {
  // No paper is refused for a date: one that is none counts as missing.
  const since = parseInstant(paper.submittedOnDailyAt ?? paper.submitted_on_daily_at ?? '')
  const observedAt = parseInstant(paper.observed_at ?? '') ?? now.toISOString()
  const listed = parseDay(paper.daily_date ?? '') ?? since?.slice(0, 10) ?? null
  // None was listed after it was seen, wherever on Earth that was.
  const day = listed !== null && listed > addDays(observedAt.slice(0, 10), 1) ? null : listed

  const published = paper.publishedAt ?? paper.published_at
  const countOf = (total: number | null | undefined): Count | undefined =>
    typeof total === 'number' ? { total, observedAt, since: begin } : undefined
  const precise = parseDate(published ?? '')
  const begin =
    since ??
    (day && `${day}T00:00:00.000Z`) ??
    (precise?.precision === 'time' ? precise.value : null) ??
    observedAt
  return {
    source: 'huggingface',
    identifiers: [paper.id],
    asOf: observedAt,
    title: paper.title,
    abstract: paper.abstract ?? paper.summary,
    indentedParagraphs: true,
    authors: paper.authors?.map((author) => ({ name: typeof author === 'string' ? author : author.name })),
    published,
    links: [
      { kind: 'code', url: paper.githubRepo },
      { kind: 'project', url: paper.projectPage },
    ],
    listing: day === null ? undefined : { date: day },
    stars:
      typeof paper.githubStars === 'number'
        ? { total: paper.githubStars, observedAt, since: observedAt }
        : undefined,
    upvotes: countOf(paper.upvotes),
    commentCount: countOf(paper.numComments ?? paper.num_comments),
  }
}

async function peekCharacter(
  chunks: AsyncIterable<string>,
): Promise<{ first: string; all: AsyncIterable<string> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const read: string[] = []
  let first = ''
  while (first === '') {
    const next = await iterator.next()
    if (next.done) break
    read.push(next.value)
    first = next.value.trim().slice(0, 1)
    // Nothing but white space so far: its line breaks are all that later positions need of it.
    if (first === '' && read.length > 1) read.splice(0, 2, read.join('').replace(/[^\n]/g, ''))
  }
  return { first, all: rejoin(read, iterator) }
}

async function* rejoin(read: string[], iterator: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    yield* read
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

import { z } from 'zod'
import { addDays } from '../../papers/calendar.ts'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { readHuggingFace } from '../formats/huggingface.ts'
import { HUGGING_FACE } from '../services.ts'
import type { HarvestPage, SourceKind, TaskRun } from '../source-kind.ts'
import { askJson } from './ask-json.ts'
import { daysToAsk } from './days.ts'
import { inOnePiece } from '../formats/lines.ts'

/** Upvotes grow for about so many days. */
const DAYS_AGAIN = 7
const PAGE = 100

const settings = z.object({})

/** Hugging Face's daily papers: which papers people there submitted and voted for, as attention drawn elsewhere. */
export const huggingface: SourceKind<z.infer<typeof settings>> = {
  kind: 'huggingface',
  title: 'Hugging Face daily papers',
  about: 'Which papers are voted for at Hugging Face: upvotes, comments and stars count as attention.',
  settings,
  options: [],
  describe: () => '',
  tasks: [
    {
      name: 'daily papers',
      schedule: { pattern: '40 */2 * * *', timeZone: 'UTC', spreadMs: 20 * 60_000 },
      silentAfterHours: 48,
      takesRange: true,
      harvest: harvestDays,
    },
  ],
  reread: (record) => readHuggingFace(inOnePiece(`[${record}]`), { now: new Date() }),
}

async function* harvestDays(run: TaskRun<z.infer<typeof settings>>): AsyncGenerator<HarvestPage> {
  const { done, run: days } = daysToAsk(run, { start: '', first: DAYS_AGAIN, overlap: DAYS_AGAIN })
  const { from, to } = days
  for (let day = days.place === '' ? from : days.place; day <= to; day = addDays(day, 1)) {
    const outcomes: HarvestOutcome[] = []
    let pageBefore = ''
    for (let page = 0; ; page++) {
      const url = new URL(`${run.urls.huggingFace}/api/daily_papers`)
      url.search = new URLSearchParams({ date: day, limit: String(PAGE), p: String(page) }).toString()
      const entries = await askJson(run, {
        service: HUGGING_FACE,
        name: 'Hugging Face',
        url,
        schema: z.array(z.unknown()),
      })
      // Behind its end a list may begin anew.
      const asText = JSON.stringify(entries)
      if (asText === pageBefore) break
      pageBefore = asText
      for (const entry of entries) {
        const record = JSON.stringify(entry)
        for await (const outcome of readHuggingFace(inOnePiece(`[${record}]`), { now: run.now() }))
          outcomes.push(
            outcome.ok
              ? { ...outcome, paper: { listing: { date: day }, ...outcome.paper } }
              : { ...outcome, position: `${day}, entry ${outcomes.length + 1}`, record },
          )
      }
      if (entries.length < PAGE) break
    }
    const next = addDays(day, 1)
    yield { outcomes, cursor: next > to ? { done: to, run: null } : { done, run: { from, to, place: next } } }
  }
}

import type { Kysely } from 'kysely'
import { z } from 'zod'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import {
  addSource,
  listSources,
  parseSource,
  pauseSourceNamed,
  removeSource,
  resumeSource,
} from './sources.ts'

const words = z.array(z.string()).optional()
const fileSchema = z.object({
  sources: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.string(),
      settings: z.record(z.string(), z.unknown()).default({}),
      words,
      without: words,
      paused: z.boolean().default(false),
    }),
  ),
})
export type WrittenSources = z.infer<typeof fileSchema>

export type Applied = { added: string[]; changed: string[]; removed: string[]; unchanged: string[] }

/** All sources as a file has them. */
export async function writeDownSources(
  db: Kysely<Database>,
  { now }: { now: Date },
): Promise<WrittenSources> {
  const sources = await listSources(db, { now })
  return {
    sources: sources.map(({ name, kind, settings, mustHave, mustNotHave, pausedAt }) => ({
      name,
      kind: kind.kind,
      settings: settings as Record<string, unknown>,
      ...(mustHave.length > 0 && { words: mustHave }),
      ...(mustNotHave.length > 0 && { without: mustNotHave }),
      paused: pausedAt !== null,
    })),
  }
}

/**
 * Makes the sources as a file says: adds, changes, pauses and resumes; with `prune`, removes the others. Everything in the
 * file is checked before anything is changed. Applying it again changes nothing. A source whose settings differ begins anew.
 */
export async function applyWritten(
  db: Kysely<Database>,
  json: unknown,
  { prune, now }: { prune: boolean; now: Date },
): Promise<{ ok: true; applied: Applied } | { ok: false; reason: string }> {
  const parsed = fileSchema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const field = issue?.path.map(String).join('.') ?? ''
    return {
      ok: false,
      reason: `${field === '' ? 'The file' : `“${field}”`}: ${issue?.message ?? 'cannot be read'}.`,
    }
  }
  const wanted = parsed.data.sources
  const names = new Set<string>()
  for (const { name, kind, settings, words: mustHave = [], without: mustNotHave = [] } of wanted) {
    if (names.has(name)) return { ok: false, reason: `The file names ${name} twice.` }
    names.add(name)
    const checked = parseSource({ name, kind, settings, mustHave, mustNotHave })
    if (!checked.ok) return { ok: false, reason: `${name}: ${checked.reason}` }
  }
  const applied: Applied = { added: [], changed: [], removed: [], unchanged: [] }
  const before = new Map((await listSources(db, { now })).map((source) => [source.name, source]))
  for (const { name, kind, settings, words: mustHave = [], without: mustNotHave = [], paused } of wanted) {
    const held = before.get(name)
    const draft = { name, kind, settings, mustHave, mustNotHave }
    const checked = parseSource(draft)
    if (!checked.ok) continue
    const isSame = held?.kind.kind === kind && sameJson(held.settings, checked.settings)
    if (held && !isSame) await removeSource(db, { name })
    if (!held || !isSame) {
      await addSource(db, draft, { trusted: true, paused, now })
      applied[held ? 'changed' : 'added'].push(name)
      continue
    }
    const sameWords = sameJson([held.mustHave, held.mustNotHave], [checked.mustHave, checked.mustNotHave])
    if (!sameWords)
      await db
        .updateTable('sources')
        .set({ must_have: checked.mustHave, must_not_have: checked.mustNotHave })
        .where('name', '=', name)
        .execute()
    const isPaused = held.pausedAt !== null
    if (isPaused && !paused) await resumeSource(db, { name, now })
    if (!isPaused && paused) await pauseSourceNamed(db, { name, now })
    applied[sameWords && isPaused === paused ? 'unchanged' : 'changed'].push(name)
  }
  if (prune)
    for (const name of before.keys())
      if (!names.has(name) && (await removeSource(db, { name }))) applied.removed.push(name)
  await notify(db, 'sources')
  return { ok: true, applied }
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value) || value === null || typeof value !== 'object') return value
  return Object.entries(value).toSorted(([x], [y]) => (x < y ? -1 : 1))
}

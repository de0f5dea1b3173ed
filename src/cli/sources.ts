import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import { addField, fieldNamed, FIELDS } from '../sources/fields.ts'
import { kindNamed, partsOf, settingsFrom, SOURCE_KINDS } from '../sources/kinds.ts'
import {
  addSource,
  listSources,
  pauseSourceNamed,
  removeSource,
  resumeSource,
  type Source,
} from '../sources/sources.ts'
import { stateOf } from '../sources/source-state.ts'
import { applyWritten, writeDownSources } from '../sources/written-down.ts'
import { budgetInWords, budgetsOf } from '../sources/budget.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'
import { withDatabase } from './with-database.ts'

/** `sources add KIND`: the options of the kind are its settings. */
export async function add(kind: string, options: Record<string, string | undefined>): Promise<void> {
  const known = kindNamed(kind)
  if (!known)
    throw new UsageError(
      `There is no kind of source called ${kind}. There are: ${SOURCE_KINDS.map((one) => one.kind).join(', ')}.`,
    )
  const foreign = SOURCE_KINDS.flatMap((one) => one.options).find(
    ({ name }) =>
      name !== 'name' && options[name] !== undefined && !known.options.some((option) => option.name === name),
  )
  if (foreign) throw new UsageError(`${known.title} has no option --${foreign.name}.`)
  await withDatabase(settings(), async (db) => {
    const outcome = await addSource(
      db,
      {
        ...(options['name'] !== undefined && { name: options['name'] }),
        kind,
        settings: settingsFrom(known, options),
        mustHave: partsOf(options['words'] ?? ''),
        mustNotHave: partsOf(options['without'] ?? ''),
      },
      { trusted: true, now: new Date() },
    )
    if (!outcome.ok) throw new UsageError(outcome.reason)
    process.stdout.write(`${sentenceOf(outcome.source)} was added.\n`)
  })
}

/** `sources add-field FIELD` */
export async function addFieldSources(id: string): Promise<void> {
  const field = fieldNamed(id)
  if (!field) throw new UsageError(`There is no field called ${id}. See: broadsheet sources fields`)
  await withDatabase(settings(), async (db) => {
    const added = await addField(db, field, { trusted: true, now: new Date() })
    for (const source of added) process.stdout.write(`${sentenceOf(source)} was added.\n`)
    if (added.length === 0) process.stdout.write(`All sources of ${field.name} were there already.\n`)
  })
}

/** `sources fields` */
export async function listFields(): Promise<void> {
  for (const { id, name, sources } of FIELDS) {
    const asked = sources.flatMap((draft) => {
      const kind = kindNamed(draft.kind)
      const parsed = kind?.settings.safeParse(draft.settings)
      return kind && parsed?.success
        ? [[kind.title, kind.describe(parsed.data)].filter(Boolean).join(' ')]
        : []
    })
    process.stdout.write(`${id}: ${name} (${asked.join('; ')})\n`)
  }
}

/** `sources list` */
export async function list({ json = false }: { json?: boolean }): Promise<void> {
  const now = new Date()
  const config = settings()
  const { sources, budgets } = await withDatabase(config, async (db) => {
    const sources = await listSources(db, { now })
    return { sources, budgets: await budgetsOf(db, sources, { now, keys: config.keys }) }
  })
  if (json) {
    const shown = sources.map(({ kind, ...source }) => ({
      ...source,
      kind: kind.kind,
      budget: budgets.get(source.name) ?? null,
      state: stateOf(source).kind,
    }))
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`)
    return
  }
  if (sources.length === 0)
    process.stdout.write(
      'There are no sources yet. Add one with: broadsheet sources add KIND, or add-field FIELD\n',
    )
  for (const source of sources) {
    const { lastWholeAt, nextAt, words, trouble } = stateOf(source)
    const why = trouble === null ? '' : ` (${trouble})`
    const last = lastWholeAt === null ? 'never whole yet' : `last whole ${minute(lastWholeAt)}`
    const next = source.pausedAt !== null || nextAt === null ? '' : `, next ${minute(nextAt)}`
    const budget = budgets.get(source.name)
    const asked = budget ? `; ${budgetInWords(budget)}` : ''
    process.stdout.write(`${sentenceOf(source)}: ${words}${why}; ${last}${next}${asked}\n`)
  }
}

/** `sources pause|resume|remove NAME` */
export async function change(verb: 'pause' | 'resume' | 'remove', name: string): Promise<void> {
  const now = new Date()
  const done = await withDatabase(settings(), (db) =>
    verb === 'pause'
      ? pauseSourceNamed(db, { name, now })
      : verb === 'resume'
        ? resumeSource(db, { name, now })
        : removeSource(db, { name }),
  )
  if (!done) throw new UsageError(`There is no source called ${name}.`)
  const became = { pause: 'is paused', resume: 'is asked again', remove: 'was removed; its papers stay' }[
    verb
  ]
  process.stdout.write(`${name} ${became}.\n`)
}

/** `sources export` */
export async function exportSources(): Promise<void> {
  const written = await withDatabase(settings(), (db) => writeDownSources(db, { now: new Date() }))
  process.stdout.write(`${JSON.stringify(written, null, 2)}\n`)
}

/** `sources apply FILE` */
export async function apply(file: string, { prune = false }: { prune?: boolean }): Promise<void> {
  const text =
    file === '-'
      ? await textOf(process.stdin)
      : await readFile(file, 'utf8').catch(() => {
          throw new UsageError(`The file ${file} cannot be read.`)
        })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new UsageError(`${file} is not valid JSON.`)
  }
  const outcome = await withDatabase(settings(), (db) => applyWritten(db, json, { prune, now: new Date() }))
  if (!outcome.ok) throw new UsageError(`Nothing was changed. ${outcome.reason}`)
  const { added, changed, removed, unchanged } = outcome.applied
  process.stdout.write(
    `${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged.length} unchanged\n`,
  )
}

function sentenceOf({ name, kind, settings: own }: Source): string {
  const asked = kind.describe(own)
  return `${name} (${kind.title}${asked === '' ? '' : `: ${asked}`})`
}

function minute(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

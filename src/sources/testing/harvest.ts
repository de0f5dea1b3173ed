import type { Kysely } from 'kysely'
import { servicesAt, TIME_ZONE } from '../../../test/site.ts'
import type { Database } from '../../db/schema.ts'
import { openOutgoingClient } from '../../outgoing/client.ts'
import { runTask, type RunOutcome } from '../harvest.ts'
import type { TaskRun } from '../source-kind.ts'
import { addSource, listSources } from '../sources.ts'

/** Runs the first task of a kind of source against a server, as this site's only one of that kind; it is added where it is not there. */
export async function harvestFrom(
  db: Kysely<Database>,
  url: string,
  {
    kind,
    settings = {},
    now,
    range = null,
    trusted = true,
    ...words
  }: {
    kind: string
    settings?: Record<string, unknown>
    now: Date
    range?: TaskRun<unknown>['range']
    trusted?: boolean
    mustHave?: string[]
    mustNotHave?: string[]
  },
): Promise<RunOutcome> {
  const held = (await listSources(db, { now })).find((one) => one.kind.kind === kind)
  const added = held ? null : await addSource(db, { kind, settings, ...words }, { trusted, now })
  if (added?.ok === false) throw new Error(added.reason)
  const source = held ?? (added?.ok ? added.source : null)
  const task = source?.kind.tasks[0]
  if (!source || !task) throw new Error('there is nothing to run')
  const outcome = await runTask(db, source, task, {
    client: openOutgoingClient({
      db,
      userAgent: 'Broadsheet (a test)',
      now: () => now,
      wait: async () => {},
    }),
    urls: servicesAt(url),
    keys: { openalex: null, semanticScholar: null, github: null },
    contact: null,
    timeZone: TIME_ZONE,
    now: () => now,
    wait: async () => {},
    signal: new AbortController().signal,
    range,
  })
  if (outcome === null) throw new Error('another process runs it')
  return outcome
}

/** Title and edition of all papers, by title. */
export async function editionsByTitle(db: Kysely<Database>): Promise<[string, string | null][]> {
  const rows = await db.selectFrom('papers').select(['title', 'edition']).orderBy('title').execute()
  return rows.map(({ title, edition }) => [title, edition])
}

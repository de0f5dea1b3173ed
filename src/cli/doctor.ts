import { mailTroubles, type MailTroubles } from '../mail/mail-troubles.ts'
import { findDifferences, healDifferences, type Differences } from '../search/doctor.ts'
import { openIndex } from './open-index.ts'
import { quietLog } from './quiet-log.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/**
 * `doctor`: compares the search index with the database and heals what differs, and tells of mail that did not go out.
 * Exit 0: the index is well, or is again.
 */
export async function doctor({ check = false }: { check?: boolean }): Promise<void> {
  const config = settings()
  const log = quietLog(config)
  const say = (text: string) => process.stdout.write(`${text}\n`)
  const opened = await openIndex(config, { log, keep: true })
  let left: Differences
  try {
    const { db } = opened.connection
    for (const line of describeMail(await mailTroubles(db, { now: new Date() }))) say(line)
    await opened.engine.caughtUp()
    const found = await findDifferences(db, opened.engine, { folder: config.searchFolder })
    const { remade } = opened.engine.status()
    if (remade !== null) say(`The index could not be used (${remade}) and was rebuilt.`)
    for (const line of describe(found)) say(line)
    if (isWell(found)) return void say('The search index and the database agree.')
    if (check) throw new UsageError('Run "broadsheet doctor" without --check to repair this.')
    if (found.damage.length === 0) {
      await healDifferences(db, found)
      await opened.engine.caughtUp()
      left = await findDifferences(db, opened.engine, { folder: config.searchFolder })
    } else left = found
  } finally {
    await opened.close()
  }
  if (left.damage.length > 0) {
    say('Index files are damaged. Rebuilding the index.')
    const anew = await openIndex(config, { log, keep: true, anew: true })
    try {
      await anew.engine.caughtUp()
      left = await findDifferences(anew.connection.db, anew.engine, { folder: config.searchFolder })
    } finally {
      await anew.close()
    }
  }
  if (!isWell(left)) {
    for (const line of describe(left)) say(line)
    throw new UsageError('Not everything could be repaired. Run "broadsheet index --rebuild".')
  }
  say('Repaired: the search index and the database agree.')
}

function describeMail({ postponed, givenUp }: MailTroubles): string[] {
  return [
    ...(postponed > 0 ? [`Mails that could not be sent yet and are tried again: ${postponed}`] : []),
    ...givenUp.map(({ reason, mails }) => `Mails of the last week that were given up: ${mails} (${reason})`),
  ]
}

function isWell({ damage, missing, outdated, ghosts, vectors }: Differences): boolean {
  return damage.length + missing.length + outdated.length + ghosts.length + vectors.length === 0
}

function describe({
  papers,
  damage,
  missing,
  outdated,
  ghosts,
  vectors,
  toEmbed,
  model,
}: Differences): string[] {
  const some = (ids: number[]) =>
    `${ids.length} (${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''})`
  return [
    `${papers} papers in the database.`,
    model === null
      ? 'No model has embedded papers yet.'
      : `${toEmbed} papers still have to be embedded by ${model}.`,
    ...damage.map((reason) => `Damaged: ${reason}`),
    ...(missing.length > 0 ? [`Papers missing from the index: ${some(missing)}`] : []),
    ...(outdated.length > 0 ? [`Papers out of date in the index: ${some(outdated)}`] : []),
    ...(ghosts.length > 0 ? [`Papers in the index but not in the database: ${some(ghosts)}`] : []),
    ...(vectors.length > 0 ? [`Papers whose vector differs: ${some(vectors)}`] : []),
  ]
}

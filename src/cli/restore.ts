import { putKeptFiles } from '../db/backup/kept-files.ts'
import { readBackup, type BackupRefusal } from '../db/backup/read-backup.ts'
import { restoreBackup } from '../db/backup/restore-backup.ts'
import { holdDatabase } from '../db/connect.ts'
import { interruption } from './interruption.ts'
import { obstacleAt } from './new-file.ts'
import { progressLine } from './progress.ts'
import { quietLog } from './quiet-log.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** `restore FILE`: fills an empty site with a backup. */
export async function restore(path: string): Promise<void> {
  const config = settings()
  const signal = interruption()
  const log = quietLog(config)
  const progress = progressLine(process.stderr)
  const obstacle = await obstacleAt(path)
  if (path === '-')
    throw new UsageError('A backup cannot be read from standard input. Save it to a file and restore that.')
  if (obstacle === 'folder') throw new UsageError(`${path} is a folder. Give the name of a backup in it.`)
  if (obstacle !== 'file') throw new UsageError(`The file ${path} does not exist.`)
  const read = await readBackup(path)
  if (!read.ok) throw new UsageError(refusal(read.reason, path))
  const { manifest, files, zip } = read.backup
  const held = await holdDatabase(config, { log })
  try {
    let put: Awaited<ReturnType<typeof putKeptFiles>> = []
    const outcome = await restoreBackup(held.address, read.backup, {
      signal,
      putFiles: async () => void (put = await putKeptFiles(config.dataFolder, files)),
      onProgress: (table) => progress.show(`Restoring ${table}`),
    })
    progress.end()
    if (!outcome.ok) throw new UsageError(refusal(outcome.reason, path))
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
    process.stdout.write(
      [
        `${rows.toLocaleString('en-GB')} rows are restored, as they were at ${manifest.takenAt}.`,
        ...put.map((file) =>
          file.kept ? `${file.path} was already there and was left as it is.` : `${file.path} is restored.`,
        ),
        ...(put.some(({ path }) => path.endsWith('dkim.pem'))
          ? ['Emails are signed with the key in dkim.pem: let DKIM_KEY_FILE name it where it is now.']
          : []),
        'The search index is rebuilt when the site starts.\n',
      ].join('\n'),
    )
  } catch (error) {
    if (signal.aborted) throw new UsageError('Interrupted. Nothing was restored.')
    throw error
  } finally {
    progress.end()
    zip.close()
    await held.release()
  }
}

function refusal(reason: BackupRefusal | 'not-empty' | 'interrupted' | 'underway', path: string): string {
  switch (reason) {
    case 'no-backup':
      return `${path} is not a backup, or not all of one. Nothing was restored.`
    case 'damaged':
      return `${path} is damaged. Nothing was restored: try an earlier backup.`
    case 'newer':
      return `${path} was written by a newer or changed Broadsheet. Nothing was restored: restore it with that version.`
    case 'interrupted':
      return 'The restore of another backup into this database was interrupted. Restore that one again, or restore this one into an empty database.'
    case 'underway':
      return 'Another restore into this database is under way. Wait until it has ended.'
    case 'not-empty':
      return 'This database already holds a site. Restore into an empty one: set BROADSHEET_DATA to a new folder, or DATABASE_URL to a new database.'
  }
}

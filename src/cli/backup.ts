import { rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { settingsOfEnvironment } from '../config.ts'
import { readKeptFiles } from '../db/backup/kept-files.ts'
import { writeBackup } from '../db/backup/write-backup.ts'
import { connect } from '../db/connect.ts'
import { keepDraft } from '../runtime/keep-draft.ts'
import { programVersion } from '../runtime/program-version.ts'
import { interruption } from './interruption.ts'
import { obstacleAt, openOutput } from './new-file.ts'
import { progressLine } from './progress.ts'
import { quietLog } from './quiet-log.ts'
import { settings, settingsFileNamed } from './settings.ts'
import { UsageError } from './usage-error.ts'

/**
 * `backup FILE|FOLDER|-`: writes everything the site holds to a ZIP file (or standard output), beside a running server. The
 * file appears under its name once it is whole and on the disk.
 */
export async function backUp(target: string): Promise<void> {
  const config = settings()
  const signal = interruption()
  const now = new Date()
  const file = target === '-' ? null : await fileFor(target, now)
  const connection = await connect(config, { log: quietLog(config), size: 1 })
  const progress = progressLine(process.stderr)
  const draft = file && `${file}.${process.pid}.partial`
  try {
    const out = openOutput(file, { draft, mode: 0o600 })
    const manifest = await writeBackup(connection.address, out, {
      files: await readKeptFiles(config.dataFolder, {
        secret: config.secret,
        settingsFile: settingsFileNamed(),
        dkimKeyFile: config.dkim?.keyFile ?? null,
      }),
      program: programVersion(),
      now,
      signal,
      onProgress: (table) => progress.show(`Backing up ${table}`),
    })
    progress.end()
    const left = settingsOfEnvironment()
    if (left.length > 0)
      process.stderr.write(
        `Not in it, because they are set in the environment: ${left.join(', ')}. Keep them beside the backup.\n`,
      )
    if (file === null || draft === null) return
    await keepDraft(draft, file)
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
    process.stdout.write(
      `${rows.toLocaleString('en-GB')} rows of ${manifest.tables.length} tables are in ${file}.\n`,
    )
  } catch (error) {
    if (signal.aborted) throw new UsageError('Interrupted. No backup was written.')
    throw error
  } finally {
    progress.end()
    if (draft !== null) await rm(draft, { force: true })
    await connection.close()
  }
}

/** The file to write: the one named, or in the folder named one with the time in its name. */
async function fileFor(target: string, now: Date): Promise<string> {
  const path = resolve(target)
  const obstacle = await obstacleAt(path)
  if (obstacle === 'folder')
    return fileFor(join(path, `broadsheet-${now.toISOString().replaceAll(/[:-]|\.\d+/g, '')}.zip`), now)
  if (obstacle === 'file') throw new UsageError(`${target} exists already. Name a new file, or a folder.`)
  if (obstacle === 'no-folder')
    throw new UsageError(`There is no folder ${dirname(path)} to put ${basename(path)} in.`)
  return path
}

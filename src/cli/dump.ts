import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from '../db/connect.ts'
import { dumpName, dumpsFolder } from '../dumps/kept-dumps.ts'
import { writeDump } from '../dumps/write-dump.ts'
import { keepDraft } from '../runtime/keep-draft.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import { programVersion } from '../runtime/program-version.ts'
import { editionTimeZone } from '../ranking/editions.ts'
import { interruption } from './interruption.ts'
import { newFile, openOutput } from './new-file.ts'
import { progressLine } from './progress.ts'
import { quietLog } from './quiet-log.ts'
import { settings } from './settings.ts'
import { siteOrigin } from './site-origin.ts'
import { UsageError } from './usage-error.ts'

/**
 * `dump [FILE|-]`: writes what everybody can see of the site for others to take in. Without a file, it goes where the nightly
 * ones are. It appears under its name once it is whole and on the disk.
 */
export async function dump(target: string | undefined): Promise<void> {
  const config = settings()
  const signal = interruption()
  const now = new Date()
  const folder = dumpsFolder(config.dataFolder)
  const isNamed = target !== undefined
  const file =
    target === '-'
      ? null
      : isNamed
        ? await newFile(target)
        : join(folder, dumpName(now, { isNightly: false }))
  const connection = await connect(config, { log: quietLog(config), size: 2 })
  const progress = progressLine(process.stderr)
  const draft = file && `${file}.${process.pid}.partial`
  try {
    if (!isNamed) await makeFolder(folder)
    const { db } = connection
    const out = openOutput(file, { draft, mode: 0o644 })
    const manifest = await writeDump(db, out, {
      site: { name: config.siteName, url: await siteOrigin(db, config) },
      timeZone: await editionTimeZone(db, { otherwise: config.siteTimeZone }),
      curators: config.curators,
      program: programVersion(),
      now,
      signal,
      onProgress: (name, records) => progress.show(`${records.toLocaleString('en-GB')} lines of ${name}`),
    })
    progress.end()
    if (file === null || draft === null) return
    await keepDraft(draft, file)
    const papers = manifest.files.find(({ name }) => name === 'papers.jsonl')?.records ?? 0
    process.stdout.write(`${papers.toLocaleString('en-GB')} papers are in ${file}.\n`)
  } catch (error) {
    if (signal.aborted) throw new UsageError('Interrupted. No dump was written.')
    throw error
  } finally {
    progress.end()
    if (draft !== null) await rm(draft, { force: true })
    await connection.close()
  }
}

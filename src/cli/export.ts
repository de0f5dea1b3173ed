import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { connect } from '../db/connect.ts'
import { exportPieces, exportWriter, type ExportFormat } from '../papers/export/formats.ts'
import { countListedPapers, listedPapers } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'
import { interruption } from './interruption.ts'
import { keepDraft, newFile, openOutput } from './new-file.ts'
import { progressLine } from './progress.ts'
import { quietLog } from './quiet-log.ts'
import { settings } from './settings.ts'
import { siteOrigin } from './site-origin.ts'
import { UsageError } from './usage-error.ts'

/**
 * `export [FILE|-]`: writes all listed papers, in the order in which they first came in. A file appears under its name once it
 * is whole.
 */
export async function exportFile(target: string, { format }: { format: ExportFormat }): Promise<void> {
  const config = settings()
  const signal = interruption()
  const file = target === '-' ? null : await newFile(target)
  const connection = await connect(config, { log: quietLog(config), size: 1 })
  const progress = progressLine(process.stderr)
  const draft = file && `${file}.${process.pid}.partial`
  let count = 0
  try {
    const { db } = connection
    const origin = await siteOrigin(db, config)
    const all = (await countListedPapers(db)).toLocaleString('en-GB')
    const out = openOutput(file, { draft, mode: 0o666 })
    const { first, next, last } = exportWriter(format, { origin, siteName: config.siteName })
    const counted = (paper: Paper) => {
      count += 1
      return next(paper)
    }
    for await (const piece of exportPieces(listedPapers(db), { first, next: counted, last })) {
      if (signal.aborted) throw new UsageError('Interrupted. Run the command again to export all papers.')
      await write(out, piece)
      progress.show(`${count.toLocaleString('en-GB')} of ${all} papers`)
    }
    progress.end()
    if (file === null || draft === null) return
    out.end()
    await finished(out)
    await keepDraft(draft, file)
    process.stdout.write(`${count.toLocaleString('en-GB')} papers are in ${file}.\n`)
  } finally {
    progress.end()
    if (draft !== null) await rm(draft, { force: true })
    await connection.close()
  }
}

async function write(out: Writable, text: string): Promise<void> {
  if (out.errored) throw out.errored
  if (text !== '' && !out.write(text)) await once(out, 'drain')
}

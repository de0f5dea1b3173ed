import { createReadStream } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { connect } from '../db/connect.ts'
import { createLog } from '../runtime/log.ts'
import { DUMP_FORMAT } from '../dumps/format.ts'
import { parseDay } from '../papers/calendar.ts'
import type { HarvestOutcome } from '../papers/harvested-paper.ts'
import { editionTimeZone } from '../ranking/editions.ts'
import { decodeText } from '../sources/formats/decode-text.ts'
import { detectFormat, FORMATS, type Format } from '../sources/formats/format.ts'
import { importPapers, type ImportCounts } from '../sources/import.ts'
import { readWhole } from '../sources/formats/lines.ts'
import { readFormat } from '../sources/formats/read-format.ts'
import { parseBibliography, type Bibliography } from '../sources/formats/trending-page.ts'
import { interruption } from './interruption.ts'
import { progressLine } from './progress.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** Refusals told one by one; a file of another kind may have thousands. */
const REFUSALS_SHOWN = 100

type Options = { format?: Format | typeof DUMP_FORMAT; bibliography?: string; date?: string }

/** `import FILE|-`: takes in a file's papers, saying what became of each record. */
export async function importFile(file: string, options: Options): Promise<void> {
  const { format: asked } = options
  if (asked === DUMP_FORMAT || (asked === undefined && file !== '-' && (await isZip(file)))) {
    if (options.bibliography !== undefined || options.date !== undefined)
      throw new UsageError(
        '--bibliography and --date can only be used with the format page, not with a dump.',
      )
    return importADump(file)
  }
  const config = settings()
  if (options.date !== undefined && parseDay(options.date) === null) {
    throw new UsageError(`--date must be a day such as 2026-07-08, not "${options.date}".`)
  }
  const bibliography =
    options.bibliography === undefined ? undefined : await readBibliography(options.bibliography)
  const { format, text } = await openInput(file, asked)
  if (format !== 'page' && (bibliography || options.date !== undefined)) {
    throw new UsageError(
      `--bibliography and --date can only be used with the format page, not with ${format}.`,
    )
  }
  const now = () => new Date()
  const outcomes = await readFormat(format, text, {
    now: now(),
    ...(bibliography ? { bibliography } : {}),
    ...(options.date === undefined ? {} : { date: options.date }),
  })

  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel)
  const interrupted = interruption()
  const connection = await connect(config, { log, size: 2 })
  const timeZone = await editionTimeZone(connection.db, { otherwise: config.siteTimeZone })
  const started = performance.now()
  const progress = progressLine(process.stderr)
  const failures: string[] = []
  let refused = 0
  let counts: ImportCounts = { new: 0, updated: 0, unchanged: 0, refused: 0 }
  try {
    counts = await importPapers(
      connection.db,
      guarded(outcomes, { asked: interrupted, onFailure: (reason) => failures.push(reason) }),
      {
        name: file === '-' ? 'standard input' : basename(file),
        format,
        timeZone,
        now,
        onProgress: (sofar) => progress.show(`${total(sofar).toLocaleString('en')} records`),
        onRefusal: ({ position, reason }) => {
          if (++refused <= REFUSALS_SHOWN) progress.say(`refused ${position}: ${reason}`)
        },
      },
    )
  } finally {
    if (refused > REFUSALS_SHOWN) progress.say(`… and ${refused - REFUSALS_SHOWN} more refused`)
    progress.end()
    await connection.close()
  }
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(
    `${total(counts)} records: ${counts.new} new, ${counts.updated} updated, ${counts.unchanged} unchanged, ` +
      `${counts.refused} refused; ${seconds.toFixed(1)} s, ${Math.round(total(counts) / seconds)} records/s\n`,
  )
  if (interrupted.aborted) {
    throw new UsageError(
      'Interrupted. The papers counted above were imported. Run the command again to import the rest.',
    )
  }
  const [failure] = failures
  if (failure !== undefined) {
    throw new UsageError(
      `${file} could not be read to the end: ${failure} Everything before that was imported. Fix the file and import it again.`,
    )
  }
  if (total(counts) === counts.refused) {
    throw new UsageError(
      total(counts) === 0
        ? `${file} contains no papers in the format ${format}.`
        : `No record in ${file} could be imported.`,
    )
  }
}

async function importADump(file: string): Promise<void> {
  if (file === '-')
    throw new UsageError(
      'A dump cannot be read from standard input: it is checked before anything changes. Save it to a file and import that.',
    )
  const found = await stat(file).catch(() => null)
  if (!found) throw new UsageError(`The file ${file} does not exist.`)
  if (found.isDirectory()) throw new UsageError(`${file} is a folder. Give the name of a file.`)
  await (await import('./import-dump.ts')).importDumpFile(file)
}

/** Whether a file begins as ZIP files do: a dump is one, and no other format is. */
async function isZip(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => null)
  try {
    const head = await handle?.read(Buffer.alloc(4), 0, 4, 0).catch(() => null)
    return head?.buffer.toString('latin1') === 'PK\x03\x04'
  } finally {
    await handle?.close()
  }
}

/** Ends at an error of the input, or when asked to stop, instead of throwing, so that all that came before it goes in. */
async function* guarded(
  outcomes: AsyncIterable<HarvestOutcome>,
  { asked, onFailure }: { asked: AbortSignal; onFailure: (reason: string) => void },
): AsyncGenerator<HarvestOutcome> {
  let stop = () => {}
  asked.addEventListener('abort', () => stop())
  const reading = outcomes[Symbol.asyncIterator]()
  try {
    while (!asked.aborted) {
      // Whoever writes into a pipe may say nothing for long.
      const next = await new Promise<IteratorResult<HarvestOutcome> | null>((resolve, reject) => {
        stop = () => resolve(null)
        reading.next().then(resolve, reject)
      })
      if (next === null || next.done) return
      yield next.value
    }
  } catch (error) {
    onFailure(sentenceOf(error))
  }
}

async function openInput(
  file: string,
  given: Format | undefined,
): Promise<{ format: Format; text: AsyncIterable<string> }> {
  if (file !== '-') {
    const found = await stat(file).catch(() => null)
    if (!found) throw new UsageError(`The file ${file} does not exist.`)
    if (found.isDirectory()) throw new UsageError(`${file} is a folder. Give the name of a file.`)
    await (
      await open(file).catch(() => {
        throw new UsageError(`You do not have permission to read ${file}.`)
      })
    ).close()
  }
  const bytes = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 })
  const chunks = decodeText(bytes)[Symbol.asyncIterator]()
  const first = await chunks.next().catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${sentenceOf(error)}`)
  })
  const head = first.done ? '' : first.value
  const format = given ?? detectFormat({ name: file, head })
  if (!format)
    throw new UsageError(
      `The format of ${file} could not be guessed. Set it with --format ${[...FORMATS, DUMP_FORMAT].join('|')}.`,
    )
  async function* text() {
    yield head
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  return { format, text: text() }
}

async function readBibliography(file: string): Promise<Bibliography> {
  const bytes = await readFile(file).catch(() => {
    throw new UsageError(`The bibliography ${file} does not exist.`)
  })
  const text = await readWhole(decodeText(Readable.from([bytes])), { limit: Infinity }).catch(
    (error: unknown) => {
      throw new UsageError(`The bibliography ${file} could not be read: ${sentenceOf(error)}`)
    },
  )
  const outcome = parseBibliography(text ?? '')
  if (!outcome.ok) throw new UsageError(`The bibliography ${file} could not be read: ${outcome.reason}`)
  return outcome.bibliography
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function total(counts: ImportCounts): number {
  return counts.new + counts.updated + counts.unchanged + counts.refused
}

import { interruption } from './interruption.ts'
import { openIndex } from './open-index.ts'
import { progressLine } from './progress.ts'
import { quietLog } from './quiet-log.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/**
 * `index`: brings the search index up to date with the database; with `--rebuild`, rebuilds it beside a running server.
 */
export async function indexPapers({ rebuild = false }: { rebuild?: boolean }): Promise<void> {
  const config = settings()
  const asked = interruption()
  const progress = progressLine(process.stderr)
  const started = performance.now()
  const opened = await openIndex(config, {
    log: quietLog(config),
    keep: true,
    anew: rebuild,
    onProgress: ({ papers, vectors }) =>
      progress.show(`${papers.toLocaleString('en')} papers, ${vectors.toLocaleString('en')} by meaning`),
  })
  const { engine } = opened
  try {
    await Promise.race([
      engine.caughtUp(),
      new Promise<void>((resolve) => asked.addEventListener('abort', () => resolve(), { once: true })),
    ])
  } finally {
    progress.end()
    await opened.close()
  }
  const { papers, vectors, remade } = engine.status()
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(
    `${papers} papers in the index, ${vectors} of them by meaning; ${seconds.toFixed(1)} s\n`,
  )
  if (!asked.aborted) return
  throw new UsageError(
    rebuild || remade !== null
      ? 'Interrupted. A rebuilt index is used only when it is complete: run the command again to start over.'
      : 'Interrupted. Run the command again to continue.',
  )
}

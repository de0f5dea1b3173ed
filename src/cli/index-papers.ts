import { openWithIndex, quietLog } from './open-room.ts'
import { interruption } from './interruption.ts'
import { progressLine } from './progress.ts'
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
  const opened = await openWithIndex(config, {
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
  const { papers, vectors } = engine.status()
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(
    `${papers} papers in the index, ${vectors} of them by meaning; ${seconds.toFixed(1)} s\n`,
  )
  if (asked.aborted) throw new UsageError('Interrupted. Run the command again to continue.')
}

import { connect } from '../db/connect.ts'
import { repairHeat, verifyHeat, type HeatCheck } from '../ranking/verify-heat.ts'
import { quietLog } from './quiet-log.ts'
import { progressLine } from './progress.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

const SHOWN = 20

/** `rank --verify`: replays all events and compares heat and votes with what is stored; `--repair` makes them agree. */
export async function rank({ repair = false }: { repair?: boolean }): Promise<void> {
  const config = settings()
  const connection = await connect(config, { log: quietLog(config), size: 2 })
  const progress = progressLine(process.stderr)
  const onProgress = (papers: number) => progress.show(`replayed ${papers.toLocaleString('en-GB')} papers`)
  let check: HeatCheck
  try {
    check = await verifyHeat(connection.db, { onProgress })
    if (repair && check.differences.length > 0) {
      report(check)
      await repairHeat(connection.db, check.differences)
      check = await verifyHeat(connection.db, { onProgress })
    }
  } finally {
    progress.end()
    await connection.close()
  }
  report(check)
  if (check.differences.length > 0)
    throw new UsageError('The stored ranking does not match its events. Run "broadsheet rank --repair".')
}

function report({ papers, events, greatest, differences }: HeatCheck): void {
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(
    `${papers.toLocaleString('en-GB')} papers, ${events.toLocaleString('en-GB')} counted events; ` +
      `the largest difference between stored and recalculated heat is ${greatest.toExponential(1)}.`,
  )
  for (const { address, what, stored, replayed } of differences.slice(0, SHOWN))
    say(`${address}: ${what} is ${stored}, but its events give ${replayed}`)
  if (differences.length > SHOWN) say(`… and ${differences.length - SHOWN} more`)
}

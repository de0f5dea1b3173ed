import { connect } from '../db/connect.ts'
import { createLog } from '../runtime/log.ts'
import { settings } from './settings.ts'

export async function migrateDatabase(): Promise<void> {
  const config = settings()
  const connection = await connect(config, { log: createLog(config.logLevel), size: 1 })
  await connection.close()
  process.stdout.write('The database has the latest schema.\n')
  if (connection.psqlCommand) process.stdout.write(`To connect while it runs: ${connection.psqlCommand}\n`)
}

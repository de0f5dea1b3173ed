import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseUnavailable } from '../db/connect.ts'
import { PACKAGE_ROOT } from '../package-root.ts'
import { addConfig } from './config.ts'
import { addImport } from './import.ts'
import { addMigrate } from './migrate.ts'
import { addServe } from './serve.ts'
import { UsageError } from './usage-error.ts'

/** Runs one verb; answers the exit code: 0 only on success, errors go to stderr in one sentence. */
export async function runCommand(argv: string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string
  }
  const program = new Command('broadsheet')
    .description('Your field’s front page of research, self-hosted.')
    .version(version)
    .showHelpAfterError('(--help tells more)')
    .exitOverride()
  addServe(program)
  addImport(program)
  addMigrate(program)
  addConfig(program)
  for (const command of program.commands) command.exitOverride().showHelpAfterError('(--help tells more)')
  try {
    await program.parseAsync(argv, { from: 'user' })
    return process.exitCode === undefined ? 0 : Number(process.exitCode)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (error instanceof UsageError || error instanceof DatabaseUnavailable) {
      process.stderr.write(`broadsheet: ${error.message}\n`)
      return 1
    }
    throw error
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { DatabaseUnavailable, isConnectionLost } from '../db/connect.ts'
import { describeFailure } from '../runtime/describe-failure.ts'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'
import { FORMATS } from '../sources/format.ts'
import { UsageError } from './usage-error.ts'

/** Runs one verb; answers the exit code: 0 only on success, errors go to stderr in one sentence. */
export async function runCommand(argv: string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string
  }
  const program = new Command('broadsheet')
    .description('Your field’s front page of research, self-hosted.')
    .version(version)
  addVerbs(program)
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command.exitOverride().showHelpAfterError('(--help tells more)')
  }
  try {
    await program.parseAsync(argv, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (error instanceof UsageError || error instanceof DatabaseUnavailable) {
      process.stderr.write(`broadsheet: ${error.message}\n`)
      return 1
    }
    if (isConnectionLost(error)) {
      process.stderr.write(
        'broadsheet: The database went away in the middle of the work: run it again, what was done is kept.\n',
      )
      return 1
    }
    const failure = describeFailure(error)
    if (failure) {
      process.stderr.write(`broadsheet: ${failure.reason}\n`)
      return 1
    }
    throw error
  }
}

/** Each verb's own file is loaded when it is called, so that none waits for what only another needs. */
function addVerbs(program: Command): void {
  program
    .command('serve')
    .description('serve the site until stopped, and do its work in the background')
    .option('--no-jobs', 'only serve: another process does the work')
    .action(async (options) => (await import('./serve.ts')).serve(options))
  program
    .command('import')
    .description('bring papers in from a file, or from standard input with -')
    .argument(
      '<file>',
      'JSON Lines, a trending page’s text, BibTeX, Hugging Face or arXiv; plain or gzipped; - for standard input',
    )
    .addOption(new Option('--format <format>', 'what the file is; guessed when absent').choices(FORMATS))
    .option('--bibliography <file>', 'identifiers and facts of the papers on a page (JSON)')
    .option('--date <day>', 'the day of a page, as YYYY-MM-DD')
    .action(async (file, options) => (await import('./import.ts')).importFile(file, options))
  program
    .command('work')
    .description('do the work in the background without serving: embed papers')
    .action(async () => (await import('./work.ts')).work())
  program
    .command('search')
    .description('find papers as the site’s search does')
    .argument('<words...>', 'what to look for; all that the search box understands')
    .option('--json', 'as JSON')
    .option('--limit <number>', 'how many results at most', '10')
    .action(async (words, options) => (await import('./search.ts')).searchPapers(words, options))
  program
    .command('index')
    .description('bring the search index level with the database')
    .option('--rebuild', 'make it anew; a running site takes it over')
    .action(async (options) => (await import('./index-papers.ts')).indexPapers(options))
  program
    .command('doctor')
    .description('compare the search index with the database, and heal what differs')
    .option('--check', 'only compare; exit 1 when something differs')
    .action(async (options) => (await import('./doctor.ts')).doctor(options))
  program
    .command('rank')
    .description(
      'replay all votes and other events, and compare what they make of papers with what is stored',
    )
    .option('--verify', 'only compare (also without any option); exit 1 when something differs')
    .option('--repair', 'make what is stored what the events say')
    .action(async (options) => (await import('./rank.ts')).rank(options))
  const user = program.command('user').description('who may do what, and how they get in')
  user
    .command('grant')
    .description('make somebody a curator, whether they have an account yet or not')
    .argument('<email>')
    .argument('<role>', 'curator')
    .action(async (email, role) => (await import('./user.ts')).grantRole(email, role))
  user
    .command('revoke')
    .description('take a role back')
    .argument('<email>')
    .argument('<role>', 'curator')
    .action(async (email, role) => (await import('./user.ts')).revokeRole(email, role))
  user
    .command('link')
    .description('print a link with which somebody signs in once, for when mail does not get through')
    .argument('<email>')
    .action(async (email) => (await import('./user.ts')).printLink(email))
  program
    .command('migrate')
    .description('bring the database to the newest schema (every other verb does so too)')
    .action(async () => (await import('./migrate.ts')).migrateDatabase())
  program
    .command('config')
    .description('print the settings in force, secrets masked')
    .action(async () => (await import('./config.ts')).printSettings())
}

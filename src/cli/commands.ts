import { Command, CommanderError, Option } from 'commander'
import { DatabaseUnavailable, isConnectionLost } from '../db/connect.ts'
import { describeFailure } from '../runtime/describe-failure.ts'
import { programVersion } from '../runtime/program-version.ts'
import { EXPORT_FORMATS } from '../papers/export/formats.ts'
import { DUMP_FORMAT } from '../dumps/format.ts'
import { FORMATS } from '../sources/formats/format.ts'
import { SOURCE_KINDS, sourceOptions } from '../sources/kinds.ts'
import { SHAPES } from '../webhooks/shapes.ts'
import { PREVIEW_FORMATS } from './digest/preview-formats.ts'
import { isOutputClosed } from './new-file.ts'
import { useSettingsFile } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** Runs one verb; answers the exit code: 0 only on success, errors go to stderr in one sentence. */
export async function runCommand(argv: string[]): Promise<number> {
  const program = new Command('broadsheet')
    .description('Your field’s front page of research, self-hosted.')
    .version(programVersion())
  addVerbs(program)
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command
      .exitOverride()
      .showHelpAfterError('(see --help)')
      .option('--config <file>', 'file of settings (default: settings.env in the data folder)')
  }
  program.hook('preAction', (_, action) =>
    useSettingsFile(action.optsWithGlobals<{ config?: string }>().config),
  )
  // Whoever types nothing more wants a site.
  if (argv.length === 0)
    process.stdout.write(
      'Starting the site. Press Ctrl+C to stop it; “broadsheet --help” lists everything else that it can do.\n',
    )
  try {
    await program.parseAsync(argv.length === 0 ? ['serve'] : argv, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (error instanceof UsageError || error instanceof DatabaseUnavailable) {
      process.stderr.write(`broadsheet: ${error.message}\n`)
      return 1
    }
    if (isOutputClosed(error)) {
      process.stderr.write('broadsheet: Standard output was closed before everything was written to it.\n')
      return 1
    }
    if (isConnectionLost(error)) {
      process.stderr.write(
        'broadsheet: The connection to the database was lost. Run the command again; finished work is kept.\n',
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
    .description('serve the site until stopped, and do background work')
    .option('--no-jobs', 'only serve; another process does the background work')
    .action(async (options) => (await import('./serve.ts')).serve(options))
  program
    .command('import')
    .description('import papers from a file, or from standard input with -')
    .argument(
      '<file>',
      'JSON Lines, a trending page’s text, BibTeX, RIS, CSL-JSON, Hugging Face or arXiv, plain or gzipped; another site’s dump; - for standard input',
    )
    .addOption(
      new Option('--format <format>', 'format of the file (default: guessed)').choices([
        ...FORMATS,
        DUMP_FORMAT,
      ]),
    )
    .option('--bibliography <file>', 'identifiers and facts of the papers on a page (JSON)')
    .option('--date <day>', 'day of a page, as YYYY-MM-DD')
    .action(async (file, options) => (await import('./import.ts')).importFile(file, options))
  program
    .command('export')
    .description('write all listed papers to one file, which import can read; the site can keep running')
    .argument('[file]', 'a new file, or - for standard output', '-')
    .addOption(
      new Option('--format <format>', 'format of the file (json is JSON Lines)')
        .choices(EXPORT_FORMATS)
        .default('json'),
    )
    .action(async (file, options) => (await import('./export.ts')).exportFile(file, options))
  program
    .command('dump')
    .description(
      'write everything that the site shows to everyone to one file, which another site can import; the site can keep running',
    )
    .argument(
      '[file]',
      'a new file, or - for standard output (default: the data folder’s dumps, which /dumps lists)',
    )
    .action(async (file) => (await import('./dump.ts')).dump(file))
  program
    .command('work')
    .description('do background work without serving the site')
    .action(async () => (await import('./work.ts')).work())
  program
    .command('harvest')
    .description('ask a source now for what is due, or for a range of days')
    .argument('<name>', 'a source of this site (see sources list), or a kind of source such as arxiv')
    .option('--from <day>', 'first day, as YYYY-MM-DD')
    .option('--to <day>', 'last day (default: today)')
    .option('--set <set>', 'part of the source, such as cs or cs:cs:CL of arXiv')
    .option('--task <task>', 'only this task of the source, such as announcements')
    .option('--dry-run', 'only say what would change')
    .action(async (name, options) => (await import('./harvest.ts')).harvest(name, options))
  const sources = program.command('sources').description('manage where papers come from')
  const add = sources
    .command('add')
    .description('add a source; it is asked at once where the site is running')
    .argument('<kind>', SOURCE_KINDS.map(({ kind }) => kind).join(', '))
    .option('--name <name>', 'what to call it (default: its kind)')
    .option('--words <words>', 'take only papers with one of these words or phrases, separated by commas')
    .option('--without <words>', 'take no papers with any of these')
  for (const { name, hint } of sourceOptions()) add.option(`--${name} <value>`, hint)
  add.action(async (kind, options) => (await import('./sources.ts')).add(kind, options))
  sources
    .command('add-field')
    .description('add all sources of a field of research')
    .argument('<field>', 'see sources fields')
    .action(async (field) => (await import('./sources.ts')).addFieldSources(field))
  sources
    .command('fields')
    .description('list the fields of research with their sources')
    .action(async () => (await import('./sources.ts')).listFields())
  sources
    .command('list')
    .description('list the sources and how they get on')
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./sources.ts')).list(options))
  for (const [verb, description] of [
    ['pause', 'stop asking a source until it is resumed'],
    ['resume', 'ask a paused source again'],
    ['remove', 'remove a source; its papers stay'],
  ] as const)
    sources
      .command(verb)
      .description(description)
      .argument('<name>')
      .action(async (name) => (await import('./sources.ts')).change(verb, name))
  sources
    .command('export')
    .description('write all sources as a file that apply can read')
    .action(async () => (await import('./sources.ts')).exportSources())
  sources
    .command('apply')
    .description('add and change sources so that they are as a file says')
    .argument('<file>', 'a JSON file that sources export wrote, or - for standard input')
    .option('--prune', 'remove sources that the file does not name')
    .action(async (file, options) => (await import('./sources.ts')).apply(file, options))
  const webhooks = program.command('webhooks').description('tell chats and programs what is new')
  webhooks
    .command('add')
    .description('post new papers of a list or search to an address, which may be of a private network')
    .argument('<list>', 'its address on this site: /, /papers/trending, /topics/cs.CL, "/papers?q=graphs"')
    .argument('<url>', 'where to post')
    .addOption(
      new Option('--shape <shape>', 'what is posted (default: by the host, or json)').choices(
        SHAPES.map(({ shape }) => shape),
      ),
    )
    .option('--chat <chat>', 'the chat that a Telegram bot writes in')
    .option('--at <hour>', 'once a day at this hour of the site’s time zone (default: as papers come)')
    .option('--most <number>', 'papers in a message, at most (default: 10)')
    .option('--least-heat <heat>', 'only papers with this heat, for /papers/trending and /papers/top')
    .action(async (list, url, options) => (await import('./webhooks.ts')).add(list, url, options))
  webhooks
    .command('list')
    .description('list the webhooks and how they get on')
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./webhooks.ts')).list(options))
  webhooks
    .command('test')
    .description('send a test; exit with 0 only if it was taken')
    .argument('<id>')
    .action(async (id) => (await import('./webhooks.ts')).test(id))
  for (const [verb, description] of [
    ['pause', 'stop telling until it is resumed'],
    ['resume', 'tell again, first what was missed'],
    ['remove', 'remove a webhook'],
  ] as const)
    webhooks
      .command(verb)
      .description(description)
      .argument('<id>')
      .action(async (id) => (await import('./webhooks.ts')).change(verb, id))
  webhooks
    .command('rotate')
    .description('replace the secret that messages are signed with')
    .argument('<id>')
    .action(async (id) => (await import('./webhooks.ts')).rotate(id))
  const digest = program.command('digest').description('the mail that readers subscribe to')
  digest
    .command('preview')
    .description('write the issue of a list that a new subscriber would get; nothing is recorded')
    .argument('[list]', 'its address on this site, such as /topics/cs.CL (default: /)')
    .option('--every <time>', 'day, week or month (default: day)')
    .option('--length <number>', 'papers, at most (default: 10)')
    .addOption(
      new Option('--format <format>', 'what to write; eml is the whole email')
        .choices(PREVIEW_FORMATS)
        .default('text'),
    )
    .option('--to <file>', 'a new file (default: standard output)')
    .option('--due <folder>', 'instead, put an .eml file of every issue that is due now into a new folder')
    .action(async (list, options) => (await import('./digest/preview.ts')).preview(list, options))
  digest
    .command('send')
    .description('compose and send what is due now; exit with 0 only if all of it went out')
    .option('--run <run>', 'first resume this run, where it is paused')
    .option('--in-doubt', 'also send again what is in doubt, which may so arrive twice')
    .action(async (options) => (await import('./digest/send.ts')).send(options))
  digest
    .command('runs')
    .description('list the newest runs and what became of their issues')
    .option('--json', 'as JSON')
    .option('--limit <number>', 'maximum number of runs', '20')
    .action(async (options) => (await import('./digest/runs.ts')).runs(options))
  digest
    .command('addresses')
    .description('print the addresses of a run; the public moderation log tells that somebody looked')
    .argument('<run>', 'see digest runs')
    .option('--state <state>', 'only those that are, for example, "in doubt" or bounced')
    .action(async (run, options) => (await import('./digest/runs.ts')).addresses(run, options))
  program
    .command('search')
    .description('search papers, as the site does')
    .argument('<words...>', 'what to search for, as in the search box')
    .option('--json', 'as JSON')
    .option('--limit <number>', 'maximum number of results', '10')
    .action(async (words, options) => (await import('./search.ts')).searchPapers(words, options))
  program
    .command('mcp')
    .description('let a model’s program, which starts this one, read and act here (MCP over standard input)')
    .option('--token <token>', 'act for the reader whose token this is (better: set BROADSHEET_TOKEN)')
    .option('--url <address>', 'of another Broadsheet, instead of the one in the data folder')
    .action(async (options) => (await import('./mcp.ts')).mcp(options))
  program
    .command('index')
    .description('bring the search index up to date with the database')
    .option('--rebuild', 'rebuild it from scratch; a running site switches to it')
    .action(async (options) => (await import('./index-papers.ts')).indexPapers(options))
  program
    .command('doctor')
    .description('compare the search index with the database and repair any differences')
    .option('--check', 'only compare; exit with 1 if anything differs')
    .option('--mail', 'only check whether email will arrive (SPF, DKIM, DMARC, DNS, TLS); nothing is sent')
    .action(async ({ mail, ...options }) =>
      mail ? (await import('./doctor-mail.ts')).doctorMail() : (await import('./doctor.ts')).doctor(options),
    )
  program
    .command('rank')
    .description(
      'recalculate the ranking from all votes and other events, and compare it with what is stored',
    )
    .option('--verify', 'only compare (the default); exit with 1 if anything differs')
    .option('--repair', 'correct what is stored to match the events')
    .action(async (options) => (await import('./rank.ts')).rank(options))
  const user = program.command('user').description('manage curators, sign-in links and tokens')
  user
    .command('grant')
    .description('make someone a curator, even if they have no account yet')
    .argument('<email>')
    .argument('<role>', 'curator')
    .action(async (email, role) => (await import('./user.ts')).grantRole(email, role))
  user
    .command('revoke')
    .description('revoke a role')
    .argument('<email>')
    .argument('<role>', 'curator')
    .action(async (email, role) => (await import('./user.ts')).revokeRole(email, role))
  user
    .command('link')
    .description('print a link that signs someone in once, for when email does not arrive')
    .argument('<email>')
    .option('--new', 'also for an address without an account, which the link then creates')
    .action(async (email, options) => (await import('./user.ts')).printLink(email, options))
  user
    .command('token')
    .description('make a token with which a program acts for someone, and print it: it is kept nowhere')
    .argument('<email>')
    .requiredOption('--name <name>', 'what it is for, as its reader sees it')
    .option(
      '--scopes <scopes>',
      'read, vote, collect, comment, submit, subscribe, curate, with commas between',
      'read',
    )
    .option('--days <days>', '30, 90 or 365 days until it expires, or never', '90')
    .action(async (email, options) => (await import('./user.ts')).printToken(email, options))
  program
    .command('backup')
    .description('write everything the site holds to one file; the site can keep running')
    .argument('<file>', 'a new file, a folder to put one in, or - for standard output')
    .action(async (target) => (await import('./backup.ts')).backUp(target))
  program
    .command('restore')
    .description('fill an empty site with a backup')
    .argument('<file>', 'a file that backup wrote')
    .action(async (file) => (await import('./restore.ts')).restore(file))
  program
    .command('migrate')
    .description('update the database to the latest schema (every other command does this too)')
    .action(async () => (await import('./migrate.ts')).migrateDatabase())
  program
    .command('config')
    .description('print the current settings, with secrets masked')
    .action(async () => (await import('./config.ts')).printSettings())
}

import { runCommand } from './cli/commands.ts'

// Who reads our output may stop reading (`| head`): that is no fault of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 1
  })
}

// Whoever started this process with a channel to it (bin/broadsheet) and ends, however it ends, ends it too.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()

const code = await runCommand(process.argv.slice(2))
// What could not be written is told in the next turn.
await new Promise(setImmediate)
// A connection that a failed attempt left open must not keep the process.
process.exit(code || process.exitCode)

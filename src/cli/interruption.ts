/** However long something hangs: within ten seconds the process has ended. What is on the disk bears that. */
const LONGEST_STOP_MS = 9_500

/**
 * Aborts when the process is asked to end (SIGINT, SIGTERM, SIGHUP). A verb then finishes what it must and leaves; a
 * second signal, more than a second later, ends the process at once. (A terminal's Ctrl-C may arrive twice at once:
 * from the terminal, and from the process that started this one.)
 */
export function interruption(): AbortSignal {
  const asked = new AbortController()
  let since = 0
  const onSignal = () => {
    if (asked.signal.aborted && performance.now() - since > 1_000) process.exit(130)
    if (!asked.signal.aborted) setTimeout(giveUp, LONGEST_STOP_MS).unref()
    since ||= performance.now()
    asked.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  return asked.signal
}

function giveUp() {
  process.stderr.write('broadsheet: Not everything could be finished in time: the program ends without it.\n')
  process.exit(1)
}

import { pino, type Logger } from 'pino'

export type { Logger } from 'pino'

/** Lines that could not be written wait for the next one, at most so many bytes of them. */
const LONGEST_WAITING = 1_000_000

/**
 * A log of JSON lines on standard error, so that a command's output stays its own. Written synchronously: a line that
 * tells of a crash must not be lost in it. A line that cannot be written (the disk of the log is full) is dropped: it
 * stops nothing.
 */
export function createLog(level: string): Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: LONGEST_WAITING })
  destination.on('error', () => {})
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}

import type { WriteStream } from 'node:tty'

/** A line that is written over on a terminal, and now and then a plain line in a log. */
export type Progress = { show(text: string): void; say(text: string): void; end(): void }

const LOG_EVERY_MS = 5_000

export function progressLine(stream: NodeJS.WriteStream | WriteStream): Progress {
  const terminal = stream.isTTY
  let shown = ''
  let logged = performance.now()
  return {
    show(text) {
      if (terminal) {
        shown = text
        stream.write(`\r${text}\u001B[K`)
      } else if (performance.now() - logged > LOG_EVERY_MS) {
        logged = performance.now()
        stream.write(`${text}\n`)
      }
    },
    say(text) {
      stream.write(terminal ? `\r${text}\u001B[K\n${shown}` : `${text}\n`)
    },
    end() {
      if (terminal && shown !== '') stream.write('\r\u001B[K')
    },
  }
}

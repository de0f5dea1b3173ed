import { lengthOf } from '../../../accounts/typed-text.ts'

/** Lines that are read of what is typed, and how long they can be, in characters. */
const MOST_LINES = 20
const LONGEST_LINE = 500

/** The lines of what was typed, each once, without empty ones; or what is wrong with them. */
export function linesOf(typed: string): string[] | { problem: string } {
  const lines = [
    ...new Set(typed.split(/[\r\n]+/).map((line) => line.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim())),
  ].filter((line) => line !== '')
  if (lines.length > MOST_LINES)
    return { problem: `Up to ${MOST_LINES} lines can be sent at a time. Send the others after these.` }
  const long = lines.findIndex((line) => lengthOf(line) > LONGEST_LINE)
  return long === -1
    ? lines
    : { problem: `Line ${long + 1} is too long. A line can have up to ${LONGEST_LINE} characters.` }
}

export function Lines({ lines }: { lines: string[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li>{line}</li>
      ))}
    </ul>
  )
}

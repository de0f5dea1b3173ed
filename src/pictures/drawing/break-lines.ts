/** A text in lines, and the size at which it is set. */
export type Lines = { size: number; lines: string[] }

type Measure = (text: string, size: number) => number

/**
 * A title in as large letters as there is room for, in lines of nearly the same length. In the smallest size it is cut
 * short with an ellipsis where it is still too long.
 */
export function fitTitle(
  text: string,
  {
    width,
    sizes,
    measure,
  }: {
    width: number
    /** The largest first, each with how many lines there may be. */
    sizes: readonly { size: number; mostLines: number }[]
    measure: Measure
  },
): Lines {
  let fitted: Lines & { mostLines: number } = { size: 0, lines: [], mostLines: 0 }
  for (const { size, mostLines } of sizes) {
    const at = (text: string) => measure(text, size)
    const lines = breakLines(text, { width, measure: at })
    if (lines.length <= mostLines) return { size, lines: balanced(text, { lines, width, measure: at }) }
    fitted = { size, lines, mostLines }
  }
  const { size, lines, mostLines } = fitted
  const at = (text: string) => measure(text, size)
  const rest = lines.slice(mostLines - 1).join(' ')
  return { size, lines: [...lines.slice(0, mostLines - 1), shortened(rest, { width, measure: at })] }
}

/** As much of a text as there is room for, whole words if there are any, and an ellipsis where that is not all. */
export function shortened(
  text: string,
  { width, measure }: { width: number; measure: (text: string) => number },
): string {
  if (measure(text) <= width) return text
  // Nothing longer can fit, and a name of a million letters need not be measured.
  const letters = Array.from(text.slice(0, MOST_LETTERS))
  const cut = longest(letters.length, (count) => measure(`${letters.slice(0, count).join('')}…`) <= width)
  const kept = letters.slice(0, cut).join('')
  const words = kept.replace(/\s+\S*$/, '')
  // A word that fills more than half of the line is cut rather than left out.
  return `${(words.length > kept.length / 2 ? words : kept).replace(/[\s,;:–—-]+$/, '')}…`
}

/** Beyond, a text is cut before it is measured. */
const MOST_LETTERS = 1_000

/** As few lines as will do: each takes what it has room for. A word that no line has room for is broken. */
function breakLines(
  text: string,
  { width, measure }: { width: number; measure: (text: string) => number },
): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of piecesOf(text.slice(0, MOST_LETTERS))) {
    if (measure((line + piece).trimEnd()) <= width) {
      line += piece
      continue
    }
    if (line !== '') lines.push(line.trimEnd())
    line = piece
    while (measure(line.trimEnd()) > width) {
      const letters = Array.from(line)
      const most = Math.max(
        1,
        longest(letters.length - 1, (n) => measure(letters.slice(0, n).join('')) <= width),
      )
      lines.push(letters.slice(0, most).join(''))
      line = letters.slice(most).join('')
    }
  }
  if (line.trim() !== '') lines.push(line.trimEnd())
  return lines
}

/** The same number of lines in the least width that will do, so that no word stands alone in the last. */
function balanced(
  text: string,
  { lines, width, measure }: { lines: string[]; width: number; measure: (text: string) => number },
): string[] {
  let best = lines
  let [least, most] = [width / 2, width]
  while (most - least > 4) {
    const tried = (least + most) / 2
    const broken = breakLines(text, { width: tried, measure })
    if (broken.length > lines.length) least = tried
    else {
      most = tried
      best = broken
    }
  }
  return best
}

/** What may stand at the end of a line, with the space behind it: words, and their parts up to a hyphen, dash or slash. */
function piecesOf(text: string): string[] {
  return text.match(/[^\s\-–—/]*(?:[-–—/]+(?=\p{L})|[-–—/\s]+|$)/gu)?.filter((piece) => piece !== '') ?? []
}

/** The largest number up to `most` that is fine, where all below it are. */
function longest(most: number, isFine: (count: number) => boolean): number {
  let [low, high] = [0, most]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (isFine(middle)) low = middle
    else high = middle - 1
  }
  return low
}

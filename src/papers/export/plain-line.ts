import { plainText } from '../plain-text.ts'
import { mathSpans } from '../tex/math-spans.ts'

/** TeX as one line of plain text, in which no dollar signs look as if they enclosed a formula. */
export function plainLine(text: string): string {
  const line = plainText(text)
  return mathSpans(line).length === 0 ? line : line.replaceAll('$', '\\$')
}

/** A formula in a text: `start` and `end` of it with its delimiters, and the TeX between them. */
export type MathSpan = { start: number; end: number; tex: string; display: boolean }

const LONGEST_FORMULA = 3000

function isBalanced(tex: string): boolean {
  let depth = 0
  for (let at = 0; at < tex.length; at++) {
    const character = tex.charAt(at)
    if (character === '\\') at++
    else if (character === '{') depth++
    else if (character === '}' && --depth < 0) return false
  }
  return depth === 0
}

const NAMED_TEXT = /\\(?:text[a-z]{0,5}|math[a-z]{1,6}|mbox|hbox|operatorname\*?)\s{0,2}\{[^{}]*\}/g

/** Whether what stands between two dollar signs is money or running text, and not a formula. */
function isProse(tex: string, next: string): boolean {
  // A formula that holds only an address is a link in dollar signs; the parser unwraps it.
  if (/^\s*https?:\/\/\S+\s*$/i.test(tex)) return false
  if (/^\s+(?:with|and|for|where|the|from|when|that|which|such|is|are|of|in|to|on)\s+$/.test(tex)) return true
  const unescaped = tex.replace(/\\[%&#$_ ,]/g, ' ')
  const hasTex = /[\\^_{}=<>]/.test(unescaped)
  const bare = unescaped.replace(NAMED_TEXT, ' ').replace(/\\[a-zA-Z]+/g, ' ')
  const words = bare.match(/(?<![A-Za-z])[A-Za-z]{3,}(?![A-Za-z])/g) ?? []
  if (/^\s*[\d.]/.test(tex) && !hasTex) {
    return (
      words.length > 1 || /^\S.*\s$/s.test(tex) || /\d/.test(next) || /\s(?:US|USD|A|C|S|NT|HK)$/.test(tex)
    )
  }
  const letters = words.reduce((sum, word) => sum + word.length, 0)
  return words.length > (hasTex ? 6 : 3) && letters > tex.length / 2
}

/** Where the unescaped dollar signs of a text are. */
function dollarSigns(text: string): number[] {
  const found: number[] = []
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) === 92) at++
    else if (text.charCodeAt(at) === 36) found.push(at)
  }
  return found
}

function dollarSpans(text: string): MathSpan[] {
  const dollars = dollarSigns(text)
  const spans: MathSpan[] = []
  for (let index = 0; index < dollars.length; index++) {
    const start = dollars[index] ?? 0
    let run = 1
    while (dollars[index + run] === start + run) run++
    if (run > 2) {
      index += run - 1
      continue
    }
    const span = run === 2 ? displayFrom(text, dollars, index) : inlineFrom(text, dollars, index)
    if (span !== null) {
      spans.push(span)
      while ((dollars[index + 1] ?? Infinity) < span.end) index++
    } else {
      index += run - 1
    }
  }
  return spans
}

function displayFrom(text: string, dollars: number[], index: number): MathSpan | null {
  const start = dollars[index] ?? 0
  // A formula may hold a few dollar signs of its own, in its \text{…}.
  for (let close = index + 2; close < index + 12 && close + 1 < dollars.length; close++) {
    const end = dollars[close] ?? 0
    if (dollars[close + 1] !== end + 1) continue
    const tex = text.slice(start + 2, end)
    const fits = tex.trim() !== '' && tex.length <= LONGEST_FORMULA && isBalanced(tex)
    return fits ? { start, end: end + 2, tex, display: true } : null
  }
  return null
}

function inlineFrom(text: string, dollars: number[], index: number): MathSpan | null {
  const start = dollars[index] ?? 0
  // A dollar sign inside braces is in the formula's \text{…}: go on to the one where the braces are even.
  for (let close = index + 1; close < index + 8; close++) {
    const end = dollars[close]
    if (end === undefined || end - start > LONGEST_FORMULA) return null
    const tex = text.slice(start + 1, end)
    if (!isBalanced(tex)) continue
    return tex.trim() === '' || isProse(tex, text.charAt(end + 1))
      ? null
      : { start, end: end + 1, tex, display: false }
  }
  return null
}

const OPENING = /\\(?:\\|\(|\[|begin\{((?:equation|align|gather|multline|eqnarray|displaymath|math)\*?)\})/g
const ALIGNED = /^(?:align|eqnarray)/

function bracketSpans(text: string): MathSpan[] {
  const spans: MathSpan[] = []
  const found = new Map<string, number>()
  // Remembering where the next one stands saves a thousand unclosed formulas from a thousand searches.
  const next = (mark: string, from: number) => {
    const known = found.get(mark)
    if (known !== undefined && (known === -1 || known >= from)) return known
    const at = text.indexOf(mark, from)
    found.set(mark, at)
    return at
  }
  OPENING.lastIndex = 0
  for (let open = OPENING.exec(text); open !== null; open = OPENING.exec(text)) {
    const environment = open[1]
    const mark = open[0] === '\\(' ? '\\)' : open[0] === '\\[' ? '\\]' : `\\end{${environment}}`
    if (open[0] === '\\\\') continue
    const body = open.index + open[0].length
    const end = next(mark, body)
    if (end === -1 || end - body > LONGEST_FORMULA) continue
    const inner = text.slice(body, end)
    if (inner.trim() === '' || !isBalanced(inner)) continue
    const tex = environment && ALIGNED.test(environment) ? `\\begin{aligned}${inner}\\end{aligned}` : inner
    spans.push({ start: open.index, end: end + mark.length, tex, display: open[0] !== '\\(' })
    OPENING.lastIndex = end + mark.length
  }
  return spans
}

/**
 * The formulas of one paragraph in order, none inside another: between `$`, `$$`, `\(…\)`, `\[…\]` and in the
 * displayed environments. Dollar signs that stand for money, or have no partner, are not formulas.
 */
export function mathSpans(text: string): MathSpan[] {
  const inDollars = text.includes('$') ? dollarSpans(text) : []
  const inBrackets = text.includes('\\') ? bracketSpans(text) : []
  let end = 0
  return [...inDollars, ...inBrackets]
    .toSorted((one, other) => one.start - other.start)
    .filter((span) => {
      if (span.start < end) return false
      end = span.end
      return true
    })
}

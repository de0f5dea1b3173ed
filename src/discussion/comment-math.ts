import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it'
import { mathSpans } from '../papers/tex/math-spans.ts'
import { renderMathml } from '../papers/tex/mathml.ts'

/** What is typeset in one comment: a text of hundreds would hold everyone up, and shows the others' source. */
export type FormulaBudget = { formulas: number; characters: number }

const LONGEST_FORMULA = 2_000
const LONGEST_BLOCK_LINES = 60

type Formula = { end: number; tex: string; display: boolean }

/** Teaches a Markdown reader formulas: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`, typeset within `env.budget`. */
export function addMathematics(md: MarkdownIt): void {
  md.inline.ruler.before('escape', 'formula', readInline)
  md.block.ruler.before('fence', 'formula', readBlock, {
    alt: ['paragraph', 'reference', 'blockquote', 'list'],
  })
  md.renderer.rules['formula'] = (tokens, index, _options, env) => {
    const token = tokens[index]
    const html = setFormula(
      { tex: token?.content ?? '', display: token?.info === 'display', source: token?.markup ?? '' },
      env?.['budget'] as FormulaBudget,
    )
    return token?.block ? `<p>${html}</p>\n` : html
  }
  const { escapeHtml } = md.utils

  function setFormula(
    { tex, display, source }: { tex: string; display: boolean; source: string },
    budget: FormulaBudget,
  ): string {
    budget.formulas--
    budget.characters -= tex.length
    const isWithin = budget.formulas >= 0 && budget.characters >= 0
    const set = isWithin ? renderMathml(tex, display) : null
    return set?.ok ? set.mathml : `<code class="tex">${escapeHtml(source)}</code>`
  }
}

function readInline(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state
  const formula =
    src.charAt(pos) === '$' ? inDollars(src, pos) : src.charAt(pos) === '\\' ? inBrackets(state) : null
  if (formula === null || formula.end > posMax) return false
  if (!silent) {
    const token = state.push('formula', '', 0)
    token.content = formula.tex
    token.info = formula.display ? 'display' : ''
    token.markup = src.slice(pos, formula.end)
  }
  state.pos = formula.end
  return true
}

/**
 * The formula in dollar signs that starts here. Beside what holds for titles (papers/tex/math-spans.ts), none begins or
 * ends with a space or goes on with a digit, so that prices and shell variables stay what they are.
 */
function inDollars(text: string, start: number): Formula | null {
  if (text.charAt(start - 1) === '$') return null
  if (text.charAt(start + 1) === '$') {
    const end = text.indexOf('$$', start + 2) + 2
    if (end < start + 4 || end - start > LONGEST_FORMULA || text.charAt(end) === '$') return null
    return spans(text.slice(start, end), end - start)
      ? formulaOf(text.slice(start + 2, end - 2), { end, display: true })
      : null
  }
  if (/\s/.test(text.charAt(start + 1))) return null
  // A dollar sign inside braces is in the formula's \text{…}: go on to the one where the braces are even.
  for (let at = start + 1, depth = 0, passed = 0; at - start <= LONGEST_FORMULA && passed < 8; at++) {
    const character = text.charAt(at)
    if (character === '') return null
    if (character === '\\') at++
    else if (character === '{') depth++
    else if (character === '}' && --depth < 0) return null
    else if (character !== '$') continue
    else if (depth > 0) passed++
    else
      return isProse(text, start, at)
        ? null
        : formulaOf(text.slice(start + 1, at), { end: at + 1, display: false })
  }
  return null
}

function isProse(text: string, start: number, close: number): boolean {
  const tex = text.slice(start + 1, close)
  if (/\s$/.test(tex) || /\d/.test(text.charAt(close + 1))) return true
  // `5$ or 6$`
  if (/[\p{L}\p{N}]/u.test(text.charAt(start - 1)) && !/[\\^_{}=<>]/.test(tex)) return true
  return !spans(text.slice(start, close + 2), close + 1 - start)
}

/** Whether the text starts with one formula that takes exactly so many characters. */
function spans(text: string, length: number): boolean {
  const [first] = mathSpans(text)
  return first?.start === 0 && first.end === length
}

function inBrackets({ src: text, pos: start, env }: StateInline): Formula | null {
  const opening = text.charAt(start + 1)
  if (opening !== '(' && opening !== '[') return null
  const closing = opening === '(' ? '\\)' : '\\]'
  // Remembering that there is none keeps a thousand openings without an end from a thousand searches.
  if (env[closing] === text) return null
  const close = text.indexOf(closing, start + 2)
  if (close === -1) env[closing] = text
  if (close === -1 || close - start > LONGEST_FORMULA) return null
  return formulaOf(text.slice(start + 2, close), { end: close + 2, display: opening === '[' })
}

/** A backtick begins code, which a formula does not reach into. */
function formulaOf(tex: string, { end, display }: { end: number; display: boolean }): Formula | null {
  return tex.trim() === '' || tex.includes('`') ? null : { end, tex, display }
}

/** Displayed formulas over whole lines: what begins a list or a heading elsewhere (`- b`, `===`) belongs to them. */
function readBlock(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (indentOf(state, startLine) >= 4) return false
  const opening = lineOf(state, startLine).slice(0, 2)
  const closing = opening === '$$' ? '$$' : opening === '\\[' ? '\\]' : null
  if (closing === null) return false
  const last = Math.min(endLine, startLine + LONGEST_BLOCK_LINES)
  for (let line = startLine; line < last; line++) {
    if (line > startLine && (state.isEmpty(line) || indentOf(state, line) < 0)) return false
    const text = lineOf(state, line)
    const at = text.indexOf(closing, line === startLine ? 2 : 0)
    if (at === -1) continue
    // Words go on after it: then it is part of a paragraph.
    if (at + 2 < text.length) return false
    const source = state.getLines(startLine, line + 1, state.blkIndent, false).trim()
    const tex = source.slice(2, -2)
    if (tex.trim() === '') return false
    if (silent) return true
    state.line = line + 1
    const token = state.push('formula', '', 0)
    token.content = tex
    token.info = 'display'
    token.markup = source
    token.block = true
    token.map = [startLine, state.line]
    return true
  }
  return false
}

function indentOf(state: StateBlock, line: number): number {
  return (state.sCount[line] ?? 0) - state.blkIndent
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]).trimEnd()
}

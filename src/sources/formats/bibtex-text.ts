import { JOURNALS } from '../../papers/tex/journals.ts'
import { joinTex, type TexPiece } from '../../papers/tex/escape.ts'

/** An entry in which a private character stands for each piece that TeX must not touch; `originalOf` tells what for. */
export type ProtectedEntry = { text: string; originalOf: (standIn: string) => string }

const FIRST_STAND_IN = 0xe000
const LAST_STAND_IN = 0xf8ff
const STAND_IN = /[\ue000-\uf8ff]/g
// Longer than any that pages set, whose signs may have been escaped.
const LONGEST_FORMULA = 4_000
const PLAIN_RUN = /[A-Za-z0-9,.;:()\s]{12,}/y
const BLANK_LINES = /\r?\n[ \t]*\r?\n\s*/y
const STYLE = /\\(?:emph|textit|textsl|textbf|texttt|textsc|textsuperscript|textsubscript)\s*(?=\{)/y
const JOURNAL = /^\\([a-z]{2,8})(?![A-Za-z])(?:\{\})?/
const FIELD = /[,{(\s]([A-Za-z][\w-]*)\s*=\s*$/

/**
 * Keeps the mathematics (`$…$`, `\(…\)` and `\ensuremath{…}` as `$…$`), the paragraphs and the characters that are
 * ordinary to people but not to TeX (`<`, `%`, `_` and the like) of a BibTeX entry from being turned into something
 * else, and long runs of plain words in its abstract from being looked at one character at a time.
 */
export function protectEntry(written: string): ProtectedEntry {
  // The parser takes long over a run of spaces, which means no more than one.
  const entry = written.replace(/[ \t]{3,}/g, '  ')
  const originals: string[] = []
  const numbers = new Map<string, number>()
  const standIn = (original: string): string => {
    const number = numbers.get(original) ?? originals.length
    if (FIRST_STAND_IN + number > LAST_STAND_IN) return ' '
    if (number === originals.length) originals.push(original)
    numbers.set(original, number)
    return String.fromCharCode(FIRST_STAND_IN + number)
  }

  let text = ''
  let depth = 0
  let quoted = false
  let field = ''
  const endsOfStyles = new Set<number>()
  for (let at = 0; at < entry.length;) {
    const char = entry.charAt(at)
    const inValue = depth > 1 || quoted
    if (char === '\\') {
      const formula = inValue ? formulaAt(entry, at, { quoted }) : null
      const journal = inValue ? JOURNAL.exec(entry.slice(at, at + 20)) : null
      const style = inValue ? styleAt(entry, at) : null
      // A blank line ends what a macro takes.
      const command = /\\(?:[A-Za-z]+|[^])(?:[ \t]*\r?\n(?![ \t]*\r?\n))?[ \t]*[^\\{}$\s]?/y
      command.lastIndex = at
      const written = command.exec(entry)?.[0] ?? char
      const angle = /^\\text(less|greater)(?![A-Za-z])/.exec(written)
      if (formula) {
        text += standIn(formula.tex)
        at = formula.end
      } else if (journal && JOURNALS.has(journal[1] ?? '')) {
        text += withJournals(journal[0])
        at += journal[0].length
      } else if (style) {
        text += standIn(`${style.macro}{`)
        endsOfStyles.add(style.end)
        at = style.start
      } else if (angle) {
        text += standIn(angle[1] === 'less' ? '<' : '>')
        at += angle[0].length
      } else {
        text += written.replace(STAND_IN, standIn)
        at += written.length
      }
      continue
    }
    const next = inValue ? literalAt(entry, at, { plainRuns: field === 'abstract', quoted }) : null
    if (next) {
      text += standIn(next.original)
      at = next.end
      continue
    }
    if (char === '{' && depth === 1 && !quoted)
      field = FIELD.exec(entry.slice(Math.max(0, at - 100), at))?.[1]?.toLowerCase() ?? ''
    if (char === '{' || (char === '(' && depth === 0)) depth += 1
    else if (char === '}') depth -= 1
    else if (char === '"' && depth === 1) {
      quoted = !quoted
      if (quoted) field = FIELD.exec(entry.slice(Math.max(0, at - 100), at))?.[1]?.toLowerCase() ?? ''
    }
    text += STAND_INS.test(char) ? standIn(char) : char
    if (endsOfStyles.has(at)) text += standIn('}')
    at += 1
  }
  return {
    text,
    originalOf: (char) => originals[char.charCodeAt(0) - FIRST_STAND_IN] ?? '',
  }
}

/** BibTeX with the journals that its macros stand for. */
export function withJournals(text: string): string {
  return text.replace(new RegExp(JOURNAL.source.slice(1), 'g'), (macro, name: string) => {
    return JOURNALS.get(name)?.replaceAll('&', '\\&') ?? macro
  })
}

/** The text that the parser makes of a field, without its markup (`<i>`, `<span …>`), put back together. */
export function plainText(parsed: string, { originalOf }: ProtectedEntry): string {
  return withoutMarkup(parsed).replace(STAND_IN, (char) => {
    const original = originalOf(char)
    return isOfStyle(original) ? '' : original
  })
}

/** The same as TeX, in which formulas and emphasis are what they were and no other character means anything to TeX. */
export function texText(parsed: string, { originalOf }: ProtectedEntry): string {
  const pieces: TexPiece[] = []
  let text = ''
  for (const char of withoutMarkup(parsed)) {
    const original = STAND_INS.test(char) ? originalOf(char) : null
    if (original !== null && (isOfStyle(original) || (original.length > 1 && original.startsWith('$')))) {
      pieces.push(...(text === '' ? [] : [{ text }]), { tex: original })
      text = ''
    } else text += original ?? char
  }
  return joinTex(text === '' ? pieces : [...pieces, { text }])
}

function withoutMarkup(parsed: string): string {
  // Every `<` of the entry itself has a stand-in: these are the parser's own.
  const text = parsed.replace(/<\/?[a-z][^<>]*>/gi, '')
  // A dotless i under an accent is TeX's way of writing one that Unicode writes with a dotted i.
  return text.replace(/\u0131(?=\p{M})/gu, 'i').replace(/\u0237(?=\p{M})/gu, 'j')
}

function isOfStyle(original: string): boolean {
  return original === '}' || /^\\.+\{$/.test(original)
}

function styleAt(entry: string, at: number): { macro: string; start: number; end: number } | null {
  STYLE.lastIndex = at
  const written = STYLE.exec(entry)?.[0]
  if (written === undefined) return null
  const start = at + written.length
  const end = endOfGroup(entry, start)
  return end === -1 ? null : { macro: written.trim(), start, end }
}

const STAND_INS = /[\ue000-\uf8ff]/

function literalAt(
  entry: string,
  at: number,
  { plainRuns, quoted }: { plainRuns: boolean; quoted: boolean },
): { original: string; end: number } | null {
  const char = entry.charAt(at)
  if (char === '$') {
    const formula = formulaAt(entry, at, { quoted })
    return formula ? { original: formula.tex, end: formula.end } : { original: '$', end: at + 1 }
  }
  if ('<>%_^#'.includes(char)) return { original: char, end: at + 1 }
  if (char === '\n' || char === '\r') {
    BLANK_LINES.lastIndex = at
    const blank = BLANK_LINES.exec(entry)
    if (blank) return { original: '\n\n', end: at + blank[0].length }
  }
  if (!plainRuns) return null
  PLAIN_RUN.lastIndex = at
  const run = PLAIN_RUN.exec(entry)
  return run && !/\n\s*\n/.test(run[0]) ? { original: run[0], end: at + run[0].length } : null
}

function formulaAt(
  entry: string,
  at: number,
  { quoted }: { quoted: boolean },
): { tex: string; end: number } | null {
  if (entry.startsWith('\\ensuremath{', at)) {
    const start = at + '\\ensuremath'.length
    const end = endOfGroup(entry, start)
    return end === -1 ? null : { tex: `$${entry.slice(start + 1, end)}$`, end: end + 1 }
  }
  const close = entry.startsWith('\\(', at) ? '\\)' : entry.startsWith('$$', at) ? '$$' : '$'
  if (close === '$' && entry.charAt(at) !== '$') return null
  const start = at + close.length
  const end = closeOfFormula(entry, { start, close, quoted })
  if (end === -1) return null
  const inner = entry.slice(start, end)
  return { tex: close === '\\)' ? `$${inner}$` : `${close}${inner}${close}`, end: end + close.length }
}

/** Where a formula closes, or -1: it is one only with balanced braces, something in it, and no paragraph's end. */
function closeOfFormula(
  entry: string,
  { start, close, quoted }: { start: number; close: string; quoted: boolean },
): number {
  let depth = 0
  const limit = Math.min(entry.length, start + LONGEST_FORMULA)
  for (let at = start; at < limit; at += 1) {
    const char = entry.charAt(at)
    if (depth === 0 && entry.startsWith(close, at)) return entry.slice(start, at).trim() === '' ? -1 : at
    if (char === '\\') at += 1
    else if (char === '{') depth += 1
    else if (char === '}') depth -= 1
    else if ((quoted && char === '"') || (char === '\n' && /^\n[ \t\r]*\n/.test(entry.slice(at, at + 20))))
      return -1
    if (depth < 0) return -1
  }
  return -1
}

function endOfGroup(entry: string, start: number): number {
  let depth = 0
  const limit = Math.min(entry.length, start + LONGEST_FORMULA)
  for (let at = start; at < limit; at += 1) {
    const char = entry.charAt(at)
    if (char === '\\') at += 1
    else if (char === '{') depth += 1
    else if (char === '}') depth -= 1
    if (depth === 0) return at
  }
  return -1
}

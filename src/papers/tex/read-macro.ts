import { ACCENTS, LETTERS, MATH_ACCENTS } from './accents.ts'
import { JOURNALS } from './journals.ts'
import { CITED_BY_NAME, FORMULAS, HIDDEN_ARGUMENT, SECOND_ARGUMENT, STYLES, SWITCHES } from './macros.ts'
import { wordsOf, type TexNode } from './nodes.ts'
import {
  DEEPEST,
  add,
  addLink,
  addStyle,
  dropSpace,
  lastSaid,
  matchAt,
  say,
  skip,
  skipOption,
  takeGroup,
  type TexReader,
} from './reader.ts'
import { FUNCTIONS, MATH_SYMBOLS, SILENT, TEXT_SYMBOLS } from './symbols.ts'
import { linkable, unescapeUrl } from './urls.ts'

/** A name, where the backslash before it stands, and where the text goes on behind it (and its star). */
type Macro = { name: string; from: number; behind: number }
/** Says what one kind of macro stands for; false where the macro is of another kind. */
type Step = (reader: TexReader, macro: Macro) => boolean

/** Steps that apply at any depth. */
const SIMPLE_STEPS: Step[] = [readLetter, readAccent, readTextSymbol, readJournal, readStyle, skipSilent]
/** Steps that read arguments, which may be nested. */
const STEPS: Step[] = [
  readUrl,
  readHref,
  readCitation,
  readFootnote,
  readQuotation,
  skipHiddenArgument,
  readSecondArgument,
  readTexOrPdfString,
  readVerbatim,
  readFormula,
  readMathAccent,
  readMathSymbol,
]

/** Reads the macro of that name, whose backslash stands here. Unknown macros stay readable. */
export function readMacro(reader: TexReader, name: string): void {
  const from = reader.at
  reader.at += 1 + name.length
  skip(reader, '*')
  const macro = { name, from, behind: reader.at }
  if (SIMPLE_STEPS.some((step) => step(reader, macro)) || reader.depth >= DEEPEST) return
  if (!STEPS.some((step) => step(reader, macro))) readUnknown(reader, name)
}

/** Reads a backslash and the character behind it, which is no letter. */
export function readControlSymbol(reader: TexReader, character: string): void {
  // Half of a character: all of it is read as text.
  if (/[\ud800-\udbff]/.test(character)) {
    reader.at += 1
    say(reader, '\\')
    return
  }
  reader.at += 2
  const mark = ACCENTS[character]
  if (mark !== undefined && accented(reader, { mark, name: character })) return
  if (character === '\\') {
    skip(reader, '*')
    say(reader, ' ')
  } else if (character === ',') say(reader, '\u202F')
  else if (/[;:\s]/.test(character)) say(reader, ' ')
  else if (/[-/@!]/.test(character)) return
  else if (character === '|') say(reader, '‖')
  else if (/[%&#$_{}()[\]'"`^~=.<>+*?]/.test(character)) say(reader, character)
  else say(reader, `\\${character}`)
}

// --- letters and signs ---

function readLetter(reader: TexReader, { name }: Macro): boolean {
  const letter = LETTERS[name]
  if (letter === undefined || (name.length === 1 && /['"]/.test(lastSaid(reader)))) return false
  if (!skip(reader, '{}') && /\s/.test(reader.text.charAt(reader.at)) && reader.at + 1 < reader.end)
    reader.at++
  say(reader, letter)
  return true
}

function readAccent(reader: TexReader, { name }: Macro): boolean {
  const mark = name.length === 1 ? ACCENTS[name] : undefined
  return mark !== undefined && accented(reader, { mark, name })
}

const NAME = /[a-zA-Z]+/y

/** Says the letter that follows, with the mark; stays where it was when no letter follows. */
function accented(reader: TexReader, { mark, name }: { mark: string; name: string }): boolean {
  const from = reader.at
  const isWord = /\w/.test(name)
  if (isWord && !/[\s{\\]/.test(reader.text.charAt(from))) return false
  const group = takeGroup(reader)
  if (group !== null && group.end === group.start) {
    say(reader, isWord ? '' : name)
    return true
  }
  const base = dotted(group === null ? bareLetter(reader) : letterOf(reader, group))
  const isUmlaut = name !== '"' || group !== null || /^[aeiouy]/i.test(base)
  if (reader.at > reader.end || !/^\p{L}/u.test(base) || !isUmlaut) {
    reader.at = from
    return false
  }
  const first = String.fromCodePoint(base.codePointAt(0) ?? 0)
  say(reader, (first + mark + base.slice(first.length)).normalize('NFC'))
  return true
}

function letterOf(reader: TexReader, group: { start: number; end: number }): string {
  return group.end - group.start > 20 || reader.depth >= DEEPEST ? '' : wordsOf(reader.readInner(group))
}

/** The letter or the macro of a letter that stands here without braces; moves past it. */
function bareLetter(reader: TexReader): string {
  const { text } = reader
  while (text.charAt(reader.at) === ' ') reader.at++
  const macro = text.charAt(reader.at) === '\\' ? matchAt(NAME, text, reader.at + 1) : null
  const letter = macro === null ? text.charAt(reader.at) : (LETTERS[macro] ?? '')
  reader.at += macro === null ? 1 : macro.length + 1
  if (macro !== null) skip(reader, ' ')
  return letter
}

/** TeX sets a mark on a letter without its dot, Unicode on one with it. */
function dotted(base: string): string {
  if (base.startsWith('ı')) return `i${base.slice(1)}`
  return base.startsWith('ȷ') ? `j${base.slice(1)}` : base
}

function readTextSymbol(reader: TexReader, { name }: Macro): boolean {
  const said = TEXT_SYMBOLS[name]
  if (said === undefined) return false
  if (!skip(reader, '{}')) {
    if (reader.text.startsWith('\\ ', reader.at)) reader.at++
    else if (/^text(?:ascii|under)/.test(name)) skip(reader, ' ')
  }
  if (said.endsWith('.')) skip(reader, '.')
  say(reader, said)
  return true
}

function readJournal(reader: TexReader, { name }: Macro): boolean {
  const journal = JOURNALS.get(name)
  if (journal === undefined) return false
  skip(reader, '{}')
  say(reader, journal)
  return true
}

function readMathSymbol(reader: TexReader, { name }: Macro): boolean {
  const { text, at } = reader
  const sign = MATH_SYMBOLS[name]
  if (sign === undefined || text.charAt(at) === '{') return false
  // A unit of measure: `\mu m`.
  if (name === 'mu' && /^ [mslgLJVAWFN]\b/.test(text.slice(at, at + 3))) reader.at++
  say(reader, sign)
  return true
}

// --- styles ---

function readStyle(reader: TexReader, { name }: Macro): boolean {
  const style = STYLES[name]
  if (style === undefined) return false
  const group = reader.depth < DEEPEST ? takeGroup(reader) : null
  if (group !== null) addStyle(reader, style, reader.readInner(group))
  else if (SWITCHES.has(name) && reader.depth > 0 && reader.depth < DEEPEST) {
    skip(reader, ' ')
    const rest = reader.readInner({ start: reader.at, end: reader.end })
    reader.at = reader.end
    addStyle(reader, style, rest)
  } else if (/^\s?$/.test(lastSaid(reader))) skip(reader, ' ')
  return true
}

function skipSilent(reader: TexReader, { name }: Macro): boolean {
  if (!SILENT.has(name)) return false
  if (!skip(reader, '{}') && name !== 'xspace' && /\s$|^$/.test(lastSaid(reader))) skip(reader, ' ')
  return true
}

function readVerbatim(reader: TexReader, { name }: Macro): boolean {
  if (name !== 'verb') return false
  const { text, at, end } = reader
  const fence = text.charAt(at)
  const length =
    fence === '' || /[\sa-zA-Z\ud800-\udfff]/.test(fence)
      ? -1
      : text.slice(at + 1, Math.min(end, at + 200)).indexOf(fence)
  if (length === -1) return true
  addStyle(reader, 'code', [{ kind: 'text', text: text.slice(at + 1, at + 1 + length) }])
  reader.at += length + 2
  return true
}

// --- links ---

function readUrl(reader: TexReader, { name }: Macro): boolean {
  if (name !== 'url' && name !== 'nolinkurl' && name !== 'path') return false
  const group = takeGroup(reader)
  const label = group === null ? '' : unescapeUrl(reader.text.slice(group.start, group.end))
  if (label !== '') addLink(reader, linkable(label), [{ kind: 'text', text: label }])
  return true
}

function readHref(reader: TexReader, { name }: Macro): boolean {
  if (name !== 'href') return false
  const address = takeGroup(reader)
  const shown = address === null ? null : takeGroup(reader)
  if (address === null) return true
  const url = unescapeUrl(reader.text.slice(address.start, address.end))
  const label = shown === null ? [] : reader.readInner(shown)
  const target = linkable(url)
  const hasLabel = target === null ? label.length > 0 : wordsOf(label).trim() !== ''
  addLink(reader, target, hasLabel ? label : [{ kind: 'text', text: url }])
  return true
}

// --- citations, notes, quotations ---

const NEEDS_NOUN = /(?:^|\s)(?:of|in|by|from|to|with|and|see|than|following)[\s\u00A0]+$/i

/** What is cited is left out, unless the sentence needs a name in its place. */
function readCitation(reader: TexReader, { name }: Macro): boolean {
  if (!/^[cC]ite/.test(name) && !CITED_BY_NAME.has(name)) return false
  skipOption(reader)
  skipOption(reader)
  const group = takeGroup(reader)
  if (group === null) return true
  const sentence = reader.nodes.at(-1)
  const needsNoun =
    CITED_BY_NAME.has(name) || (sentence?.kind === 'text' && NEEDS_NOUN.test(sentence.text.slice(-14)))
  if (needsNoun) say(reader, `[${reader.text.slice(group.start, group.end)}]`)
  else dropSpace(reader)
  return true
}

function readFootnote(reader: TexReader, { name }: Macro): boolean {
  if (name !== 'footnote' && name !== 'thanks') return false
  skipOption(reader)
  const group = takeGroup(reader)
  const note = group === null ? [] : reader.readInner(group)
  if (note.length === 0) return true
  dropSpace(reader)
  say(reader, ' (')
  add(reader, note)
  say(reader, ')')
  return true
}

function readQuotation(reader: TexReader, { name }: Macro): boolean {
  if (name !== 'enquote' && name !== 'say') return false
  const group = takeGroup(reader)
  if (group === null) return true
  say(reader, '“')
  add(reader, reader.readInner(group))
  say(reader, '”')
  return true
}

function skipHiddenArgument(reader: TexReader, { name }: Macro): boolean {
  if (!HIDDEN_ARGUMENT.has(name)) return false
  skipOption(reader)
  if (takeGroup(reader) !== null && /ref$/i.test(name)) dropSpace(reader)
  return true
}

function readSecondArgument(reader: TexReader, { name }: Macro): boolean {
  if (!SECOND_ARGUMENT.has(name)) return false
  const first = takeGroup(reader)
  const shown = (first === null ? null : takeGroup(reader)) ?? first
  if (shown !== null) add(reader, reader.readInner(shown))
  return true
}

function readTexOrPdfString(reader: TexReader, { name }: Macro): boolean {
  if (name !== 'texorpdfstring') return false
  const tex = takeGroup(reader)
  takeGroup(reader)
  if (tex !== null) add(reader, reader.readInner(tex))
  return true
}

// --- mathematics outside of formulas ---

function readFormula(reader: TexReader, macro: Macro): boolean {
  const count = FORMULAS[macro.name]
  return count !== undefined && formulaOf(reader, macro, count)
}

function readMathAccent(reader: TexReader, macro: Macro): boolean {
  const hasGroup = reader.text.charAt(reader.at) === '{'
  return MATH_ACCENTS[macro.name] !== undefined && hasGroup && formulaOf(reader, macro, 1)
}

const SCRIPTS = /(?:[_^](?:\{[^{}$\\]{1,40}\}|[\w+*-]))+/y

/** The macro with so many arguments and its indices as a formula; without them, stays behind the name. */
function formulaOf(reader: TexReader, { from, behind }: Macro, count: number): boolean {
  for (let left = count; left > 0; left--) {
    if (takeGroup(reader) === null) {
      reader.at = behind
      return false
    }
  }
  const scripts = matchAt(SCRIPTS, reader.text, reader.at)
  if (scripts !== null && reader.at + scripts.length <= reader.end) reader.at += scripts.length
  const source = reader.text.slice(from, reader.at)
  reader.nodes.push({ kind: 'math', tex: source, display: false, source })
  return true
}

// --- unknown macros ---

/** The arguments, or the name where it has none. */
function readUnknown(reader: TexReader, name: string): void {
  const shown: TexNode[][] = []
  while (reader.text.charAt(reader.at) === '{') {
    const group = takeGroup(reader)
    if (group === null) break
    if (group.end > group.start) shown.push(reader.readInner(group))
  }
  if (shown.length === 0) say(reader, name.length === 1 && !FUNCTIONS.has(name) ? `\\${name}` : name)
  for (const [index, argument] of shown.entries()) {
    if (index > 0) say(reader, ' ')
    add(reader, argument)
  }
}

import { ACCENTS, LETTERS, MATH_ACCENTS } from './accents.ts'
import { FUNCTIONS, MATH_SYMBOLS, SILENT, TEXT_SYMBOLS } from './symbols.ts'
import { mathSpans, type MathSpan } from './math-spans.ts'
import { bareUrlEnd, linkable, unescapeUrl } from './urls.ts'

export type TexStyle = 'em' | 'strong' | 'code' | 'smallcaps' | 'sup' | 'sub'

/** A run of TeX text, its escapes and typographic marks already turned into Unicode. */
export type TexNode =
  | { kind: 'text'; text: string }
  | { kind: 'math'; tex: string; display: boolean; source: string }
  | { kind: 'style'; style: TexStyle; children: TexNode[] }
  | { kind: 'link'; url: string; children: TexNode[] }

/** Where a paragraph may be cut, up to `limit`: at its spaces, or (`hard`) inside a word; never inside a formula, macro or URL. */
export type CutPlaces = { limit: number; spaces: number[]; hard: number[] }

// Deeper groups are read as if their braces were not there.
const DEEPEST = 40

const STYLES: Readonly<Record<string, TexStyle>> = {
  emph: 'em',
  textit: 'em',
  textsl: 'em',
  underline: 'em',
  uline: 'em',
  textbf: 'strong',
  texttt: 'code',
  textsc: 'smallcaps',
  textsuperscript: 'sup',
  textsubscript: 'sub',
  it: 'em',
  em: 'em',
  sl: 'em',
  itshape: 'em',
  slshape: 'em',
  bf: 'strong',
  bfseries: 'strong',
  tt: 'code',
  ttfamily: 'code',
  sc: 'smallcaps',
  scshape: 'smallcaps',
}
const SWITCHES = new Set([
  'it',
  'em',
  'sl',
  'itshape',
  'slshape',
  'bf',
  'bfseries',
  'tt',
  'ttfamily',
  'sc',
  'scshape',
])
const HIDDEN_ARGUMENT = new Set(
  'ref eqref autoref cref Cref pageref label index vspace hspace color begin end bibliography input phantom vskip'.split(
    ' ',
  ),
)
const CITED_BY_NAME = new Set(['citet', 'citeauthor', 'textcite', 'citealt', 'citealp', 'Citet', 'shortcite'])
const SECOND_ARGUMENT = new Set([
  'textcolor',
  'colorbox',
  'hyperlink',
  'hypertarget',
  'foreignlanguage',
  'scalebox',
])
const FORMULAS: Readonly<Record<string, number>> = {
  ensuremath: 1,
  mathbb: 1,
  mathcal: 1,
  mathfrak: 1,
  mathscr: 1,
  mathbf: 1,
  mathrm: 1,
  mathsf: 1,
  mathit: 1,
  boldsymbol: 1,
  bm: 1,
  operatorname: 1,
  sqrt: 1,
  frac: 2,
  dfrac: 2,
  tfrac: 2,
  binom: 2,
}

/** The partner of every brace (-1 without one), past escaped braces. */
function bracePartners(text: string): Int32Array {
  const partners = new Int32Array(text.length).fill(-1)
  const open: number[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 92) at++
    else if (code === 123) open.push(at)
    else if (code === 125) {
      const start = open.pop()
      if (start === undefined) continue
      partners[start] = at
      partners[at] = start
    }
  }
  return partners
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

const ORDINARY = /(?:[^\\{}$~`'\-\s]| (?! ))+/y
const WHITE = /\s+/y
const NAME = /[a-zA-Z]+/y
const OPTION = /\s*\[[^[\]{}]{0,200}\]/y
const LINK_FORMULA = /^\s*(?:\\(?:href|url)(?![a-zA-Z])|https?:\/\/\S+\s*$)/i
const SCRIPTS = /(?:[_^](?:\{[^{}$\\]{1,40}\}|[\w+*-]))+/y

/**
 * One paragraph of TeX text as nodes. Never fails: what it does not know stays readable. Takes time linear in the
 * length. `cuts` is filled with the places where the source may be cut.
 */
export function parseTex(text: string, cuts?: CutPlaces): TexNode[] {
  const partners = bracePartners(text)
  const formulas = mathSpans(text)
  const formulaAt = new Map(formulas.map((span) => [span.start, span]))
  const urls = Array.from(text.matchAll(/https?:\/\//gi), (match) => match.index)
  const urlStarts = new Set(urls)
  let urlIndex = 0

  const nextUrl = (at: number) => {
    while ((urls[urlIndex] ?? Infinity) < at) urlIndex++
    return urls[urlIndex] ?? Infinity
  }

  function notePlaces(start: number, stop: number, places: CutPlaces): void {
    for (let place = start; place < Math.min(stop, places.limit + 1); place++) {
      if (text.charCodeAt(place) === 32) places.spaces.push(place)
      else if (place > start) places.hard.push(place)
    }
  }

  function parseRange(start: number, end: number, depth: number): TexNode[] {
    const nodes: TexNode[] = []
    let at = start
    let openQuotes = 0
    let openApostrophes = 0

    const say = (said: string) => {
      const last = nodes.at(-1)
      // Short nodes: looking at the end of a long, growing string would copy it each time.
      if (last?.kind === 'text' && last.text.length < 64) last.text += said
      else if (said !== '') nodes.push({ kind: 'text', text: said })
    }
    const add = (more: TexNode[]) => {
      for (const node of more) {
        if (node.kind === 'text') say(node.text)
        else nodes.push(node)
      }
    }
    const before = () => {
      const last = nodes.at(-1)
      return last === undefined ? '' : last.kind === 'text' ? last.text.slice(-1) : 'x'
    }
    const dropSpace = () => {
      const last = nodes.at(-1)
      if (last?.kind === 'text') last.text = last.text.trimEnd()
    }
    const style = (kind: TexStyle, children: TexNode[]) => {
      if (children.length > 0) nodes.push({ kind: 'style', style: kind, children })
    }
    /** The group that starts here, after at most one space; moves past it. */
    const group = (): { start: number; end: number } | null => {
      const open = text.charAt(at) === ' ' ? at + 1 : at
      const close = text.charAt(open) === '{' ? (partners[open] ?? -1) : -1
      if (close === -1 || close >= end) return null
      at = close + 1
      return { start: open + 1, end: close }
    }
    const inner = (range: { start: number; end: number }) => parseRange(range.start, range.end, depth + 1)
    const option = () => {
      const found = matchAt(OPTION, text, at)
      if (found !== null && at + found.length <= end) at += found.length
    }
    const link = (url: string | null, children: TexNode[]) => {
      if (url === null) add(children)
      else if (children.length > 0) nodes.push({ kind: 'link', url, children })
    }

    const accent = (mark: string, name: string): boolean => {
      const from = at
      if (/\w/.test(name) && !/[\s{\\]/.test(text.charAt(at))) return false
      const range = group()
      let base: string
      if (range !== null) {
        base = range.end - range.start > 20 || depth >= DEEPEST ? '' : wordsOf(inner(range))
        if (range.end === range.start) {
          say(/\w/.test(name) ? '' : name)
          return true
        }
      } else {
        while (text.charAt(at) === ' ') at++
        const letter = text.charAt(at) === '\\' ? matchAt(NAME, text, at + 1) : null
        base = letter === null ? text.charAt(at) : (LETTERS[letter] ?? '')
        at += letter === null ? 1 : letter.length + 1
        if (letter !== null && text.charAt(at) === ' ') at++
      }
      const bare = base.startsWith('ı')
        ? `i${base.slice(1)}`
        : base.startsWith('ȷ')
          ? `j${base.slice(1)}`
          : base
      if (at > end || !/^\p{L}/u.test(bare) || (name === '"' && range === null && !/^[aeiouy]/i.test(bare))) {
        at = from
        return false
      }
      const first = String.fromCodePoint(bare.codePointAt(0) ?? 0)
      say((first + mark + bare.slice(first.length)).normalize('NFC'))
      return true
    }

    const symbol = (character: string) => {
      at += 2
      const mark = ACCENTS[character]
      if (mark !== undefined && accent(mark, character)) return
      if (character === '\\') {
        if (text.charAt(at) === '*') at++
        say(' ')
      } else if (character === ',') say('\u202F')
      else if (/[;:\s]/.test(character)) say(' ')
      else if (/[-/@!]/.test(character)) return
      else if (character === '|') say('‖')
      else if (/[%&#$_{}()[\]'"`^~=.<>+*?]/.test(character)) say(character)
      else say(`\\${character}`)
    }

    const formulaFrom = (from: number, count: number): boolean => {
      for (let left = count; left > 0; left--) {
        if (group() === null) return false
      }
      const scripts = matchAt(SCRIPTS, text, at)
      if (scripts !== null && at + scripts.length <= end) at += scripts.length
      const source = text.slice(from, at)
      nodes.push({ kind: 'math', tex: source, display: false, source })
      return true
    }

    const macro = (name: string) => {
      const from = at
      at += 1 + name.length
      if (text.charAt(at) === '*') at++
      const afterName = at

      const letter = LETTERS[name]
      if (letter !== undefined && !(name.length === 1 && /['"]/.test(before()))) {
        if (text.startsWith('{}', at)) at += 2
        else if (/\s/.test(text.charAt(at)) && at + 1 < end) at++
        say(letter)
        return
      }
      const mark = name.length === 1 ? ACCENTS[name] : undefined
      if (mark !== undefined && accent(mark, name)) return

      const said = TEXT_SYMBOLS[name]
      if (said !== undefined) {
        if (text.startsWith('{}', at)) at += 2
        else if (text.startsWith('\\ ', at)) at++
        else if (/^text(?:ascii|under)/.test(name) && text.charAt(at) === ' ') at++
        if (said.endsWith('.') && text.charAt(at) === '.') at++
        say(said)
        return
      }
      const kind = STYLES[name]
      if (kind !== undefined) {
        const range = depth < DEEPEST ? group() : null
        if (range !== null) style(kind, inner(range))
        else if (SWITCHES.has(name) && depth > 0 && depth < DEEPEST) {
          if (text.charAt(at) === ' ') at++
          const rest = parseRange(at, end, depth + 1)
          at = end
          style(kind, rest)
        } else if (text.charAt(at) === ' ' && /^\s?$/.test(before())) {
          at++
        }
        return
      }
      if (SILENT.has(name)) {
        if (text.startsWith('{}', at)) at += 2
        else if (name !== 'xspace' && text.charAt(at) === ' ' && /\s$|^$/.test(before())) at++
        return
      }
      if (depth >= DEEPEST) return
      if (name === 'url' || name === 'nolinkurl' || name === 'path') {
        const range = group()
        if (range === null) return
        const label = unescapeUrl(text.slice(range.start, range.end))
        if (label !== '') link(linkable(label), [{ kind: 'text', text: label }])
        return
      }
      if (name === 'href') {
        const address = group()
        const shown = address === null ? null : group()
        if (address === null) return
        const url = unescapeUrl(text.slice(address.start, address.end))
        const label = shown === null ? [] : inner(shown)
        if (linkable(url) === null) add(label.length > 0 ? label : [{ kind: 'text', text: url }])
        else link(linkable(url), wordsOf(label).trim() === '' ? [{ kind: 'text', text: url }] : label)
        return
      }
      if (/^[cC]ite/.test(name) || CITED_BY_NAME.has(name)) {
        option()
        option()
        const range = group()
        if (range === null) return
        const sentence = nodes.at(-1)
        const needsNoun =
          CITED_BY_NAME.has(name) ||
          (sentence?.kind === 'text' &&
            /(?:^|\s)(?:of|in|by|from|to|with|and|see|than|following)[\s\u00A0]+$/i.test(
              sentence.text.slice(-14),
            ))
        if (needsNoun) say(`[${text.slice(range.start, range.end)}]`)
        else dropSpace()
        return
      }
      if (name === 'footnote' || name === 'thanks') {
        option()
        const range = group()
        const note = range === null ? [] : inner(range)
        if (note.length === 0) return
        dropSpace()
        say(' (')
        add(note)
        say(')')
        return
      }
      if (name === 'enquote' || name === 'say') {
        const range = group()
        if (range === null) return
        say('“')
        add(inner(range))
        say('”')
        return
      }
      if (HIDDEN_ARGUMENT.has(name)) {
        option()
        const range = group()
        if (range !== null && /ref$/i.test(name)) dropSpace()
        return
      }
      if (SECOND_ARGUMENT.has(name)) {
        const first = group()
        const second = first === null ? null : group()
        const shown = second ?? first
        if (shown !== null) add(inner(shown))
        return
      }
      if (name === 'texorpdfstring') {
        const first = group()
        group()
        if (first !== null) add(inner(first))
        return
      }
      if (name === 'verb') {
        const fence = text.charAt(at)
        const close =
          fence === '' || /[\sa-zA-Z]/.test(fence)
            ? -1
            : text.slice(at + 1, Math.min(end, at + 200)).indexOf(fence)
        if (close === -1) return
        style('code', [{ kind: 'text', text: text.slice(at + 1, at + 1 + close) }])
        at += close + 2
        return
      }
      const arity = FORMULAS[name]
      if (arity !== undefined && formulaFrom(from, arity)) return
      at = afterName
      if (MATH_ACCENTS[name] !== undefined && text.charAt(at) === '{' && formulaFrom(from, 1)) return
      at = afterName
      const sign = MATH_SYMBOLS[name]
      if (sign !== undefined && text.charAt(at) !== '{') {
        if (name === 'mu' && /^ [mslgLJVAWFN]\b/.test(text.slice(at, at + 3))) at++
        say(sign)
        return
      }
      unknown(name)
    }

    const unknown = (name: string) => {
      const shown: TexNode[][] = []
      while (text.charAt(at) === '{') {
        const range = group()
        if (range === null) break
        if (range.end > range.start) shown.push(inner(range))
      }
      if (shown.length === 0) say(name.length === 1 && !FUNCTIONS.has(name) ? `\\${name}` : name)
      shown.forEach((argument, index) => {
        if (index > 0) say(' ')
        add(argument)
      })
    }

    const formula = (span: MathSpan) => {
      const source = text.slice(span.start, span.end)
      const margin = source.indexOf(span.tex)
      const character = /^\s*\\unicode\{x([\da-f]{4})\}\s*$/i.exec(span.tex)?.[1]
      const isLink = LINK_FORMULA.test(span.tex) && margin > 0 && depth < DEEPEST
      if (character !== undefined) {
        // One character of running text, as converters write a dash.
        say(String.fromCodePoint(Number.parseInt(character, 16)).replace(/\p{C}/gu, ' '))
      } else if (isLink) {
        // A link in dollar signs is a link: nothing of it is mathematics.
        add(parseRange(span.start + margin, span.start + margin + span.tex.length, depth + 1))
      } else {
        nodes.push({ kind: 'math', tex: span.tex, display: span.display, source })
      }
      at = span.end
    }

    const bareUrl = () => {
      const close = Math.min(end, bareUrlEnd(text, at))
      // `https://host/{Label}`: the braces are TeX's, the label belongs to the address.
      const labelled =
        text.charAt(close) === '{' && text.charAt(close - 1) === '/' ? (partners[close] ?? -1) : -1
      const whole =
        labelled > close && labelled < end && /^[\w.~-]{1,80}$/.test(text.slice(close + 1, labelled))
      const stop = whole ? labelled + 1 : close
      const url = unescapeUrl(text.slice(at, stop))
      link(linkable(url), [{ kind: 'text', text: url }])
      at = Math.max(stop, at + 1)
    }

    const brace = () => {
      const close = partners[at] ?? -1
      if (close <= at || close >= end || depth >= DEEPEST) {
        at++
        return
      }
      const content = close - at <= 100 ? text.slice(at + 1, close) : ''
      const isSet = content.includes(',') && !/[\\$]/.test(content) && !/\w$/.test(before())
      if (isSet && content.split(',').every((item) => item.trim().split(/\s+/).length <= 3)) {
        say('{')
        add(parseRange(at + 1, close, depth + 1))
        say('}')
      } else {
        add(parseRange(at + 1, close, depth + 1))
      }
      at = close + 1
    }

    const quote = () => {
      const character = text.charAt(at)
      let run = 1
      while (run < 4 && at + run < end && text.charAt(at + run) === character) run++
      const next = text.charAt(at + run)
      if (character === '`') {
        if (run === 2 && openQuotes > 0 && !/\s/.test(before()) && !/[\p{L}\p{N}]/u.test(next)) {
          openQuotes--
          say('”')
        } else if (run === 2) {
          openQuotes++
          say('“')
        } else if (
          run === 1 &&
          /^[^`]{1,200}?'(?![\p{L}'])/u.test(text.slice(at + 1, Math.min(end, at + 210)))
        ) {
          openApostrophes++
          say('‘')
        } else {
          say(character.repeat(run))
        }
      } else if (run === 2 && (openQuotes > 0 || !/\d/.test(before()))) {
        openQuotes = Math.max(0, openQuotes - 1)
        say('”')
      } else if (run === 1 && openApostrophes > 0 && !/\p{L}/u.test(next)) {
        openApostrophes--
        say('’')
      } else {
        say(character.repeat(run))
      }
      at += run
    }

    const tie = () => {
      // Before a number or behind a space it says "about", between digits "to"; TeX's tie joins two words.
      const previous = text.charAt(at - 1)
      const next = text.charAt(at + 1)
      const aboutOrTo = at === start || /[\s(~[=]/.test(previous) || (/\d/.test(previous) && /\d/.test(next))
      say(aboutOrTo || at + 1 >= end || /[\s~]/.test(next) ? '~' : '\u00A0')
      at++
    }

    while (at < end) {
      const span = formulaAt.get(at)
      if (span !== undefined && span.end <= end) {
        formula(span)
        continue
      }
      if (urlStarts.has(at)) {
        bareUrl()
        continue
      }
      const character = text.charAt(at)
      if (character === ' ' ? text.charAt(at + 1) === ' ' : /\s/.test(character)) {
        if (depth === 0) cuts?.spaces.push(at)
        at = Math.min(end, at + (matchAt(WHITE, text, at)?.length ?? 1))
        say(' ')
      } else if (character === '\\') {
        const name = urlStarts.has(at + 1) ? '' : matchAt(NAME, text, at + 1)
        if (name === '' || at + 1 >= end) {
          if (name !== '') say('\\')
          at++
        } else if (name === null) symbol(String.fromCodePoint(text.codePointAt(at + 1) ?? 0))
        else macro(name.slice(0, Math.max(0, end - at - 1)))
      } else if (character === '{') brace()
      else if (character === '}') at++
      else if (character === '`' || character === "'") quote()
      else if (character === '~') tie()
      else if (character === '-') {
        let run = 1
        while (at + run < end && text.charAt(at + run) === '-') run++
        say(run === 2 ? '–' : run === 3 ? '—' : '-'.repeat(run))
        at += run
      } else if (character === '$') {
        say('$')
        at++
      } else {
        const run = matchAt(ORDINARY, text, at)?.length ?? 1
        const stop = Math.min(end, at + run, nextUrl(at + 1))
        if (depth === 0 && cuts !== undefined) notePlaces(at, stop, cuts)
        say(text.slice(at, stop))
        at = stop
      }
    }
    return nodes
  }

  return parseRange(0, text.length, 0)
}

/** The words of nodes without formulas; enough for accents and labels. */
function wordsOf(nodes: TexNode[]): string {
  return nodes
    .map((node) =>
      node.kind === 'text' ? node.text : node.kind === 'math' ? node.source : wordsOf(node.children),
    )
    .join('')
}

import { plainText } from '../plain-text.ts'
import { mathSpans } from './math-spans.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '~': '\\textasciitilde{}',
  '`': '{`}',
  "'": "{'}",
  '-': '{-}',
}

/** Pieces of TeX, and of text between them in which no character means anything to TeX. */
export type TexPiece = { tex: string } | { text: string }

/** The pieces as TeX that reads as they do. Text stays as it is where TeX reads it so. */
export function joinTex(pieces: TexPiece[]): string {
  const [first] = pieces
  if (first !== undefined && pieces.length === 1 && 'text' in first) return escapeWhole(first.text)
  const joined: string[] = []
  let end = ''
  for (const piece of pieces) {
    const tex = 'tex' in piece ? piece.tex : escape(piece.text)
    // Two dollar signs would be those of a formula in a line of its own.
    joined.push(/(?<!\\)\$$/.test(end) && tex.startsWith('$') ? '{}' : '', tex)
    end = (end + tex.slice(-2)).slice(-2)
  }
  return withTies(joined.join(''))
}

/**
 * Text of a file that has plain text and now and then a formula between dollar signs, as TeX: its formulas, and its
 * `\$`, are kept.
 */
export function texOfText(text: string): string {
  const pieces: TexPiece[] = []
  let at = 0
  for (const { start, end } of [...mathSpans(text), { start: text.length, end: text.length }]) {
    for (const [number, part] of text.slice(at, start).split('\\$').entries()) {
      if (number > 0) pieces.push({ tex: '\\$' })
      if (part !== '') pieces.push({ text: part })
    }
    if (end > start) pieces.push({ tex: text.slice(start, end) })
    at = end
  }
  return joinTex(pieces)
}

function escapeWhole(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const isPlain = !/[\\{}$~`]|''|--/.test(line) || plainText(line) === line
  return withTies(isPlain ? text : escape(text))
}

function escape(text: string): string {
  return text.replace(
    /[\\{}$~`]|'(?=')|(?<=')'|-(?=-)|(?<=-)-/g,
    (character) => ESCAPES[character] ?? character,
  )
}

/** Spaces that keep two words together, as TeX writes them. */
function withTies(text: string): string {
  return text.replace(/(?<=[^\s(~[=])\u00A0(?=[^\s~])/g, (_, at: number) =>
    /\d/.test(text.charAt(at - 1)) && /\d/.test(text.charAt(at + 1)) ? ' ' : '~',
  )
}

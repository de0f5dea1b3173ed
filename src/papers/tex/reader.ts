import type { TexNode, TexStyle } from './nodes.ts'

/** Deeper groups are read as if their braces were not there. */
export const DEEPEST = 40

/** From `start` up to, not including, `end`. */
export type TexSpan = { start: number; end: number }

/** A part of a paragraph that is being read: `at` is how far, `nodes` what it said so far. */
export type TexReader = TexSpan & {
  /** The whole paragraph, in which all places are counted. */
  text: string
  /** The partner of every brace, -1 without one. */
  partners: Int32Array
  depth: number
  at: number
  nodes: TexNode[]
  openQuotes: number
  openApostrophes: number
  /** Reads a part of the same paragraph, one level deeper. */
  readInner: (span: TexSpan) => TexNode[]
}

/** What the pattern, which must be sticky, matches at a place. */
export function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

export function say(reader: TexReader, said: string): void {
  const last = reader.nodes.at(-1)
  // Short nodes: looking at the end of a long, growing string would copy it each time.
  if (last?.kind === 'text' && last.text.length < 64) last.text += said
  else if (said !== '') reader.nodes.push({ kind: 'text', text: said })
}

export function add(reader: TexReader, more: TexNode[]): void {
  for (const node of more) {
    if (node.kind === 'text') say(reader, node.text)
    else reader.nodes.push(node)
  }
}

export function addStyle(reader: TexReader, style: TexStyle, children: TexNode[]): void {
  if (children.length > 0) reader.nodes.push({ kind: 'style', style, children })
}

/** A link to the address, or the label alone where nothing may link to it. */
export function addLink(reader: TexReader, url: string | null, label: TexNode[]): void {
  if (url === null) add(reader, label)
  else if (label.length > 0) reader.nodes.push({ kind: 'link', url, children: label })
}

/** The character that was said last; a letter stands for a formula, a style or a link. */
export function lastSaid(reader: TexReader): string {
  const last = reader.nodes.at(-1)
  return last === undefined ? '' : last.kind === 'text' ? last.text.slice(-1) : 'x'
}

export function dropSpace(reader: TexReader): void {
  const last = reader.nodes.at(-1)
  if (last?.kind === 'text') last.text = last.text.trimEnd()
}

/** What is in the group that starts here, after at most one space; moves past it. */
export function takeGroup(reader: TexReader): TexSpan | null {
  const { text, at, partners, end } = reader
  const open = text.charAt(at) === ' ' ? at + 1 : at
  const close = text.charAt(open) === '{' ? (partners[open] ?? -1) : -1
  if (close === -1 || close >= end) return null
  reader.at = close + 1
  return { start: open + 1, end: close }
}

const OPTION = /\s*\[[^[\]{}]{0,200}\]/y

export function skipOption(reader: TexReader): void {
  const found = matchAt(OPTION, reader.text, reader.at)
  if (found !== null && reader.at + found.length <= reader.end) reader.at += found.length
}

/** Moves past the text where it stands here; tells whether it did. */
export function skip(reader: TexReader, expected: string): boolean {
  const isThere = reader.text.startsWith(expected, reader.at)
  if (isThere) reader.at += expected.length
  return isThere
}

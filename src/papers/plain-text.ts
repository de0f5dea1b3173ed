import { clean, paragraphsOf } from './tex/clean.ts'
import type { TexNode } from './tex/nodes.ts'
import { parseTex } from './tex/parse.ts'
import { plainMath } from './tex/plain-math.ts'

/** TeX text as one line of plain Unicode text, without styles and control characters. */
export function plainText(text: string): string {
  return clean(
    paragraphsOf(text)
      .map((paragraph) => plain(parseTex(paragraph)))
      .join(' '),
  )
    .replace(/\s+/g, ' ')
    .trim()
}

function plain(nodes: TexNode[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text
      return node.kind === 'math' ? plainMath(node.tex) : plain(node.children)
    })
    .join('')
}

export type TexStyle = 'em' | 'strong' | 'code' | 'smallcaps' | 'sup' | 'sub'

/** A run of TeX text, its escapes and typographic marks already turned into Unicode. */
export type TexNode =
  | { kind: 'text'; text: string }
  | { kind: 'math'; tex: string; display: boolean; source: string }
  | { kind: 'style'; style: TexStyle; children: TexNode[] }
  | { kind: 'link'; url: string; children: TexNode[] }

/** The words of nodes, and the source of their formulas; enough for accents and labels. */
export function wordsOf(nodes: TexNode[]): string {
  return nodes
    .map((node) =>
      node.kind === 'text' ? node.text : node.kind === 'math' ? node.source : wordsOf(node.children),
    )
    .join('')
}

import type { Paper } from '../../papers/paper.ts'

// Characters with a special meaning in TeX.
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  $: '\\$',
  '{': '\\{',
  '}': '\\}',
  '~': '\\textasciitilde{}',
}

/** A paper in a feed, with someone's note before its abstract. */
export function withNote(paper: Paper, note: string): Paper {
  if (note === '') return paper
  const asTex = note.replaceAll(/[\\${}~]/g, (character) => ESCAPES[character] ?? character)
  const texts = [asTex, paper.synopsis, paper.abstract].filter((text) => text !== null)
  return { ...paper, synopsis: null, abstract: texts.join('\n\n') }
}

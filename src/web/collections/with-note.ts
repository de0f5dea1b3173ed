import type { Paper } from '../../papers/paper.ts'

// What TeX would read otherwise than as itself.
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  $: '\\$',
  '{': '\\{',
  '}': '\\}',
  '~': '\\textasciitilde{}',
}

/** A paper as it stands in a feed with what somebody says of it: that comes first. */
export function withNote(paper: Paper, note: string): Paper {
  if (note === '') return paper
  const asTex = note.replaceAll(/[\\${}~]/g, (character) => ESCAPES[character] ?? character)
  const texts = [asTex, paper.synopsis, paper.abstract].filter((text) => text !== null)
  return { ...paper, synopsis: null, abstract: texts.join('\n\n') }
}

import { arxiv } from './kinds/arxiv.ts'
import { biorxiv } from './kinds/biorxiv.ts'
import { crossref } from './kinds/crossref.ts'
import { europePmc } from './kinds/europe-pmc.ts'
import { feed } from './kinds/feed.ts'
import { folder } from './kinds/folder.ts'
import { github } from './kinds/github.ts'
import { huggingface } from './kinds/huggingface.ts'
import { openalex } from './kinds/openalex.ts'
import { semanticScholar } from './kinds/semantic-scholar.ts'
import type { SourceKind, SourceOption } from './source-kind.ts'

/** All kinds of sources, in the order in which they are offered. */
export const SOURCE_KINDS: readonly SourceKind[] = [
  arxiv,
  biorxiv,
  europePmc,
  huggingface,
  feed,
  folder,
  crossref,
  openalex,
  semanticScholar,
  github,
]

export function kindNamed(name: string): SourceKind | null {
  return SOURCE_KINDS.find(({ kind }) => kind === name) ?? null
}

/** The options of all kinds, each name once. */
export function sourceOptions(): SourceOption[] {
  const options = new Map<string, SourceOption>()
  for (const kind of SOURCE_KINDS)
    for (const option of kind.options) if (!options.has(option.name)) options.set(option.name, option)
  return [...options.values()]
}

/** What was given for the options of a kind, as its settings: lists are separated by commas. */
export function settingsFrom(
  kind: SourceKind,
  given: Record<string, string | undefined>,
): Record<string, unknown> {
  return Object.fromEntries(
    kind.options.flatMap(({ name, list }) => {
      const text = given[name]?.trim() ?? ''
      if (text === '') return []
      return [[name, list ? partsOf(text) : text]]
    }),
  )
}

/** Texts separated by commas or line breaks. */
export function partsOf(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

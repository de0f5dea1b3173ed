import { arxiv } from './kinds/arxiv.ts'
import type { SourceKind } from './source-kind.ts'

/** All kinds of sources, in the order in which they are offered. */
export const SOURCE_KINDS: readonly SourceKind[] = [arxiv]

export function kindNamed(name: string): SourceKind | null {
  return SOURCE_KINDS.find(({ kind }) => kind === name) ?? null
}

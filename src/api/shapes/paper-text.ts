import { toMarkdown } from '../../papers/export/markdown.ts'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../../web/site.ts'

/** A paper as a text in Markdown, with the address of its page here. */
export function markdownOf({ origin, name }: Pick<Site, 'origin' | 'name'>, paper: Paper): string {
  return toMarkdown(paper, { url: origin + addressPath(paper.address), siteName: name })
}

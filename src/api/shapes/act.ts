import { z } from 'zod'
import { papersByIds } from '../../papers/find.ts'
import { plainText } from '../../papers/plain-text.ts'
import type { Act, ActKind } from '../../recommendation/taste.ts'
import type { Site } from '../../web/site.ts'

const KINDS = [
  'vote',
  'save',
  'collect',
  'comment',
  'submit',
  'like',
  'open',
  'search',
  'dislike',
  'not-for-me',
  'passed-over',
] as const satisfies readonly ActKind[]

/** Something that a reader did, of what their own front page learns from. */
export const ActShape = z
  .object({
    kind: z.enum(KINDS).describe('What you did; `like` and `dislike` are answers to the first questions'),
    paper: z
      .string()
      .nullable()
      .describe('The id of the paper; null for a search, or if the paper is no longer here'),
    title: z.string().nullable(),
    words: z.string().nullable().describe('What you searched for; null for everything else'),
    at: z.iso.datetime(),
  })
  .meta({ id: 'Act' })

/** What says an act as it is sent: the papers of all of them are read in one query. */
export async function actWriter(
  { db }: Pick<Site, 'db'>,
  acts: readonly Act[],
): Promise<(act: Act) => z.input<typeof ActShape>> {
  const ids = new Set(acts.flatMap(({ paperId }) => paperId ?? []))
  const papers = await papersByIds(db, [...ids], { seenBy: 'everyone' })
  return ({ kind, paperId, text, at }) => {
    const paper = paperId === null ? undefined : papers.get(paperId)
    return {
      kind,
      paper: paper?.address ?? null,
      title: paper ? plainText(paper.title) : null,
      words: text,
      at: at.toISOString(),
    }
  }
}

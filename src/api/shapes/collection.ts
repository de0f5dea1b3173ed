import { z } from 'zod'
import { displayName } from '../../accounts/reader.ts'
import type { Collection } from '../../shelves/collections.ts'
import type { Site } from '../../web/site.ts'

export const CollectionShape = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    public: z.boolean(),
    owner: z.string().describe('The name of its reader'),
    papers: z.int().describe('How many papers it has'),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
    url: z.string(),
  })
  .meta({ id: 'Collection' })

export function toCollectionJson(
  { origin }: Site,
  { id, title, description, public: isPublic, owner, papers, createdAt, changedAt }: Collection,
): z.input<typeof CollectionShape> {
  return {
    id,
    title,
    description,
    public: isPublic,
    owner: displayName(owner),
    papers,
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
    url: `${origin}/collections/${id}`,
  }
}

import type { Context } from 'hono'
import { displayName } from '../../accounts/reader.ts'
import { isCollectionId } from '../../shelves/collections.ts'
import { findCollection, findComment, type Flagged } from '../../moderation/flagged.ts'
import { quoted } from '../../moderation/subjects.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { parseNumber } from '../desk/parse-ids.ts'
import { findRequestedPaper } from '../paper/find-requested-paper.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../site.ts'

/** What is being flagged: `path` is its address, `form` that of the form. */
export type FlagSubject = { on: Flagged; subject: string; path: string; form: string }

/** The paper, comment or collection in the address, if everyone can see it; otherwise null. */
export async function findSubject(
  site: Site,
  c: Context,
  kind: Flagged['kind'],
): Promise<FlagSubject | null> {
  const id = c.req.param('id') ?? ''
  return kind === 'paper' ? paperSubject(await findRequestedPaper(site, c)) : flaggable(site, { kind, id })
}

function paperSubject(paper: Paper | null): FlagSubject | null {
  if (!paper || paper.hidden) return null
  const path = addressPath(paper.address)
  return { on: { kind: 'paper', id: paper.id }, subject: quoted(paper.title), path, form: `${path}/flag` }
}

/** The comment or collection with an id, as it stands in its address, if everyone can see it; otherwise null. */
export async function flaggable(
  site: Pick<Site, 'db'>,
  { kind, id }: { kind: 'comment' | 'collection'; id: string },
): Promise<FlagSubject | null> {
  switch (kind) {
    case 'comment': {
      const number = parseNumber(id)
      const comment = number === null ? undefined : await findComment(site.db, number)
      if (!comment || comment.paperHidden || comment.deletedAt !== null || comment.hiddenAt !== null)
        return null
      const by =
        comment.readerId === null
          ? ''
          : ` by ${displayName({ id: comment.readerId, name: comment.name ?? '' })}`
      return {
        on: { kind, id: comment.id },
        subject: `the comment${by} on ${quoted(comment.title)}`,
        path: `/comments/${comment.id}`,
        form: `/comments/${comment.id}/flag`,
      }
    }
    case 'collection': {
      const collection = isCollectionId(id) ? await findCollection(site.db, id) : undefined
      if (!collection?.public || collection.hidden) return null
      const path = `/collections/${collection.id}`
      return {
        on: { kind, id: collection.id },
        subject: `the collection “${collection.title}”`,
        path,
        form: `${path}/flag`,
      }
    }
  }
}

import { hideCollection, unhideCollection } from '../../moderation/hide-collection.ts'
import { dismissFlags } from '../../moderation/resolve-flags.ts'
import { isCollectionId } from '../../shelves/collections.ts'
import { curatorActions } from './curator-action.ts'

const onCollection = curatorActions((c) => {
  const collectionId = c.req.param('id') ?? ''
  return isCollectionId(collectionId) ? { collectionId } : null
})

/** `POST /desk/collections/:id/hiding` */
export const hide = onCollection(({ db }, collection) => hideCollection(db, collection))

/** `POST /desk/collections/:id/hiding/end` */
export const unhide = onCollection(({ db }, collection) => unhideCollection(db, collection))

/** `POST /desk/collections/:id/flags/dismissal` */
export const dismiss = onCollection(({ db }, { collectionId, ...acting }) =>
  dismissFlags(db, { on: { kind: 'collection', id: collectionId }, ...acting }),
)

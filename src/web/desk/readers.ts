import { reinstateReader, suspendReader } from '../../moderation/suspend-reader.ts'
import { trustReader } from '../../moderation/trust-reader.ts'
import { curatorActions } from './curator-action.ts'
import { parseReaderId } from './parse-ids.ts'

const onReader = curatorActions((c) => {
  const readerId = parseReaderId(c.req.param('id') ?? '')
  return readerId === null ? null : { readerId }
})

/** `POST /desk/readers/:id/trust` */
export const trust = onReader(({ db }, reader) => trustReader(db, reader))

/** `POST /desk/readers/:id/suspension` */
export const suspend = onReader(({ db }, reader) => suspendReader(db, { ...reader, votesToo: false }))

/** `POST /desk/readers/:id/suspension-with-votes`: takes back their votes as well, even from readers suspended before. */
export const suspendWithVotes = onReader(({ db }, reader) => suspendReader(db, { ...reader, votesToo: true }))

/** `POST /desk/readers/:id/suspension/end` */
export const reinstate = onReader(({ db }, reader) => reinstateReader(db, reader))

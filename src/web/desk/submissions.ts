import { writeNote } from '../../discussion/write-note.ts'
import { acceptWaitingSubmission, rejectWaitingSubmission } from '../../moderation/decide-submission.ts'
import { curatorActions } from './curator-action.ts'
import { numberIn } from './parse-ids.ts'

const onSubmission = curatorActions((c) => {
  const id = numberIn(c)
  return id === null ? null : { id }
})

/** `POST /desk/submissions/:id/acceptance` */
export const accept = onSubmission(({ db, timeZone, accounts: { curators } }, submission) =>
  acceptWaitingSubmission(db, {
    ...submission,
    timeZone,
    writeNote: (trx, note) => writeNote(trx, { ...note, curators, now: submission.now }),
  }),
)

/** `POST /desk/submissions/:id/rejection` */
export const reject = onSubmission(({ db }, submission) => rejectWaitingSubmission(db, submission))

import type { Reader } from '../../accounts/reader.ts'
import { writeNote } from '../../discussion/write-note.ts'
import type { WriteNote } from '../../moderation/submissions.ts'
import { pickPaper } from '../../shelves/picks.ts'

/** Writes the note of a submission: what a curator writes makes the paper their pick; what a reader writes is the first comment. */
export function writeSubmittedNote({
  reader,
  curators,
  now,
}: {
  reader: Reader
  curators: ReadonlySet<string>
  now: Date
}): WriteNote {
  return async (trx, { paperId, readerId, note }) => {
    if (note !== '' && readerId === reader.id && reader.curator)
      await pickPaper(trx, { paperId, curator: reader, note, now })
    else await writeNote(trx, { paperId, readerId, note, curators, now })
  }
}

import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { LONGEST_NOTE, type PaperNote } from '../../shelves/paper-notes.ts'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'

/** The viewer's own note on a paper, to read and to write; nothing for people who are not signed in. */
export function NoteBox({
  site,
  paper,
  note,
}: {
  site: Site
  paper: Pick<Paper, 'address'>
  note: PaperNote | null
}) {
  if (!site.viewer) return null
  const path = addressPath(paper.address)
  return (
    <section class="box" aria-labelledby="note">
      <h2 id="note">Your note</h2>
      <form class="form" method="post" action={`${path}/note`}>
        <input type="hidden" name="back" value={`${path}#note`} />
        <label for="note-body">Only you can see it</label>
        <textarea
          id="note-body"
          name="body"
          maxlength={LONGEST_NOTE}
          aria-describedby={note ? 'note-changed' : undefined}
        >
          {note?.body ?? ''}
        </textarea>
        {note && (
          <p class="hint" id="note-changed">
            Saved <When site={site} instant={note.changedAt} />. <a href="/notes">All your notes</a>
          </p>
        )}
        <div class="buttons">
          <button type="submit" class="button quiet">
            Save note
          </button>
          {note && (
            <button type="submit" name="remove" value="1" class="button quiet">
              Remove note
            </button>
          )}
        </div>
      </form>
    </section>
  )
}

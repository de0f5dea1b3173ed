import { raw } from 'hono/html'
import { addressPath } from '../../papers/identifiers.ts'
import { typeset } from '../../papers/typeset.ts'
import { searchNotes, type NotedPaper } from '../../shelves/paper-notes.ts'
import type { Site } from '../site.ts'

const SHOWN = 5
/** In characters. */
const NOTE_SHOWN = 160

/** The viewer's own notes that have all words of a search; none for people who are not signed in. */
export async function notesFound(site: Site, text: string): Promise<NotedPaper[]> {
  if (!site.viewer || text === '') return []
  return searchNotes(site.db, { readerId: site.viewer.reader.id, text, limit: SHOWN })
}

/** The viewer's notes above the results of a search. `words`: what they were searched for. */
export function NotesFound({ notes, words }: { notes: NotedPaper[]; words: string }) {
  if (notes.length === 0) return null
  return (
    <section class="box notes-found" aria-labelledby="notes-found">
      <h2 id="notes-found">In your notes</h2>
      <ol class="titles">
        {notes.map(({ paper, note }) => (
          <li>
            <a href={addressPath(paper.address)}>{raw(typeset(paper.title, { links: false }))}</a>{' '}
            <span class="title-note">{beginning(note.body)}</span>
          </li>
        ))}
      </ol>
      <p>
        <a href={`/notes?${new URLSearchParams({ q: words }).toString()}`}>All your notes with these words</a>
        . Only you can see this.
      </p>
    </section>
  )
}

function beginning(body: string): string {
  const characters = Array.from(body.replaceAll(/\s+/g, ' '))
  if (characters.length <= NOTE_SHOWN) return characters.join('')
  return `${characters
    .slice(0, NOTE_SHOWN)
    .join('')
    .replace(/\s\S*$/, '')} …`
}

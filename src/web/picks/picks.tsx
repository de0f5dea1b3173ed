import type { PaperPick } from '../../shelves/picks.ts'
import { ReaderName } from '../collections/links.tsx'

/** The curators who picked a paper, and why. */
export function Picks({ picks }: { picks: PaperPick[] }) {
  if (picks.length === 0) return null
  return (
    <div class="picks">
      {picks.map(({ curator, note }) => (
        <p>
          <span class="picked">
            Picked by <ReaderName reader={curator} />
          </span>
          {note !== '' && (
            <>
              : <span class="written">{note}</span>
            </>
          )}
        </p>
      ))}
    </div>
  )
}

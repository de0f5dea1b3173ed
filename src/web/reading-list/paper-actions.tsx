import { paperStanding, type PaperStanding } from '../../shelves/paper-standing.ts'
import { savedStateOf, type SavedState } from '../../libraries/zotero/saves.ts'
import { LONGEST_PICK_NOTE, picksOf, type PaperPick } from '../../shelves/picks.ts'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { collectionPath } from '../collections/links.tsx'
import type { Site } from '../site.ts'

/** The part of a paper's page about reading lists, collections and picks. */
export type PaperActionsView = PaperStanding & {
  picks: PaperPick[]
  /** How it stands with the reader’s library at Zotero. */
  zotero: SavedState
}

/** How many public collections a paper's page names. */
const COLLECTIONS_NAMED = 8

/** Everything for one viewer: three queries at the same time. */
export async function paperActions(site: Site, paper: Pick<Paper, 'id'>): Promise<PaperActionsView> {
  const readerId = site.viewer?.reader.id ?? null
  const [standing, picks, zotero] = await Promise.all([
    paperStanding(site.db, { paperId: paper.id, readerId, limit: COLLECTIONS_NAMED }),
    picksOf(site.db, paper.id),
    readerId === null ? ('off' as const) : savedStateOf(site.db, { readerId, paperId: paper.id }),
  ])
  return { ...standing, picks, zotero }
}

/**
 * What a reader can do with a paper: save it, add it to a collection, mark it “Not for me” and, as a curator, pick it.
 */
export function PaperActions({
  site,
  paper,
  actions,
}: {
  site: Site
  paper: Pick<Paper, 'address'>
  actions: PaperActionsView
}) {
  const reader = site.viewer?.reader
  const path = addressPath(paper.address)
  const back = <input type="hidden" name="back" value={path} />
  return (
    <section class="box paper-actions" aria-labelledby="keep">
      <h2 id="keep">Your lists</h2>
      {actions.saved && (
        <p>
          {actions.read ? 'You have read this paper. It is on your' : 'This paper is on your'}{' '}
          <a href="/reading-list">reading list</a>.
        </p>
      )}
      <div class="buttons">
        <form method="post" action={`${path}/save`}>
          {back}
          <button type="submit" name="save" value={actions.saved ? '0' : '1'} class="button quiet">
            {actions.saved ? 'Remove from reading list' : 'Save to reading list'}
          </button>
        </form>
        {actions.saved && (
          <form method="post" action={`${path}/read`}>
            {back}
            <button type="submit" name="read" value={actions.read ? '0' : '1'} class="button quiet">
              {actions.read ? 'Mark as unread' : 'Mark as read'}
            </button>
          </form>
        )}
        {reader && (
          <form method="post" action={`${path}/not-for-me`}>
            {back}
            <button type="submit" name="not-for-me" value={actions.notForMe ? '0' : '1'} class="button quiet">
              {actions.notForMe ? 'Show in lists again' : 'Not for me'}
            </button>
          </form>
        )}
      </div>
      {reader && <SaveToZotero path={path} state={actions.zotero} />}
      {reader && <Collect address={paper.address} own={actions.own} />}
      {reader?.curator && (
        <PickForm path={path} pick={actions.picks.find(({ curator }) => curator.id === reader.id) ?? null} />
      )}
    </section>
  )
}

/** For readers who have connected their account at Zotero. */
function SaveToZotero({ path, state }: { path: string; state: PaperActionsView['zotero'] }) {
  if (state === 'off') return null
  const settings = <a href="/settings/zotero">Zotero settings</a>
  return (
    <>
      {state === 'saved' && <p>This paper is in your Zotero library.</p>}
      {state === 'waiting' && <p role="status">On its way to your Zotero library.</p>}
      {state === 'failed' && <p>It could not be saved to Zotero. Your {settings} say why.</p>}
      {(state === 'none' || state === 'failed') && (
        <form method="post" action={`${path}/zotero`}>
          <input type="hidden" name="back" value={path} />
          <button type="submit" class="button quiet">
            Save to Zotero
          </button>
        </form>
      )}
    </>
  )
}

/** The reader's collections with the paper, and those it can be added to. */
function Collect({ address, own }: { address: string; own: PaperStanding['own'] }) {
  const path = addressPath(address)
  return (
    <>
      {own.some(({ has }) => has) && (
        <ul class="rows">
          {own
            .filter(({ has }) => has)
            .map(({ id, title }) => (
              <li>
                <a href={collectionPath(id)}>{title}</a>
                <form method="post" action={`${collectionPath(id)}/papers/remove`}>
                  <input type="hidden" name="paper" value={address} />
                  <input type="hidden" name="back" value={path} />
                  <button type="submit" class="link-button" aria-label={`Remove from ${title}`}>
                    Remove
                  </button>
                </form>
              </li>
            ))}
        </ul>
      )}
      <form class="form" method="post" action={`${path}/collect`}>
        <input type="hidden" name="back" value={path} />
        <label for="collection">Add to a collection</label>
        <select id="collection" name="collection">
          {own
            .filter(({ has }) => !has)
            .map(({ id, title }) => (
              <option value={id}>{title}</option>
            ))}
          <option value="new">New collection …</option>
        </select>
        <button type="submit" class="button quiet">
          Add to collection
        </button>
      </form>
    </>
  )
}

/** A form to pick a paper, edit the note or withdraw the pick. */
function PickForm({ path, pick }: { path: string; pick: PaperPick | null }) {
  return (
    <form class="form" method="post" action={`${path}/pick`}>
      <input type="hidden" name="back" value={path} />
      <label for="pick-note">Why do you pick this paper? (optional)</label>
      <textarea id="pick-note" name="note" maxlength={LONGEST_PICK_NOTE}>
        {pick?.note ?? ''}
      </textarea>
      <div class="buttons">
        <button type="submit" name="pick" value="1" class="button quiet">
          {pick ? 'Save note' : 'Pick this paper'}
        </button>
        {pick && (
          <button type="submit" name="pick" value="0" class="button quiet">
            Withdraw pick
          </button>
        )}
      </div>
    </form>
  )
}

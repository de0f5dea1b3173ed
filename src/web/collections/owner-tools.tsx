import type { Collection } from '../../shelves/collections.ts'
import { LONGEST_NOTE, type CollectedPaper } from '../../shelves/collection-papers.ts'
import { plainText } from '../../papers/plain-text.ts'
import { FactsForm } from './form.tsx'
import { collectionPath } from './links.tsx'

/** What the reader of a collection does with a paper in it. Each button says what is to be, so that twice is once. */
export function PaperTools({
  collection,
  collected: { paper, place, note },
  back,
}: {
  collection: Collection
  collected: CollectedPaper
  back: string
}) {
  const path = `${collectionPath(collection.id)}/papers`
  const anchor = `p${paper.id}`
  const title = plainText(paper.title)
  const fields = (
    <>
      <input type="hidden" name="paper" value={paper.address} />
      <input type="hidden" name="back" value={`${back}#${anchor}`} />
    </>
  )
  return (
    <div class="tools">
      <form method="post" action={`${path}/move`}>
        {fields}
        {place > 1 && <Move to={place - 1} text="Move up" title={title} />}
        {place < collection.papers && <Move to={place + 1} text="Move down" title={title} />}
        {place > 2 && <Move to={1} text="Move to top" title={title} />}
      </form>
      <form method="post" action={`${path}/remove`}>
        {fields}
        <button type="submit" class="link-button" aria-label={`Remove: ${title}`}>
          Remove
        </button>
      </form>
      <details>
        <summary>{note === '' ? 'Add note' : 'Edit note'}</summary>
        <form class="form" method="post" action={`${path}/note`}>
          {fields}
          <label for={`note-${anchor}`}>Note</label>
          <textarea id={`note-${anchor}`} name="note" maxlength={LONGEST_NOTE}>
            {note}
          </textarea>
          <button type="submit" class="button quiet">
            Save note
          </button>
        </form>
      </details>
    </div>
  )
}

function Move({ to, text, title }: { to: number; text: string; title: string }) {
  return (
    <button type="submit" class="link-button" name="to" value={to} aria-label={`${text}: ${title}`}>
      {text}
    </button>
  )
}

/** What the reader of a collection does with it as a whole. */
export function CollectionTools({ collection }: { collection: Collection }) {
  const path = collectionPath(collection.id)
  return (
    <section class="box" aria-label="Your collection">
      <h2>Your collection</h2>
      <form class="form" method="post" action={`${path}/papers/add`}>
        <label for="paper">Add a paper from this site</label>
        <input
          id="paper"
          name="paper"
          type="text"
          required
          maxlength={500}
          autocomplete="off"
          placeholder="arXiv identifier, DOI or link"
        />
        <button type="submit" class="button quiet">
          Add paper
        </button>
      </form>
      <p>
        <a href={`${path}/import`}>Import papers from Zotero or a file</a>
      </p>
      <details>
        <summary>Edit title, description and visibility</summary>
        <FactsForm action={`${path}/edit`} facts={collection} submit="Save changes" />
      </details>
      <details>
        <summary>Delete this collection</summary>
        <form class="form" method="post" action={`${path}/delete`}>
          <label class="tick">
            <input type="checkbox" name="confirm" required /> Delete it for good; its papers stay on this site
          </label>
          <button type="submit" class="button danger">
            Delete collection
          </button>
        </form>
      </details>
    </section>
  )
}

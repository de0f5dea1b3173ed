import { LONGEST_DESCRIPTION, LONGEST_TITLE, type CollectionFacts } from '../../shelves/collections.ts'
import { renderPage } from '../layout.tsx'
import type { Site } from '../site.ts'
import { collectionPath } from './links.tsx'

export type FactsProblem = { field: 'title' | 'description'; reason: string } | null

/** A page with the form of a new collection, or of one that is there (`id`) after what was typed was refused. */
export function collectionFormPage(
  site: Site,
  {
    id = null,
    facts,
    paper = '',
    problem = null,
  }: { id?: string | null; facts: CollectionFacts; paper?: string; problem?: FactsProblem },
) {
  const path = id === null ? '/collections/new' : collectionPath(id)
  const title = id === null ? 'Create a collection' : 'Edit collection'
  return renderPage(site, {
    head: { title, description: 'A list of papers you put together.', path, noindex: true },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">
            <a href="/collections">Collections</a>
          </p>
          <h1>{title}</h1>
        </header>
        <FactsForm
          action={id === null ? '/collections' : `${path}/edit`}
          facts={facts}
          paper={paper}
          problem={problem}
          submit={id === null ? 'Create collection' : 'Save changes'}
        />
      </div>
    ),
  })
}

/** What a reader says of a collection. `paper` is the address of one that is to be in it. */
export function FactsForm({
  action,
  facts,
  paper = '',
  problem = null,
  submit,
}: {
  action: string
  facts: CollectionFacts
  paper?: string
  problem?: FactsProblem
  submit: string
}) {
  return (
    <form class="form" method="post" action={action}>
      {paper !== '' && <input type="hidden" name="paper" value={paper} />}
      <label for="title">Title</label>
      {problem?.field === 'title' && <Problem reason={problem.reason} />}
      <input id="title" name="title" type="text" required maxlength={LONGEST_TITLE} value={facts.title} />
      <label for="description">Description (optional)</label>
      {problem?.field === 'description' && <Problem reason={problem.reason} />}
      <textarea id="description" name="description" maxlength={LONGEST_DESCRIPTION}>
        {facts.description}
      </textarea>
      <label class="tick">
        <input type="checkbox" name="public" checked={facts.public} /> Let everyone see this collection, with
        my name
      </label>
      <button type="submit" class="button">
        {submit}
      </button>
    </form>
  )
}

function Problem({ reason }: { reason: string }) {
  return (
    <p class="notice problem" role="alert">
      {reason}
    </p>
  )
}

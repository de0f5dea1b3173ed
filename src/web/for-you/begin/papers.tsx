import { raw } from 'hono/html'
import { LARGEST_FILE, type LibraryImport } from '../../../libraries/imports.ts'
import { addressPath } from '../../../papers/identifiers.ts'
import { plainText } from '../../../papers/plain-text.ts'
import { typeset } from '../../../papers/typeset.ts'
import { collectionPath } from '../../collections/links.tsx'
import { LIBRARY_TITLE, type Begun, type Refusal, type Step } from './begun.ts'
import { counted } from './counted.ts'
import { Said } from './said.tsx'

type About = (step: Step) => { isDone: boolean; refusal: Refusal | null }

/** The ways to say which papers one knows: an ORCID, titles, a file, Zotero. */
export function Papers({
  orcid,
  library,
  about,
}: {
  /** The reader's own, if they gave it. */
  orcid: string | null
  library: Begun['library']
  about: About
}) {
  const [ofOrcid, ofTitles, ofFile] = [about('orcid'), about('titles'), about('file')]
  return (
    <section aria-labelledby="papers">
      <h2 id="papers">Papers</h2>
      <Said {...about('papers')} done="Your papers are saved." />
      <p>Papers that you wrote or like say most. You can tell us about them in any of these ways.</p>

      <h3 id="titles">Titles</h3>
      <Said {...ofTitles} done="Your papers are saved." />
      <form class="form" method="post" action="/for-you/begin/titles">
        <label for="titles-text">Three papers you like</label>
        <textarea
          id="titles-text"
          name="titles"
          maxlength={10_000}
          aria-describedby="titles-hint"
          aria-invalid={ofTitles.refusal ? 'true' : undefined}
          autofocus={ofTitles.refusal !== null}
        >
          {ofTitles.refusal?.typed ?? ''}
        </textarea>
        <p class="hint" id="titles-hint">
          One on each line: its title, arXiv identifier or DOI. More than three are welcome.
        </p>
        <button type="submit" class="button quiet">
          Save papers
        </button>
      </form>

      <h3 id="orcid">Your own papers</h3>
      <Said {...ofOrcid} done="Your own papers are saved." />
      <form class="form" method="post" action="/for-you/begin/orcid">
        <label for="orcid-id">ORCID</label>
        <input
          id="orcid-id"
          name="orcid"
          type="text"
          required
          maxlength={60}
          autocomplete="off"
          spellcheck={false}
          value={ofOrcid.refusal?.typed ?? orcid ?? ''}
          placeholder="0000-0002-1825-0097"
          aria-invalid={ofOrcid.refusal ? 'true' : undefined}
          autofocus={ofOrcid.refusal !== null}
        />
        <button type="submit" class="button quiet">
          Find my papers
        </button>
      </form>

      <h3 id="file">A file of references</h3>
      <Said {...ofFile} done="Your file has arrived. We are reading it." />
      {library !== null && <Library library={library} />}
      <form class="form" method="post" action="/for-you/begin/file" enctype="multipart/form-data">
        <label for="file-chosen">BibTeX, RIS or CSL-JSON file</label>
        <input id="file-chosen" name="file" type="file" accept=".bib,.bibtex,.ris,.json,.txt,.gz" />
        <label for="text">Or paste its text</label>
        <textarea id="text" name="text" spellcheck={false} autofocus={ofFile.refusal !== null}>
          {ofFile.refusal?.typed ?? ''}
        </textarea>
        <p class="hint">
          Up to {LARGEST_FILE / 1024 / 1024} MB. Papers that are on this site go into your collection “
          {LIBRARY_TITLE}”, which only you can see unless you make it public.
        </p>
        <button type="submit" class="button quiet">
          Import file
        </button>
      </form>

      <h3 id="zotero">Zotero</h3>
      <p>
        <a href="/settings/zotero">Import from Zotero</a> into a collection. Its papers count as soon as they
        are there.
      </p>
    </section>
  )
}

function Library({ library: { id, papers, lastImport } }: { library: NonNullable<Begun['library']> }) {
  return (
    <p>
      <a href={collectionPath(id)}>{LIBRARY_TITLE}</a> has {counted(papers, 'paper')}.{' '}
      {lastImport && (
        <a href={`${collectionPath(id)}/imports/${lastImport.id}`}>
          {lastImport.name}: {STATES[lastImport.state]}
        </a>
      )}
    </p>
  )
}

const STATES: Record<LibraryImport['state'], string> = {
  waiting: 'we are reading it',
  done: 'imported',
  failed: 'could not be imported',
}

/** What the reader has said of single papers, to take it back. */
export function RatedPapers({ rated }: { rated: Begun['rated'] }) {
  if (rated.length === 0) return null
  return (
    <section aria-labelledby="rated">
      <h2 id="rated">What you said of papers</h2>
      <details>
        <summary>Show {counted(rated.length, 'paper')}</summary>
        <ul class="rows">
          {rated.map(({ rating, paper }) => (
            <li class="token">
              <div>
                <a href={addressPath(paper.address)}>{raw(typeset(paper.title, { links: false }))}</a>
                <span class="hint"> {rating.likes ? 'For you' : 'Not for you'}</span>
              </div>
              <form method="post" action="/for-you/begin/rating">
                <input type="hidden" name="paper" value={String(paper.id)} />
                <button
                  type="submit"
                  class="link-button"
                  name="rating"
                  value="none"
                  aria-label={`Remove what you said of ${plainText(paper.title)}`}
                >
                  Remove
                </button>
              </form>
            </li>
          ))}
        </ul>
      </details>
    </section>
  )
}

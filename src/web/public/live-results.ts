import { latest, type Latest } from './latest.ts'
import { makeLongFormulasReachable } from './long-formulas.ts'
import { make } from './option-list.ts'
import { searchPath } from './search-path.ts'

/** How long the old results stay unchanged; an answer usually comes sooner. */
const CALM_MS = 300

/** Whether the page shows the results of a search. */
export function showsResults(): boolean {
  return document.querySelector('main [data-found]') !== null
}

/**
 * Updates a page of results as the reader types: fetches the page for the new text, shows its content and changes the
 * address to match. If there is no answer, the last results stay. `tell` is called with the number of results.
 */
export function liveResults(shown: string, tell: (text: string) => void): Latest<string> {
  const main = document.querySelector('main') ?? document.body
  return latest(
    async (text, signal) => {
      const busy = setTimeout(() => main.setAttribute('aria-busy', 'true'), CALM_MS)
      try {
        const page = await fetchPage(`${searchPath(text)}&unfinished=1`, signal)
        if (signal.aborted) return
        showPage(page, main)
        keepAddress(searchPath(text))
        shown = text
        tell(countOf(main))
      } catch {
        if (!signal.aborted) tell(showFailure(main, shown))
      } finally {
        clearTimeout(busy)
        // Otherwise a newer request is under way.
        if (!signal.aborted) main.removeAttribute('aria-busy')
      }
    },
    { afterMs: 100 },
  )
}

async function fetchPage(path: string, signal: AbortSignal): Promise<Document> {
  const answer = await fetch(path, { signal })
  if (!answer.ok) throw new Error(`the search answered ${answer.status}`)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  if (!page.querySelector('main [data-found]')) throw new Error('this is no page of results')
  return page
}

function showPage(page: Document, main: HTMLElement) {
  document.title = page.title
  main.replaceChildren(...(page.querySelector('main')?.childNodes ?? []))
  const feeds = 'link[rel=alternate]'
  for (const link of document.querySelectorAll(feeds)) link.remove()
  document.head.append(...page.querySelectorAll(feeds))
  makeLongFormulasReachable()
}

function keepAddress(path: string) {
  try {
    history.replaceState(history.state, '', path)
  } catch {
    // Some browsers let an address change only so often; the next time will do.
  }
}

function countOf(main: HTMLElement): string {
  const found = Number(main.querySelector<HTMLElement>('[data-found]')?.dataset['found'])
  return found === 0 ? 'No results' : found === 1 ? '1 result' : `${found.toLocaleString('en-GB')} results`
}

/** Notes above the results, once, that they are old. */
function showFailure(main: HTMLElement, shown: string): string {
  const text = `The site is not responding. These are still the results for “${shown}”.`
  main.querySelector('.no-answer')?.remove()
  main.prepend(make('p', { class: 'notice no-answer' }, text))
  return text
}

import { LONGEST_TEXT } from '../search/address.ts'

/** The search box of every page. Its script (public/search-box.ts) adds suggestions and keys. */
export function SearchForm({ text }: { text: string }) {
  return (
    <search-box>
      <form class="search" role="search" action="/papers" method="get">
        <label class="vh" for="search">
          Search papers
        </label>
        <input
          id="search"
          name="q"
          type="search"
          value={text}
          placeholder="Search papers"
          maxlength={LONGEST_TEXT}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="search"
        />
        <kbd class="search-key" aria-hidden="true">
          /
        </kbd>
        <button type="submit" aria-label="Search">
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <circle cx="7" cy="7" r="4.75" />
            <path d="m10.5 10.5 4 4" />
          </svg>
        </button>
      </form>
    </search-box>
  )
}

import { isPlainKey } from './keys.ts'
import { latest, type Latest } from './latest.ts'
import { liveResults, showsResults } from './live-results.ts'
import { make, optionList, type OptionList } from './option-list.ts'
import { forgetSearches, recentSearches, rememberSearch } from './recent-searches.ts'
import { searchPath } from './search-path.ts'
import { fetchSuggestions } from './suggestions.ts'

/** How long to wait after a key press before asking for anything: another key usually follows. */
const PAUSE_MS = 100

/**
 * The browser's part of the search box. `/` moves to it. As the reader types, it shows suggestions or, on a page of
 * results, new results; while it is empty, it shows the last searches on this device.
 */
export class SearchBox extends HTMLElement {
  private input = document.createElement('input')
  private status = make('p', { class: 'vh', role: 'status' })
  private options: OptionList | null = null
  private live: Latest<string> | null = null

  connectedCallback() {
    const input = this.querySelector('input')
    if (!input || this.options) return
    this.input = input
    this.options = optionList(input, (path, event) => this.open(path, event))
    // Before the button, so that Tab gets to what it holds first.
    this.querySelector('button')?.before(this.options.element)
    this.append(this.status)
    if (showsResults()) this.live = liveResults(input.value, this.tell)
    input.addEventListener('input', this.onInput)
    input.addEventListener('focus', this.onFocus)
    input.addEventListener('keydown', this.onBoxKey)
    this.addEventListener('submit', this.onSubmit)
    this.addEventListener('focusout', this.onFocusOut)
    document.addEventListener('pointerdown', this.onPress)
    document.addEventListener('keydown', this.onKey)
    // The page may be shown again as it was left.
    addEventListener('pagehide', this.onLeave)
  }

  disconnectedCallback() {
    document.removeEventListener('pointerdown', this.onPress)
    document.removeEventListener('keydown', this.onKey)
    removeEventListener('pagehide', this.onLeave)
  }

  private onKey = (event: KeyboardEvent) => {
    if (event.key !== '/' || !isPlainKey(event)) return
    event.preventDefault()
    this.input.focus()
    this.input.select()
  }

  private onFocus = () => {
    if (this.text() === '') this.showRecent()
  }

  private onInput = () => {
    const text = this.text()
    if (text === '') {
      this.suggestions.cancel()
      this.live?.cancel()
      this.showRecent()
    } else if (this.live) {
      this.options?.hide()
      this.live.start(text)
    } else {
      this.suggestions.start(text)
    }
  }

  private onBoxKey = (event: KeyboardEvent) => {
    if (event.isComposing || !this.options) return
    const { options } = this
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (options.isOpen()) options.move(event.key === 'ArrowDown' ? 1 : -1)
      else if (this.text() === '') this.showRecent()
      else if (!this.live) this.suggestions.start(this.text())
      event.preventDefault()
    } else if (event.key === 'Enter') {
      const path = options.activePath()
      if (path === null) return
      event.preventDefault()
      this.open(path, event)
    } else if (event.key === 'Escape') {
      event.preventDefault()
      if (options.isOpen()) this.close()
      else if (this.input.value === '') this.input.blur()
      else this.clear()
    }
  }

  private onFocusOut = (event: FocusEvent) => {
    const to = event.relatedTarget
    if (to !== this.input && !(to instanceof Node && this.options?.element.contains(to))) this.close()
  }

  private onPress = (event: PointerEvent) => {
    if (!(event.target instanceof Node && this.contains(event.target))) this.close()
  }

  private onSubmit = () => rememberSearch(this.text())

  private onLeave = () => {
    // What was found by typing counts as a search too.
    if (this.live && this.text() !== this.input.defaultValue.trim()) rememberSearch(this.text())
    this.close()
  }

  private suggestions = latest<string>(
    async (text, signal) => {
      try {
        const groups = await fetchSuggestions(text, signal)
        if (signal.aborted) return
        this.options?.show(groups)
        const count = groups.reduce((sum, { options }) => sum + options.length, 0)
        this.tell(count === 0 ? 'No suggestions' : count === 1 ? '1 suggestion' : `${count} suggestions`)
      } catch {
        // Without suggestions the box still searches.
        if (!signal.aborted) this.options?.hide()
      }
    },
    { afterMs: PAUSE_MS },
  )

  private showRecent() {
    const recent = recentSearches()
    const forget = make('button', { type: 'button', class: 'forget' }, 'Clear recent searches')
    forget.addEventListener('click', () => {
      forgetSearches()
      this.input.focus()
      this.close()
      this.tell('Recent searches cleared')
    })
    const options = recent.map((text) => ({ text, note: '', path: searchPath(text) }))
    this.options?.show(options.length > 0 ? [{ name: 'Recent searches', options }] : [], forget)
    if (recent.length > 0)
      this.tell(recent.length === 1 ? '1 recent search' : `${recent.length} recent searches`)
  }

  private open(path: string, { ctrlKey, metaKey }: { ctrlKey: boolean; metaKey: boolean }) {
    if (ctrlKey || metaKey) window.open(path, '_blank', 'noopener')
    else location.assign(path)
  }

  private clear() {
    this.input.value = ''
    this.onInput()
    this.close()
  }

  private close() {
    this.suggestions.cancel()
    this.options?.hide()
  }

  /** For people who cannot see the page. */
  private tell = (text: string) => {
    this.status.textContent = text
  }

  private text(): string {
    return this.input.value.trim()
  }
}

type Option = { text: string; note: string; path: string }
/** `short`: text and note of its options fit on one line. */
export type OptionGroup = { name: string; short?: boolean; options: Option[] }

/** The list box below the search box. */
export type OptionList = {
  element: HTMLElement
  /** Shows groups of options, none of them active, and below them what else there is; an empty list hides it. */
  show(groups: OptionGroup[], below?: HTMLElement): void
  hide(): void
  isOpen(): boolean
  /** Activates the option after (1) or before (-1) the active one; none beyond either end. */
  move(step: 1 | -1): void
  /** The address of the active option, or null if none is active. */
  activePath(): string | null
}

const LIST_ID = 'search-options'

/**
 * Makes an input a combobox (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/): focus stays in it, and the active
 * option is told by `aria-activedescendant`. `open` is called with the address of an option that was pressed.
 */
export function optionList(
  input: HTMLInputElement,
  open: (path: string, event: MouseEvent) => void,
): OptionList {
  const element = make('div', { class: 'suggestions', hidden: '' })
  // Browsers let the keyboard reach what scrolls; here the arrows do that from the input.
  const list = make('div', { role: 'listbox', id: LIST_ID, 'aria-label': 'Suggestions', tabindex: '-1' })
  // A combobox cannot have the type `search`.
  input.type = 'text'
  set(input, {
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-controls': LIST_ID,
    'aria-expanded': 'false',
  })
  // Focus stays in the input while an option is pressed.
  list.addEventListener('mousedown', (event) => event.preventDefault())
  list.addEventListener('click', (event) => {
    const option = event.target instanceof Element ? event.target.closest('[role=option]') : null
    const path = option && paths.get(option)
    if (path !== null && path !== undefined) open(path, event)
  })
  element.append(list)

  let options: HTMLElement[] = []
  let active = -1
  const paths = new Map<Element, string>()

  function activate(index: number) {
    options[active]?.setAttribute('aria-selected', 'false')
    active = index
    const option = options[index]
    option?.setAttribute('aria-selected', 'true')
    option?.scrollIntoView({ block: 'nearest' })
    if (option) input.setAttribute('aria-activedescendant', option.id)
    else input.removeAttribute('aria-activedescendant')
  }
  function toggle(isOpen: boolean) {
    element.hidden = !isOpen
    input.setAttribute('aria-expanded', String(isOpen))
  }

  return {
    element,
    show(groups, below) {
      activate(-1)
      options = []
      paths.clear()
      const shown = groups.map((group, i) => groupElement(group, { id: `search-group-${i}`, add }))
      list.replaceChildren(...shown)
      element.replaceChildren(list, ...(below ? [below] : []))
      list.scrollTop = 0
      toggle(options.length > 0)
    },
    hide() {
      activate(-1)
      toggle(false)
    },
    isOpen: () => !element.hidden,
    move(step) {
      // Before the first and after the last is the text itself.
      const places = options.length + 1
      activate(((active + 1 + step + places) % places) - 1)
    },
    activePath: () => paths.get(options[active] ?? list) ?? null,
  }

  function add(option: Option): HTMLElement {
    const element = make('div', {
      role: 'option',
      id: `search-option-${options.length}`,
      'aria-selected': 'false',
    })
    element.append(make('span', { class: 'option-text' }, option.text))
    if (option.note !== '') element.append(' ', make('span', { class: 'option-note' }, option.note))
    options.push(element)
    paths.set(element, option.path)
    return element
  }
}

function groupElement(
  { name, short = false, options }: OptionGroup,
  { id, add }: { id: string; add: (option: Option) => HTMLElement },
): HTMLElement {
  const group = make('div', { role: 'group', 'aria-labelledby': id, class: short ? 'short' : '' })
  group.append(
    make('div', { id, role: 'presentation', class: 'suggestions-head' }, name),
    ...options.map(add),
  )
  return group
}

/** A new element. Its text is inserted as text, whatever it contains. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string>,
  text = '',
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  set(element, attributes)
  element.textContent = text
  return element
}

function set(element: HTMLElement, attributes: Record<string, string>) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
}

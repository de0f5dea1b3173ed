import { fromFewBits } from '../../recommendation/few-bits.ts'
import { rankByPicks, pickShares, type Standing } from '../../recommendation/rank-by-picks.ts'
import {
  isOfPicks,
  keepPicks,
  loadPicks,
  withPick,
  type DevicePick,
  type StoreTrouble,
} from './device-picks-store.ts'

/** Cosines below this are chance: a paper no nearer than that is not there because of a pick. */
const LEAST_SIMILAR = 0.35
/** Reasons that are named under a paper, and the smallest share that is worth naming. */
const MOST_REASONS = 3
const LEAST_SHARE = 0.1

const TROUBLES: Record<StoreTrouble, string> = {
  forbidden:
    'Your browser does not let this site store anything, so your picks last until you leave this page.',
  full: 'There is no room left to store that on this device, so it lasts until you leave this page. Remove picks that you no longer need.',
  unreadable: 'Some of the picks stored on this device could not be read. They are left out.',
}

type Listed = {
  id: number
  item: HTMLLIElement
  button: HTMLButtonElement
  path: string
  title: string
  /** As the page has it, and read. */
  packed: string
  vector: Float32Array
}

/**
 * The page for readers without an account: they pick papers, and the list begins with those most like their picks. All of it is
 * kept and worked out here; nothing is sent.
 */
class DevicePicks extends HTMLElement {
  private picks: DevicePick[] = []
  private trouble: StoreTrouble | null = null
  /** The papers as they came, and those of them that have a vector. */
  private printed: HTMLLIElement[] = []
  private listed: Listed[] = []
  private readonly picked = document.createElement('div')
  private readonly status = document.createElement('p')

  connectedCallback() {
    this.readList()
    this.status.setAttribute('role', 'status')
    this.replaceChildren(this.picked, this.status)
    this.load()
    // What happens in another tab, also while this page was only kept to come back to.
    window.addEventListener('storage', (event) => {
      if (isOfPicks(event)) this.load()
    })
    window.addEventListener('pageshow', (event) => {
      if (event.persisted) this.load()
    })
  }

  private load() {
    const { picks, trouble } = loadPicks()
    this.picks = picks
    this.trouble = trouble
    this.status.textContent = trouble === null ? '' : TROUBLES[trouble]
    this.show()
  }

  private readList() {
    const words = (this.dataset['vectors'] ?? '').split(' ')
    const packed = new Map<string, string>()
    for (let i = 0; i + 1 < words.length; i += 2) packed.set(words[i] ?? '', words[i + 1] ?? '')
    this.printed = [...document.querySelectorAll<HTMLLIElement>('.entries > li')]
    for (const item of this.printed) {
      const entry = item.querySelector('.entry')
      const link = item.querySelector<HTMLAnchorElement>('.entry-title a')
      const id = entry?.id.slice(1) ?? ''
      const vector = packed.get(id)
      if (!entry || !link || vector === undefined) continue
      const paper = {
        id: Number(id),
        item,
        button: document.createElement('button'),
        path: link.pathname,
        title: wordsOf(link),
        packed: vector,
        vector: unpack(vector),
      }
      this.listed.push(paper)
      paper.button.type = 'button'
      paper.button.className = 'link-button pick'
      paper.button.addEventListener('click', () => this.turn(paper))
      const acts = document.createElement('div')
      acts.className = 'acts'
      acts.append(paper.button)
      entry.querySelector('.foot')?.append(acts)
    }
  }

  /** Picks a paper, or takes it off the picks. */
  private turn(paper: Listed) {
    const isPicked = this.picks.some(({ id }) => id === paper.id)
    const { id, path, title, packed } = paper
    const kind = this.dataset['kind'] ?? ''
    const pick = { id, path, title, kind, vector: packed, at: Date.now() }
    const top = paper.button.getBoundingClientRect().top
    this.change(
      (picks) => (isPicked ? picks.filter((other) => other.id !== id) : withPick(picks, pick)),
      isPicked ? 'Removed from your picks.' : 'Picked. The papers most like your picks come first.',
    )
    // The paper may be at another place now: its reader stays with it, and sees what is around it there.
    paper.button.focus({ preventScroll: true })
    scrollBy({ top: paper.button.getBoundingClientRect().top - top, behavior: 'instant' })
  }

  private change(make: (picks: DevicePick[]) => DevicePick[], done: string) {
    // Another tab may have changed them, where they are kept at all.
    const kept = this.trouble === null || this.trouble === 'unreadable' ? loadPicks() : null
    this.picks = make(kept === null || kept.trouble === 'forbidden' ? this.picks : kept.picks)
    this.trouble = keepPicks(this.picks)
    this.status.textContent = this.trouble === null ? done : `${done} ${TROUBLES[this.trouble]}`
    this.show()
  }

  private show() {
    const kind = this.dataset['kind']
    const length = this.listed[0]?.vector.length
    const counting = this.picks.flatMap((pick) => {
      // Of a paper on this page its vector of today counts.
      const vector = this.listed.find(({ id }) => id === pick.id)?.vector
      if (vector) return [{ pick, vector, at: pick.at }]
      const old = pick.kind === kind ? unpack(pick.vector) : null
      return old?.length === length && old ? [{ pick, vector: old, at: pick.at }] : []
    })
    const standings = rankByPicks(
      this.listed.map(({ vector }) => vector),
      counting,
      Date.now(),
    )
    const ranked = this.listed
      .flatMap((paper, i) => {
        const standing = standings[i]
        return standing ? [{ paper, standing }] : []
      })
      // Equal ones stay as they were.
      .toSorted((a, b) => b.standing.score - a.standing.score)
    this.arrange(counting.length === 0 ? [] : ranked.map(({ paper }) => paper.item))
    const reasons = counting.map(({ pick }) => pick)
    for (const { paper, standing } of ranked) this.showPaper(paper, standing, reasons)
    this.picked.replaceChildren(...this.pickedRows(new Set(reasons)))
  }

  /** Puts these papers first, the others after them as they came. */
  private arrange(first: HTMLLIElement[]) {
    const wanted = [...new Set([...first, ...this.printed])]
    const list = wanted[0]?.parentElement
    if (list && wanted.some((item, i) => list.children[i] !== item)) list.append(...wanted)
  }

  private showPaper({ id, item, button, title }: Listed, standing: Standing, reasons: DevicePick[]) {
    const isPicked = this.picks.some((pick) => pick.id === id)
    button.textContent = isPicked ? 'Remove pick' : 'Pick'
    button.setAttribute('aria-label', `${button.textContent}: ${title}`)
    item.querySelector('.because')?.remove()
    const because = isPicked ? [element('li', 'You picked this paper')] : becauseOf(standing, reasons)
    if (because.length === 0) return
    const list = element('ul', ...because)
    list.className = 'why because'
    item.querySelector('.foot')?.before(list)
  }

  /** What is said of the picks above the list. */
  private pickedRows(counting: ReadonlySet<DevicePick>): Element[] {
    const heading = element('h2', 'Your picks')
    if (this.picks.length === 0)
      return [
        heading,
        element(
          'p',
          'Pick papers that interest you, and those most like them come first. Your picks stay on this device: nothing about them is sent.',
        ),
      ]
    const rows = this.picks.map((pick) => {
      const remove = element('button', 'Remove')
      remove.type = 'button'
      remove.className = 'link-button'
      remove.setAttribute('aria-label', `Remove pick: ${pick.title}`)
      remove.addEventListener('click', () => {
        this.change((picks) => picks.filter(({ id }) => id !== pick.id), 'Removed from your picks.')
        this.focusPicks()
      })
      const about = element('span', linkTo(pick))
      if (!counting.has(pick)) about.append(' (from before a change to this site: it no longer counts)')
      return element('li', about, remove)
    })
    const list = element('ul', ...rows)
    list.className = 'rows'
    const summary = element('summary', this.picks.length === 1 ? '1 paper' : `${this.picks.length} papers`)
    const details = element('details', summary, list)
    details.className = 'more'
    details.open = this.querySelector('details')?.open ?? false
    const forget = element('button', 'Forget all picks')
    forget.type = 'button'
    forget.className = 'link-button'
    forget.addEventListener('click', () => {
      this.change(() => [], 'All picks are forgotten.')
      this.focusPicks()
    })
    return [
      heading,
      element('p', 'They stay on this device: nothing about them is sent. Older picks count less.'),
      details,
      element('p', forget),
    ]
  }

  /** The button that was pressed is gone. */
  private focusPicks() {
    const next = this.querySelector<HTMLElement>('summary') ?? this.picked
    if (next === this.picked) next.tabIndex = -1
    next.focus()
  }
}

function becauseOf(standing: Standing, reasons: DevicePick[]): Element[] {
  if (standing.nearest < LEAST_SIMILAR) return []
  const shares = pickShares(standing).filter(({ share }) => share >= LEAST_SHARE)
  return shares.slice(0, MOST_REASONS).flatMap(({ pick, share }, i) => {
    const reason = reasons[pick]
    if (!reason) return []
    return [
      element(
        'li',
        i === 0 ? 'Because you picked ' : 'and ',
        linkTo(reason),
        `, ${Math.round(share * 100)}%`,
      ),
    ]
  })
}

function linkTo({ path, title }: DevicePick): HTMLAnchorElement {
  const link = element('a', title)
  link.href = path
  return link
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  made.append(...children)
  return made
}

/** The text of a title, without what formulas say to programs. */
function wordsOf(link: Element): string {
  const copy = link.cloneNode(true) as Element
  for (const annotation of copy.querySelectorAll('annotation')) annotation.remove()
  return (copy.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
}

function unpack(packed: string): Float32Array {
  return fromFewBits(Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)))
}

customElements.define('device-picks', DevicePicks)

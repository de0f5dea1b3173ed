/** A paper that a reader picked on this device. */
export type DevicePick = {
  id: number
  /** Of its page. */
  path: string
  title: string
  /** Of the vector (recommendation/small-vectors.ts). */
  kind: string
  /** In few bits and base64, kept because the paper may not be on the page any more. */
  vector: string
  /** When it was picked (epoch milliseconds). */
  at: number
}

/** Why picks are not kept, or what became of those that were. */
export type StoreTrouble = 'forbidden' | 'full' | 'unreadable'

const NAME = 'for-you-picks'
/** Beyond these, the oldest is forgotten. */
export const MOST_PICKS = 200
const LONGEST_TITLE = 300

/** The picks that this device keeps, the newest first. */
export function loadPicks(): { picks: DevicePick[]; trouble: StoreTrouble | null } {
  try {
    const { picks, isWhole } = parsePicks(localStorage.getItem(NAME))
    return { picks, trouble: isWhole ? null : 'unreadable' }
  } catch {
    return { picks: [], trouble: 'forbidden' }
  }
}

/** Keeps these picks and no others; answers with what prevented it. */
export function keepPicks(picks: readonly DevicePick[]): StoreTrouble | null {
  try {
    if (picks.length === 0) localStorage.removeItem(NAME)
    else localStorage.setItem(NAME, JSON.stringify(picks))
    return null
  } catch (error) {
    return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'forbidden'
  }
}

/** Whether an event says that another tab has changed the picks. */
export function isOfPicks({ key }: StorageEvent): boolean {
  return key === NAME || key === null
}

/** Picks with one more before them, or with the same one anew. */
export function withPick(picks: readonly DevicePick[], pick: DevicePick): DevicePick[] {
  const title = pick.title.slice(0, LONGEST_TITLE)
  return [{ ...pick, title }, ...picks.filter(({ id }) => id !== pick.id)].slice(0, MOST_PICKS)
}

/** What was stored, as far as it is picks: programs and people can write anything there. */
export function parsePicks(text: string | null): { picks: DevicePick[]; isWhole: boolean } {
  if (text === null) return { picks: [], isWhole: true }
  try {
    const stored: unknown = JSON.parse(text)
    if (!Array.isArray(stored)) return { picks: [], isWhole: false }
    const known = new Set<number>()
    const picks = stored
      .filter(isPick)
      .filter(({ id }) => !known.has(id) && known.add(id))
      .slice(0, MOST_PICKS)
    return { picks, isWhole: picks.length === stored.length }
  } catch {
    return { picks: [], isWhole: false }
  }
}

function isPick(value: unknown): value is DevicePick {
  if (typeof value !== 'object' || value === null) return false
  const { id, path, title, kind, vector, at } = value as Record<string, unknown>
  return (
    Number.isSafeInteger(id) &&
    typeof path === 'string' &&
    /^\/papers\/[^\s\\]{1,1000}$/.test(path) &&
    typeof title === 'string' &&
    title.length <= LONGEST_TITLE &&
    typeof kind === 'string' &&
    typeof vector === 'string' &&
    /^[A-Za-z\d+/]{1,2000}={0,2}$/.test(vector) &&
    vector.length % 4 === 0 &&
    typeof at === 'number' &&
    Number.isFinite(at)
  )
}

import type { JSX } from 'hono/jsx/jsx-runtime'

/** Entries of a list (from `renderEntries`), each followed by what `below` renders for it. */
export function appendToEntries(entries: string[], below: (index: number) => JSX.Element | null): string[] {
  return entries.map((entry, i) => {
    const more = below(i)
    // oxlint-disable-next-line typescript/no-base-to-string -- the string form of an element is its HTML
    return more === null ? entry : entry + String(more)
  })
}

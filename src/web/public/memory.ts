/** What this device remembers under a name; null for nothing, and where the browser may remember nothing. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

/** Remembers a text on this device, where the browser may. */
export function remember(name: string, text: string): void {
  try {
    localStorage.setItem(name, text)
  } catch {
    // Storage is refused or full: the page works without.
  }
}

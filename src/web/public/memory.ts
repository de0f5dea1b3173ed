/** What this device remembers under a name; null for nothing, and where the browser may remember nothing. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

/** Remembers nothing under a name any more. */
export function forget(name: string): void {
  try {
    localStorage.removeItem(name)
  } catch {
    // Then nothing is remembered.
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

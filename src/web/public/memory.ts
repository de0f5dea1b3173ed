/** What this device remembers under a name; null if nothing, or if the browser allows no storage. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

/** Forgets what is remembered under a name. */
export function forget(name: string): void {
  try {
    localStorage.removeItem(name)
  } catch {
    // Without storage, nothing is remembered.
  }
}

/** Remembers a text on this device, if the browser allows it. */
export function remember(name: string, text: string): void {
  try {
    localStorage.setItem(name, text)
  } catch {
    // Storage is refused or full: the page works without.
  }
}

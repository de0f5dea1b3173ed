/** The address of a search, as the form makes it. */
export function searchPath(text: string): string {
  return `/papers?${new URLSearchParams({ q: text }).toString()}`
}

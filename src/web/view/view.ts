/** How lists are shown: whole stories, or a line or two for each paper. */
export type View = 'full' | 'headlines'

/** The cookie by which a device remembers it, with or without an account. */
export const VIEW_COOKIE = 'broadsheet.view'

/** The view that cookies ask for; nothing else in them matters. */
export function viewIn(cookies: string | undefined): View {
  return /(?:^|;\s*)broadsheet\.view=headlines(?:;|$)/.test(cookies ?? '') ? 'headlines' : 'full'
}

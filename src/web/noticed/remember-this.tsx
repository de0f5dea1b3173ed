import { tasteSettings } from '../../recommendation/own-tastes.ts'
import type { Site } from '../site.ts'

/** Whether the viewer lets the papers that they open, or the searches that they make, say something about them. */
export async function mayRemember(site: Site, what: 'opened' | 'searches'): Promise<boolean> {
  const reader = site.viewer?.reader
  if (!reader || reader.suspended) return false
  const { learnsOpened, learnsSearches } = await tasteSettings(site.db, { readerId: reader.id })
  return what === 'opened' ? learnsOpened : learnsSearches
}

/** Has the browser tell that its reader looks at this (public/remember-this.ts). `text` is what was searched for. */
export function RememberThis({ path, text }: { path: string; text?: string }) {
  return <remember-this data-to={path} data-text={text}></remember-this>
}

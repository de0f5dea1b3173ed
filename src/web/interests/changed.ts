/** What readers are told once they have changed something. */
const SAID = {
  renamed: 'Your interest has a new name.',
  paused: 'Paused. It brings you no papers until you resume it.',
  resumed: 'Resumed. It brings you papers again.',
  boosted: 'Saved. Your front page follows it from now on.',
  merged: 'Merged. The two interests are one now.',
  dropped: 'Dropped. What you did with its papers no longer counts.',
  excluded: 'Left out. Nothing is learned from it any more.',
  included: 'It counts again.',
  learning: 'Your choice is saved.',
  search: 'That search is forgotten.',
  forgotten: 'Everything we had learned is forgotten.',
} as const

export type Changed = keyof typeof SAID

/** What to say of a change that an address names; null for any other text. */
export function changeInWords(text: string | undefined): string | null {
  return text !== undefined && Object.hasOwn(SAID, text) ? SAID[text as Changed] : null
}

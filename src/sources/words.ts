import type { HarvestedPaper } from '../papers/harvested-paper.ts'

/** Words or phrases that a source's papers must have one of, and have none of. */
export type Words = { mustHave: string[]; mustNotHave: string[] }

/** Whether a paper has them in its title or abstract, as whole words in any case and with any accents. */
export function hasWords(
  { title, abstract = '' }: Pick<HarvestedPaper, 'title' | 'abstract'>,
  { mustHave, mustNotHave }: Words,
): boolean {
  if (mustHave.length === 0 && mustNotHave.length === 0) return true
  const text = plain(`${title} ${abstract}`)
  const has = (words: string) => text.includes(plain(words))
  return (mustHave.length === 0 || mustHave.some(has)) && !mustNotHave.some(has)
}

/** A text as its words with one space around each. */
function plain(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
  return ` ${(words ?? []).join(' ')} `
}

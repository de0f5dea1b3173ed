import { stem } from 'porter2'
import { singularOf } from './plurals.ts'
import { americanSpelling } from './spellings.ts'

/**
 * Words that the stemmer takes for one and a researcher does not: `experience` and `experiment`, `universe` and
 * `university`. Words matching the pattern in full have the term beside it.
 */
const APART: readonly (readonly [words: string, term: string])[] = [
  ['experiment(?:s|ed|ing|er|ers|al|ally|alist|alists|ation)?', 'experiment'],
  ['experiences?', 'experience'],
  ['universit(?:y|ies)', 'university'],
  ['organi[sz](?:e|es|ed|er|ers|ing|ation|ations|ational)', 'organize'],
  ['integrals?', 'integral'],
  ['relativity', 'relativity'],
  ['positives?|positively|positivity', 'positive'],
  ['sever(?:e|ely|ity)', 'severe'],
  ['emergenc(?:y|ies)', 'emergency'],
  ['informal(?:ly)?', 'informal'],
]
const KEPT_APART = new RegExp(`^(?:${APART.map(([words]) => `(${words})`).join('|')})$`)

/**
 * What is indexed for a folded word (see `fold`), so that its inflections and spellings find each other. Only English
 * words in a–z change; the plurals of acronyms too (`llms`), which a stemmer leaves for want of a vowel.
 */
export function termOf(word: string): string {
  if (word.length <= 2 || !/^[a-z]+$/.test(word)) return word
  if (/^[^aeiouy]{2,}(?:[^aeiouys]|e)s$/.test(word)) return word.slice(0, -1)
  const known = KEPT_APART.exec(word)
  if (known !== null) return APART[known.slice(1).findIndex((found) => found !== undefined)]?.[1] ?? word
  // A science and its adjective: symmetry, symmetric; spectroscopy, spectroscopic.
  const spelt = americanSpelling(singularOf(word))
  return stem(/[yi]/.test(spelt) ? spelt.replace(/(metr|graph|scop|trop)(?:y|ies)$/, '$1ic') : spelt)
}

import { categoryName, fieldOf, topicOf } from '../../papers/categories.ts'

/**
 * A category or archive as arXiv spells it, whatever its case: `CS.cl` is `cs.CL`, `cs.*` is the archive `cs`. What
 * arXiv does not have is given back as it is. Of two names of one topic it is the topic's: `cs.NA` is `math.NA`.
 */
export function spellCategory(text: string): string {
  const lower = text.toLowerCase()
  const [archive = ''] = lower.split('.', 1)
  const rest = lower.slice(archive.length)
  if (!isArchive(archive)) return text
  if (rest === '' || rest === '.*') return archive
  // Most subjects are two capitals; those of physics and cond-mat are small.
  return topicOf([`${archive}${rest.toUpperCase()}`, lower].find(isCategory) ?? text)
}

/** The shape is asked first, so that `constructor` is not taken for a key of the table behind `fieldOf`. */
function isArchive(text: string): boolean {
  return /^[a-z]{1,7}(?:-[a-z]{2,3})?$/.test(text) && fieldOf(text) !== 'Other'
}

function isCategory(text: string): boolean {
  return categoryName(text) !== text
}

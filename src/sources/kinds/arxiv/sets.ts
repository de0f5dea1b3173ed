/** Archives of physics, which arXiv's OAI server has in one set; the other archives are sets of their own. */
const OF_PHYSICS = new Set(
  'astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph'.split(
    ' ',
  ),
)

/** The set of arXiv's OAI server (https://info.arxiv.org/help/oa/) for a category: `cs:cs:CL`, `physics:hep-th`, `econ`. */
export function oaiSet(category: string): string {
  const [archive = '', subject] = category.split('.')
  const group = OF_PHYSICS.has(archive)
    ? `physics:${archive}`
    : subject === undefined
      ? archive
      : `${archive}:${archive}`
  return subject === undefined ? group : `${group}:${subject}`
}

/** The category or archive that a set is of: `cs.CL` of `cs:cs:CL`, `hep-th` of `physics:hep-th`. */
export function categoryOfSet(set: string): string {
  const [group = '', archive = group, subject] = set.split(':')
  return subject === undefined ? archive : `${archive}.${subject}`
}

/** Plurals that no rule of English makes, each with its singular; only those whose singular is not in doubt. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  (
    'matrices matrix, submatrices submatrix, vertices vertex, indices index, subindices subindex, appendices appendix, ' +
    'helices helix, cortices cortex, vortices vortex, apices apex, simplices simplex, codices codex, axes axis, ' +
    'directrices directrix, testes testis, ' +
    'bacteria bacterium, spectra spectrum, maxima maximum, minima minimum, optima optimum, extrema extremum, ' +
    'quanta quantum, momenta momentum, strata stratum, substrata substratum, errata erratum, sera serum, ova ovum, ' +
    'septa septum, symposia symposium, equilibria equilibrium, continua continuum, vacua vacuum, consortia consortium, ' +
    'millennia millennium, curricula curriculum, flagella flagellum, cilia cilium, epithelia epithelium, ' +
    'endothelia endothelium, phyla phylum, crania cranium, cerebella cerebellum, ' +
    'criteria criterion, phenomena phenomenon, automata automaton, mitochondria mitochondrion, ganglia ganglion, ' +
    'taxa taxon, lemmata lemma, schemata schema, stigmata stigma, stomata stoma, corpora corpus, genera genus, ' +
    'nuclei nucleus, loci locus, radii radius, foci focus, stimuli stimulus, fungi fungus, alumni alumnus, ' +
    'moduli modulus, tori torus, thrombi thrombus, bronchi bronchus, bacilli bacillus, emboli embolus, cacti cactus, ' +
    'syllabi syllabus, rhombi rhombus, sulci sulcus, gyri gyrus, calculi calculus, villi villus, ' +
    'hippocampi hippocampus, ' +
    'formulae formula, antennae antenna, larvae larva, nebulae nebula, supernovae supernova, novae nova, algae alga, ' +
    'vertebrae vertebra, pupae pupa, lacunae lacuna, ' +
    'mice mouse, lice louse, geese goose, feet foot, teeth tooth, men man, women woman, children child, oxen ox, ' +
    'halves half, wolves wolf, calves calf, wives wife, knives knife, shelves shelf, ' +
    'crises crisis, oases oasis, diagnoses diagnosis, prognoses prognosis, metastases metastasis'
  )
    .split(', ')
    .map((pair) => pair.split(' ') as [plural: string, singular: string]),
)

/** The singular of an irregular plural in lower-case letters (`matrices`, `hypotheses`); any other word as it is. */
export function singularOf(word: string): string {
  const singular = IRREGULAR.get(word)
  if (singular !== undefined) return singular
  if (word.endsWith('theses') || word.endsWith('lyses')) return `${word.slice(0, -2)}is`
  return word.endsWith('hedra') ? `${word.slice(0, -1)}on` : word
}

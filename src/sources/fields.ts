import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { kindNamed } from './kinds.ts'
import { addSource, listSources, type Source, type SourceDraft } from './sources.ts'

/** A field of research: what a site about it asks. */
export type Field = {
  /** In addresses and commands. */
  id: string
  name: string
  /** What its papers are about, in a few words. */
  about: string
  sources: readonly SourceDraft[]
}

const arxiv = (...categories: string[]): SourceDraft => ({ kind: 'arxiv', settings: { categories } })
const biorxiv = (server: 'biorxiv' | 'medrxiv', ...categories: string[]): SourceDraft => ({
  name: server,
  kind: 'biorxiv',
  settings: { server, ...(categories.length > 0 && { categories }) },
})
const europePmc = (query: string): SourceDraft => ({ kind: 'europe-pmc', settings: { query } })
const HUGGING_FACE: SourceDraft = { kind: 'huggingface', settings: {} }
const CROSSREF: SourceDraft = { kind: 'crossref', settings: {} }
const GITHUB: SourceDraft = { kind: 'github', settings: {} }

/** The fields that can be chosen at once; anything else can be put together of sources. */
export const FIELDS: readonly Field[] = [
  {
    id: 'machine-learning',
    name: 'Machine learning',
    about: 'Learning, vision, language and artificial intelligence',
    sources: [arxiv('cs.LG', 'cs.CL', 'cs.CV', 'cs.AI', 'stat.ML'), HUGGING_FACE, GITHUB, CROSSREF],
  },
  {
    id: 'language',
    name: 'Natural language processing',
    about: 'Computation and language, speech, retrieval',
    sources: [arxiv('cs.CL', 'cs.IR', 'eess.AS'), GITHUB, CROSSREF],
  },
  {
    id: 'vision',
    name: 'Computer vision',
    about: 'Vision, graphics and images',
    sources: [arxiv('cs.CV', 'cs.GR', 'eess.IV'), GITHUB, CROSSREF],
  },
  {
    id: 'robotics',
    name: 'Robotics',
    about: 'Robots, control and embodied learning',
    sources: [arxiv('cs.RO', 'eess.SY'), GITHUB, CROSSREF],
  },
  {
    id: 'security',
    name: 'Security and cryptography',
    about: 'Attacks, defences, privacy',
    sources: [arxiv('cs.CR'), GITHUB, CROSSREF],
  },
  {
    id: 'systems',
    name: 'Systems and software',
    about: 'Operating systems, networks, databases, languages',
    sources: [arxiv('cs.DC', 'cs.DB', 'cs.NI', 'cs.OS', 'cs.PL', 'cs.SE'), GITHUB, CROSSREF],
  },
  {
    id: 'astrophysics',
    name: 'Astrophysics',
    about: 'Planets, stars, galaxies and the universe',
    sources: [arxiv('astro-ph'), CROSSREF],
  },
  {
    id: 'high-energy-physics',
    name: 'High-energy physics',
    about: 'Particles and fields, in theory and experiment',
    sources: [arxiv('hep-ex', 'hep-lat', 'hep-ph', 'hep-th'), CROSSREF],
  },
  {
    id: 'gravitation',
    name: 'Gravitation and cosmology',
    about: 'Relativity, black holes, gravitational waves',
    sources: [arxiv('gr-qc', 'astro-ph.CO'), CROSSREF],
  },
  {
    id: 'condensed-matter',
    name: 'Condensed matter',
    about: 'Materials, superconductors, soft matter',
    sources: [arxiv('cond-mat'), CROSSREF],
  },
  {
    id: 'quantum',
    name: 'Quantum science',
    about: 'Quantum physics, computing and gases',
    sources: [arxiv('quant-ph', 'cond-mat.quant-gas'), CROSSREF],
  },
  {
    id: 'mathematics',
    name: 'Mathematics',
    about: 'From algebra to topology',
    sources: [arxiv('math')],
  },
  {
    id: 'statistics',
    name: 'Statistics',
    about: 'Methods, theory and applications',
    sources: [arxiv('stat'), CROSSREF],
  },
  {
    id: 'economics',
    name: 'Economics',
    about: 'Theory, econometrics and markets',
    sources: [arxiv('econ', 'q-fin.EC'), CROSSREF],
  },
  {
    id: 'quantitative-finance',
    name: 'Quantitative finance',
    about: 'Pricing, risk and trading',
    sources: [arxiv('q-fin'), CROSSREF],
  },
  {
    id: 'genomics',
    name: 'Genomics',
    about: 'Genomes, genetics and bioinformatics',
    sources: [biorxiv('biorxiv', 'genomics', 'genetics', 'bioinformatics'), arxiv('q-bio.GN'), CROSSREF],
  },
  {
    id: 'neuroscience',
    name: 'Neuroscience',
    about: 'Brains, neurons and behaviour',
    sources: [biorxiv('biorxiv', 'neuroscience'), arxiv('q-bio.NC'), CROSSREF],
  },
  {
    id: 'medicine',
    name: 'Medicine and epidemiology',
    about: 'Clinical research and public health',
    sources: [biorxiv('medrxiv'), CROSSREF],
  },
  {
    id: 'ecology',
    name: 'Ecology and evolution',
    about: 'Species, populations and ecosystems',
    sources: [biorxiv('biorxiv', 'ecology', 'evolutionary biology'), arxiv('q-bio.PE'), CROSSREF],
  },
  {
    id: 'chemistry',
    name: 'Chemistry',
    about: 'Molecules and reactions, in the lab and computed',
    sources: [arxiv('physics.chem-ph'), europePmc('(SRC:PPR) AND (PUBLISHER:"ChemRxiv")'), CROSSREF],
  },
  {
    id: 'climate',
    name: 'Climate and oceans',
    about: 'Atmosphere, oceans and the climate',
    sources: [arxiv('physics.ao-ph', 'physics.geo-ph'), CROSSREF],
  },
]

export function fieldNamed(id: string): Field | null {
  return FIELDS.find((field) => field.id === id) ?? null
}

/** Adds a field's sources, but those that are there already with the same settings; answers the ones added. */
export async function addField(
  db: Kysely<Database>,
  field: Field,
  { trusted, now }: { trusted: boolean; now: Date },
): Promise<Source[]> {
  const added: Source[] = []
  for (const draft of field.sources) {
    const kind = kindNamed(draft.kind)
    const settings = kind?.settings.safeParse(draft.settings)
    if (!settings?.success) continue
    const { name = draft.kind, ...unnamed } = draft
    const isThere = async () =>
      (await listSources(db, { now })).some(
        (source) => keyOf(source.kind.kind, source.settings) === keyOf(draft.kind, settings.data),
      )
    if (await isThere()) continue
    let outcome = await addSource(db, { ...unnamed, name }, { trusted, now })
    // The name is taken: by another source, or because the same field was chosen twice at once.
    if (!outcome.ok && !(await isThere())) outcome = await addSource(db, unnamed, { trusted, now })
    if (outcome.ok) added.push(outcome.source)
  }
  return added
}

function keyOf(kind: string, settings: unknown): string {
  const entries = Object.entries(settings as Record<string, unknown>).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `${kind} ${JSON.stringify(entries)}`
}

import { derivePaper } from '../../papers/derive-paper.ts'
import { exportWriter, type ExportFormat } from '../../papers/export/formats.ts'
import { inventedPaper } from '../../papers/export/invented-paper.fixture.ts'
import type { HarvestOutcome, HarvestedPaper } from '../../papers/harvested-paper.ts'
import type { Paper } from '../../papers/paper.ts'
import { WORK_TYPES } from '../../papers/publication.ts'
import { readBibtex } from './bibtex.ts'
import { readCsl } from './csl.ts'
import { feed } from '../feed.fixture.ts'
import { readJsonLines } from './jsonl.ts'
import { readRis } from './ris.ts'

export const NOW = new Date('2026-11-20T12:00:00Z')
export const SITE = { origin: 'https://papers.example', siteName: 'Example Papers' }

/** The papers that an empty site has of these statements, each about a paper of its own. */
export function papersOf(statements: HarvestedPaper[]): Paper[] {
  return statements.map((statement, index) => {
    const arxivId = statement.identifiers.find(({ scheme }) => scheme === 'arxiv')?.value ?? null
    const derived = derivePaper([statement], { arxivId, recordedAt: NOW, timeZone: 'UTC' })
    return inventedPaper({ id: index + 1, ...derived })
  })
}

export function exportText(papers: Paper[], format: ExportFormat): string {
  const { first, next, last } = exportWriter(format, SITE)
  return first + papers.map(next).join('') + last
}

export function readExport(format: ExportFormat, text: string): AsyncIterable<HarvestOutcome> {
  switch (format) {
    case 'bibtex':
      return readBibtex(feed(text))
    case 'ris':
      return readRis(feed(text))
    case 'csl':
      return readCsl(feed(text))
    case 'json':
      return readJsonLines(feed(text), { now: NOW })
  }
}

/** The records of an export, each as its text. */
export function recordsOf(format: ExportFormat, text: string): string[] {
  if (format === 'bibtex') return text.split(/(?<=\n\}\n)\n/)
  if (format === 'ris') return text.split(/(?<=\r\nER {2}- \r\n)/)
  return text.split('\n')
}

/** Numbers from 0 to below 1, the same for the same seed. */
function randomly(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const WORDS = [
  ...'Tides of the Lakes with and in Étale Übergänge naïve 水 данные α-stable 3D C++ C# R&D AT&T 50% A_1 B^2 x~y #1'.split(
    ' ',
  ),
  ...'$O(n^2)$ $\\alpha$-stable $x_{i+1}$ $\\mathcal{L}=\\{x\\}$ $a<b$ $10\\%$ $\\left\\{x\\right.$ $\\ket{\\psi}$ $\\text{if $x$}$'.split(
    ' ',
  ),
  ...'\\emph{E. coli} \\textbf{bold} \\textsc{Caps} H\\textsubscript{2}O \\textsuperscript{13}C \\"{o}sterreich Schr\\"odinger'.split(
    ' ',
  ),
  ..."\\& \\% \\_ \\# \\$5 $5 $6 {Braced} {A} {0,1} a--b 1--3 a---b a----b c-----d ''' ```` ` ``quoted'' `one' \"double\" it's ~5 Fig.~1 <b> <i>x</i> a<b x>y".split(
    ' ',
  ),
  ...'\\textbackslash{} C:\\temp \\{0,1\\} {unbalanced unbalanced} \\alpha \\LaTeX{} \\cite{x} \\url{https://a.example/~b_c%20d}'.split(
    ' ',
  ),
  ...'http:// \\\u{1d538} https://code.example/a_b~c?d=1&e=2#f https://github.com/lake/tides @article{x, = , ; : . ! ? () [] | \\\\ ^ ...'.split(
    ' ',
  ),
  ...'&amp; &lt;b&gt; &eacute; R&amp;D a&#x2013;b <sub>2</sub> <jats:italic>x</jats:italic> 👍🏽 e\u0301 \u00a0 \u200b ﬁ ² ½ – — “q” ‘q’ …'.split(
    ' ',
  ),
  ...'withdrawn Withdrawn. and others et al. TY ER 2019 (2020) and, AND'.split(' '),
]
const NAMES: unknown[] = [
  'Ann Lee',
  'A. B. Smith Jr.',
  'García López, Ann',
  'Ludwig van Beethoven',
  "Luca D'Angelo",
  'José da Silva Filho',
  'Plato',
  '王小明',
  '王 小明',
  'Ana Ramón y Cajal',
  'Nguyen Thi Minh',
  'The ATLAS Collaboration',
  'The LIGO, Virgo, and KAGRA Collaborations',
  'OpenAI',
  'Bo Ek III',
  'Abd al-Rahman ibn Khaldun',
  'J.-P. Serre',
  'Mary-Ann O’Neil',
  'Charles de la Vallée Poussin',
  'John von Neumann',
  'Anders And',
  'Barnes and Noble',
  'Ann {Lee}',
  'R&D Team',
  'Bal\\\'azs Szab\\"o',
  'Ann Lee (MIT)',
  'X',
  'de Finetti',
  'von',
  'U. A. Khan',
  'Ann Lee, PhD',
  'M. Lee et al.',
  { name: 'Ludo van den Berg', family: 'Berg', given: 'Ludo', nonDroppingParticle: 'van den' },
  { name: 'Alexander von Humboldt', family: 'Humboldt', given: 'Alexander', droppingParticle: 'von' },
  { name: 'Sam Poe Jr.', family: 'Poe', given: 'Sam', suffix: 'Jr.', orcid: '0000-0002-1825-0097' },
  { name: 'Plato of Athens', literal: true },
  { name: 'Lake Watchers', kind: 'collaboration', affiliation: 'Lake House, 3' },
  { family: 'Nguyen', given: 'The Anh' },
  { family: 'Müller-Lüdenscheidt', given: 'K.', suffix: 'III' },
  { name: 'Lee, Ann; Jr', literal: true },
]
const CATEGORIES = 'cs.LG cs.CL math.NT hep-th astro-ph.CO physics.ao-ph stat.ML q-bio.NC econ.EM nucl-ex'
  .split(' ')
  .concat('Lake Studies', 'R & D-type')
const REFERENCES = [
  'Nature',
  'J. Tides 4 (2024) 1-9',
  'Phys. Rev. B 59, 1234 (1999)',
  'Proceedings of Lakes 2019, pp. 3--9',
  'arXiv preprint arXiv:2001.01234',
  'CoRR abs/2001.01234',
  'Astron.Astrophys. 377 (2001) 23-30; Erratum-ibid. {\\bf 3}',
  'J. R&D 3, A_1, $\\alpha$',
  'In: Tides (Eds. A, B), Springer, 2020',
]

/** Lines of JSON about `count` invented papers that have all that is hard to write in some format. */
export function inventedRecords(count: number, seed: number): string[] {
  const random = randomly(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const one = <T>(of: readonly T[]): T => of[below(of.length)] as T
  const maybe = <T>(chance: number, make: () => T): T | null => (random() < chance ? make() : null)
  const words = (most: number) => Array.from({ length: 1 + below(most) }, () => one(WORDS)).join(' ')
  const some = <T>(most: number, of: readonly T[]) => Array.from({ length: below(most + 1) }, () => one(of))
  const two = (number: number) => String(number).padStart(2, '0')
  return Array.from({ length: count }, (_, number) => {
    const year = 1990 + below(36)
    const month = two(1 + below(12))
    const day = two(1 + below(28))
    const id = below(4)
    const truncated = random() < 0.15
    const listed = maybe(0.1, () => `2026-0${1 + below(9)}-${day}`)
    return JSON.stringify({
      ...(id === 0 || id === 3 ? { arxiv_id: `20${month}.${String(10000 + number).padStart(5, '0')}` } : {}),
      ...(id === 1 || id === 3
        ? { doi: one([`10.1000/tide_${number}`, `10.1000/(sici)1<${number}>a;2-#`]) }
        : {}),
      ...(id === 2 ? { id: `local/${number.toString(16).padStart(16, '0')}` } : {}),
      title: `${one(['Lakes', 'On Tides', 'A', 'Étale'])} ${words(8)}`,
      abstract: maybe(0.8, () => Array.from({ length: 1 + below(3) }, () => words(25)).join('\n\n')),
      synopsis: maybe(0.2, () => words(6)),
      authors: some(below(10) === 0 ? 60 : 5, NAMES),
      ...(truncated ? { authorsTruncated: true, authorsMissing: maybe(0.5, () => 1 + below(3000)) } : {}),
      published: one([
        null,
        `${year}`,
        `${year}-${month}`,
        `${year}-${month}-${day}`,
        `${year}-${month}-${day}T${two(below(24))}:30:00.000Z`,
      ]),
      versions: maybe(0.3, () => [{ number: 1, submittedAt: `${year}-${month}-${day}T00:00:00.000Z` }]),
      categories: [...new Set(some(6, CATEGORIES))],
      comments: maybe(0.5, () => words(6)),
      journalReference: maybe(0.3, () => one([...REFERENCES, words(4)])),
      publication: maybe(0.3, () => ({
        type: one(WORK_TYPES),
        ...(random() < 0.8 ? { container: one([...REFERENCES, words(4), '\\cite{x}']) } : {}),
        ...(random() < 0.5 ? { volume: one(['12', '7A', '$\\beta$']) } : {}),
        ...(random() < 0.3 ? { issue: one(['3', '3-4']) } : {}),
        ...(random() < 0.5 ? { pages: one(['1–20', '1-20', '1--20', '123', 'e12', '1, 3–5', 'L1–L9']) } : {}),
        ...(random() < 0.3 ? { publisher: one(['Lake & Sons', 'MIT', 'arXiv']) } : {}),
      })),
      licenseUrl: maybe(0.3, () => 'https://creativecommons.org/licenses/by/4.0/'),
      withdrawn: random() < 0.05,
      links: some(4, [
        { kind: 'code', url: 'https://github.com/lake/tides' },
        { kind: 'website', url: 'https://tides.example/~a?b=c&d' },
        { url: 'https://huggingface.co/datasets/a/b' },
      ]),
      ...(listed === null ? {} : { listedOn: listed }),
    })
  })
}

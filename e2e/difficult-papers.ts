/** Invented papers that try the layout and the markup, as records of JSON Lines. All are in the edition of 9 July 2025. */

const LONG_SUM = Array.from({ length: 24 }, (_, i) => String.raw`\frac{\alpha_{${i}}}{1+x_{${i}}^2}`).join(
  '+',
)

const SURNAMES = [
  'Åkerblom',
  'Nguyễn',
  'Okonkwo-Featherstonehaugh',
  'Żuławski',
  '山本',
  'O’Leary',
  'de la Cruz',
]

export const DIFFICULT_PAPERS = [
  {
    id: '2507.90001',
    title: `On ${'hyperphotosynthetic'.repeat(8)} growth`,
    abstract: `A word without a place to break it: ${'antidisestablishment'.repeat(12)}. The data are at https://example.org/${'a'.repeat(180)} for all to use.`,
    authors: [`${'Wolfeschlegelstein'.repeat(6)} Hausen`],
    comments: `See https://example.org/${'remark'.repeat(30)}`,
    published: '2025-07-09',
    categories: ['q-bio.PE'],
  },
  {
    id: '2507.90002',
    title: String.raw`Bounds for $S = ${LONG_SUM}$ in $\mathbb{R}^{n}$ when $p < 2$ \& $q > 3$`,
    abstract: String.raw`We bound the sum $${LONG_SUM}$ by way of $$\int_{0}^{\infty} ${LONG_SUM} \, dx \le \sum_{k=1}^{n} \binom{n}{k} \begin{pmatrix} a & b \\ c & d \end{pmatrix}$$ and of $\hat{f} \in L^2(\Omega)$.

  A second paragraph has a formula $\notamacro{x}$ that nobody can set, an unfinished one $\frac{x$, and a price of 5\$.`,
    authors: ['Ada Quill', 'Bertram Inkwell'],
    published: '2025-07-09T08:30:00Z',
    categories: ['math.AP', 'math.CA'],
    doi: '10.5555/bounds.2025.17',
    'journal-ref': String.raw`J. Invented Anal. \textbf{12} (2025) 3--41`,
    license: 'https://creativecommons.org/licenses/by/4.0/',
    versions: [
      { version: 'v1', created: '2025-07-09T08:30:00Z' },
      { version: 'v2', created: '2025-07-10T09:45:00Z' },
    ],
  },
  {
    id: '2507.90003',
    title: 'Sixty observers agree on the colour of the sky',
    abstract: 'Sixty of us looked up. All of us saw the same colour, and nobody was surprised.',
    authors: Array.from({ length: 60 }, (_, i) => ({
      name: `Observer${i + 1} ${SURNAMES[i % SURNAMES.length]}`,
      affiliation: 'Institute of Looking Up',
      ...(i === 0 ? { orcid: '0000-0002-1825-0097' } : {}),
    })),
    published: '2025-07-09',
    categories: ['physics.ao-ph', 'astro-ph.EP', 'physics.pop-ph'],
    links: [
      { kind: 'code', url: 'https://github.com/invented/skies' },
      { kind: 'dataset', url: `https://example.org/${'skies/'.repeat(30)}data.csv?from=1&to=60` },
      { kind: 'demo', url: 'https://example.org/demo' },
    ],
  },
  {
    doi: '10.5555/0003-682(199502)12:3<107::aid-test>3.0.co;2-#',
    title: '<script src=//evil.example>alert("title")</script> & other “tags” <img src=x onerror=alert(1)>',
    abstract:
      'What stands here is text: <b onclick="alert(1)">bold</b> <b onclick=alert(1)>bolder &amp; </article> <!-- no comment -->',
    authors: ['Robert "Bobby" O\'Tables <script>'],
    published: '2025-07-09',
    categories: ['Ευρετική & <heuristics>'],
  },
  {
    id: '2507.90005',
    title: 'A result that did not hold',
    abstract: 'We thought that it held.',
    authors: ['Cornelia Pressman'],
    comments: String.raw`This paper has been withdrawn because equation (3) has $x^2$ where $x^3$ belongs`,
    published: '2025-07-09',
    categories: ['math.AP'],
  },
  { id: '2507.90006', title: 'A paper of which nothing is known but its name', published: '2025-07-09' },
  {
    id: '2507.90007',
    title: 'نشرة الأبحاث: דו״ח ראשון (עברית)',
    abstract: 'نص قصير مع الرقم 42 والصيغة $a^2 + b^2$.',
    authors: ['ليلى الحبر', 'דנה כהן'],
    published: '2025-07-09',
    categories: ['cs.CL'],
  },
]

/** As many ordinary papers, so that lists have a second page. */
export const ORDINARY_PAPERS = Array.from({ length: 30 }, (_, i) => ({
  id: `2507.80${String(i).padStart(3, '0')}`,
  title: `Note ${i + 1} on the setting of type`,
  abstract: `In the ${i + 1}th of our notes we set a line of type and look at it from afar.`,
  authors: ['Ada Quill'],
  published: '2025-07-09',
  categories: ['cs.CL'],
}))

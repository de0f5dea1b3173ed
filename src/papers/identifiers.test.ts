import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressPath,
  arxivMonth,
  doisIn,
  localIdentifier,
  paperAddress,
  parseAddress,
  parseIdentifier,
  type PaperIdentifier,
} from './identifiers.ts'

/** An identifier in one line: `arxiv 2412.19723 v2`. */
function told(text: string): string | null {
  const parsed = parseIdentifier(text)
  if (parsed === null) return null
  const { scheme, value } = parsed.identifier
  return parsed.version === undefined ? `${scheme} ${value}` : `${scheme} ${value} v${parsed.version}`
}

const twoDigits = (n: number) => String(n).padStart(2, '0')
const month = fc.integer({ min: 1, max: 12 }).map(twoDigits)
const arxivNew = fc
  .tuple(fc.integer({ min: 7, max: 99 }), month, fc.integer({ min: 1, max: 9999 }))
  .map(([year, mm, n]) => ({ yymm: twoDigits(year) + mm, n }))
  .filter(({ yymm }) => yymm >= '0704')
  .map(({ yymm, n }) => `${yymm}.${String(n).padStart(yymm < '1501' ? 4 : 5, '0')}`)
const arxivOld = fc
  .tuple(
    fc.constantFrom('hep-th', 'math', 'cond-mat', 'solv-int', 'cs', 'adap-org'),
    fc.oneof(fc.integer({ min: 91, max: 99 }), fc.integer({ min: 0, max: 6 })).map(twoDigits),
    month,
    fc.integer({ min: 1, max: 999 }),
  )
  .map(([archive, yy, mm, n]) => `${archive}/${yy}${mm}${String(n).padStart(3, '0')}`)
const arxiv = fc.oneof(arxivNew, arxivOld).map((value): PaperIdentifier => ({ scheme: 'arxiv', value }))
const local = fc
  .stringMatching(/^[0-9a-f]{16}$/)
  .map((value): PaperIdentifier => ({ scheme: 'local', value }))
const doi = fc
  .tuple(
    fc.integer({ min: 1000, max: 999_999_999 }),
    fc.oneof(
      fc.stringMatching(/^[a-z0-9()<>:;._/%#?&+-]{1,30}$/),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    ),
  )
  .map(([registrant, suffix]) => parseAddress(`doi/10.${registrant}/${suffix}`)?.identifier)
  .filter((identifier) => identifier !== undefined)
const identifier = fc.oneof(arxiv, local, doi)

describe('an arXiv identifier', () => {
  it.each([
    ['2412.19723', 'arxiv 2412.19723'],
    ['0704.0001', 'arxiv 0704.0001'],
    ['1412.9999', 'arxiv 1412.9999'],
    ['1501.00001v12', 'arxiv 1501.00001 v12'],
    ['arXiv:2412.19723v2', 'arxiv 2412.19723 v2'],
    ['ARXIV: 2412.19723', 'arxiv 2412.19723'],
    ['arXiv 2412.19723 [cs.AI]', 'arxiv 2412.19723'],
    ['arXiv:2412.19723v3 [cs.AI] 27 Dec 2024', 'arxiv 2412.19723 v3'],
    ['arXiv preprint arXiv:2412.19723.', 'arxiv 2412.19723'],
    ['oai:arXiv.org:math/0309136', 'arxiv math/0309136'],
    ['hep-th/9901001', 'arxiv hep-th/9901001'],
    ['math.GT/0309136', 'arxiv math/0309136'],
    ['arXiv:math.GT/0309136v4 [math.GT]', 'arxiv math/0309136 v4'],
    ['cond-mat/9909265v1', 'arxiv cond-mat/9909265 v1'],
    ['cond-mat.stat-mech/9909265', 'arxiv cond-mat/9909265'],
    ['Solv-Int/9703001V2', 'arxiv solv-int/9703001 v2'],
    ['hep-th/0703999', 'arxiv hep-th/0703999'],
  ])('is read from %s', (text, expected) => expect(told(text)).toBe(expected))

  it.each([
    ['0703.0001', 'before the new style began'],
    ['1412.00001', 'five digits too early'],
    ['1501.0001', 'four digits too late'],
    ['2413.00001', 'a thirteenth month'],
    ['2400.00001', 'no month'],
    ['2412.00000', 'number nought'],
    ['2412.19723v0', 'version nought'],
    ['2412.197231', 'six digits'],
    ['stat/0612001', 'an archive of later times'],
    ['econ/0612001', 'an archive of later times'],
    ['hep-xx/9901001', 'no such archive'],
    ['hep-th/9013001', 'before arXiv'],
    ['hep-th/9913001', 'a thirteenth month'],
    ['hep-th/0704001', 'after the old style ended'],
    ['hep-th/990100', 'two digits of number'],
    ['2412.19723 and more', 'a sentence'],
    ['12412.19723', 'a longer number'],
  ])('is not %s: %s', (text) => expect(told(text)).toBeNull())
})

describe('a DOI', () => {
  it.each([
    ['10.1000/182', 'doi 10.1000/182'],
    ['doi:10.1000/182', 'doi 10.1000/182'],
    ['DOI 10.1000/ABC', 'doi 10.1000/abc'],
    ['DOI: https://doi.org/10.1000/182', 'doi 10.1000/182'],
    ['info:doi/10.1000/182', 'doi 10.1000/182'],
    ['https://doi.org/10.1000/182', 'doi 10.1000/182'],
    ['http://dx.doi.org/10.1000/182/', 'doi 10.1000/182'],
    ['doi.org/10.1000/182?utm_source=mail#top', 'doi 10.1000/182'],
    ['https://doi.org/10.1000%2F182', 'doi 10.1000/182'],
    ['10.1000/182.', 'doi 10.1000/182'],
    ['(doi:10.1000/182).', 'doi 10.1000/182'],
    ['“10.1000/182,”', 'doi 10.1000/182'],
    ['<https://doi.org/10.1000/182>', 'doi 10.1000/182'],
    ['10.1000.10/182', 'doi 10.1000.10/182'],
    ['10.1016/0370-2693(92)91234-5', 'doi 10.1016/0370-2693(92)91234-5'],
    ['(10.1016/0370-2693(92)91234-5)', 'doi 10.1016/0370-2693(92)91234-5'],
    ['10.1000/x(1)y)', 'doi 10.1000/x(1)y'],
    [
      'https://doi.org/10.1002/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-O',
      'doi 10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o',
    ],
    [
      '10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-#',
      'doi 10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-#',
    ],
    ['\uFEFF １０．１０００／１８２\u200B\u3000', 'doi 10.1000/182'],
    ['10.1038/s41562\u2011025\u201102172\u2011y', 'doi 10.1038/s41562-025-02172-y'],
    ['10.48550/arXiv.2412.19723', 'arxiv 2412.19723'],
    ['https://doi.org/10.48550/arXiv.2412.19723v2', 'arxiv 2412.19723 v2'],
    ['doi:10.48550/arXiv.hep-th/9901001', 'arxiv hep-th/9901001'],
    ['https://doi.org/10.48550/arXiv.math%2F0309136', 'arxiv math/0309136'],
    ['10.48550/other', 'doi 10.48550/other'],
    [String.raw`10.1000/a{\_}b`, 'doi 10.1000/a_b'],
    [String.raw`10.1000/a\_b\%c`, 'doi 10.1000/a_b%c'],
    [
      '10.1002/(SICI)1097-4571(199806)49:8&lt;693::AID-ASI4&gt;3.0.CO;2-O',
      'doi 10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o',
    ],
    ['doi:https://doi.org/10.1000/182', 'doi 10.1000/182'],
    ['DOI: doi:10.1000/182', 'doi 10.1000/182'],
    ['https://doi.org/doi:10.1000/182', 'doi 10.1000/182'],
    ['https://doi.org/https://doi.org/10.1000/182', 'doi 10.1000/182'],
    ['https://dx.doi.org/10.1000/182#page=2', 'doi 10.1000/182'],
    ['https://doi-org.proxy.example.edu/10.1000/182', 'doi 10.1000/182'],
    ['http://doi.acm.org/10.1145/3336191.3371769', 'doi 10.1145/3336191.3371769'],
    ['10.1000/182?nosfx=y', 'doi 10.1000/182'],
    ['10.1000/182/abstract', 'doi 10.1000/182'],
    ['10.1000/182#abstract', 'doi 10.1000/182'],
    ['10.1000/182;jsessionid=F00.d1', 'doi 10.1000/182'],
  ])('is read from %s', (text, expected) => expect(told(text)).toBe(expected))

  it.each([
    '10.1000',
    '10.1000/',
    '10.1000/...',
    '10.12/182',
    '11.1000/182',
    '10.1000/a b',
    '10.1000/../a',
    'doi:',
  ])('is not %s', (text) => expect(told(text)).toBeNull())
})

describe('a URL', () => {
  it.each([
    ['https://arxiv.org/abs/2412.19723', 'arxiv 2412.19723'],
    ['http://www.arxiv.org/abs/2412.19723v3?context=cs#related', 'arxiv 2412.19723 v3'],
    ['arxiv.org/pdf/2412.19723v2.pdf', 'arxiv 2412.19723 v2'],
    ['https://arxiv.org/pdf/2412.19723', 'arxiv 2412.19723'],
    ['https://arxiv.org/html/2412.19723v1#S3', 'arxiv 2412.19723 v1'],
    ['https://arxiv.org/html/2412.19723v1/', 'arxiv 2412.19723 v1'],
    ['https://export.arxiv.org/format/hep-th/9901001', 'arxiv hep-th/9901001'],
    ['https://de.arxiv.org/ps/math.GT/0309136v2', 'arxiv math/0309136 v2'],
    ['https://arxiv.org/src/2412.19723', 'arxiv 2412.19723'],
    ['https://arxiv.org/e-print/cond-mat/9909265v1', 'arxiv cond-mat/9909265 v1'],
    ['https://arxiv.org/pdf/hep-th/9901001.pdf', 'arxiv hep-th/9901001'],
    ['https://arxiv.org/abs/arXiv:2412.19723', 'arxiv 2412.19723'],
    ['(https://arxiv.org/abs/2412.19723).', 'arxiv 2412.19723'],
    ['https://www.alphaxiv.org/abs/2412.19723v1', 'arxiv 2412.19723 v1'],
    ['https://alphaxiv.org/overview/2412.19723', 'arxiv 2412.19723'],
    ['https://ar5iv.org/abs/2412.19723', 'arxiv 2412.19723'],
    ['https://ar5iv.labs.arxiv.org/html/hep-th/9901001', 'arxiv hep-th/9901001'],
    ['https://huggingface.co/papers/2412.19723', 'arxiv 2412.19723'],
    ['https://api.semanticscholar.org/arXiv:2412.19723', 'arxiv 2412.19723'],
    ['https://api.semanticscholar.org/graph/v1/paper/DOI:10.1000/ABC', 'doi 10.1000/abc'],
    ['https://www.semanticscholar.org/arxiv/2412.19723', 'arxiv 2412.19723'],
    ['https://dl.acm.org/doi/10.1145/3336191.3371769', 'doi 10.1145/3336191.3371769'],
    ['https://dl.acm.org/doi/abs/10.1145/3336191.3371769', 'doi 10.1145/3336191.3371769'],
    ['https://dl.acm.org/doi/pdf/10.1145/3336191.3371769?download=true', 'doi 10.1145/3336191.3371769'],
    ['https://link.springer.com/article/10.1007/s10458-025-09698-5', 'doi 10.1007/s10458-025-09698-5'],
    [
      'https://link.springer.com/content/pdf/10.1007/s10458-025-09698-5.pdf',
      'doi 10.1007/s10458-025-09698-5',
    ],
    ['https://onlinelibrary.wiley.com/doi/full/10.1002/asi.1', 'doi 10.1002/asi.1'],
    ['https://onlinelibrary.wiley.com/doi/10.1002/asi.1/abstract', 'doi 10.1002/asi.1'],
    ['https://www.tandfonline.com/doi/full/10.1080/01621459.2020.1', 'doi 10.1080/01621459.2020.1'],
    ['https://www.pnas.org/doi/10.1073/pnas.1800683115', 'doi 10.1073/pnas.1800683115'],
    ['https://www.science.org/doi/epdf/10.1126/science.abc1234', 'doi 10.1126/science.abc1234'],
    ['https://journals.aps.org/prl/abstract/10.1103/PhysRevLett.1.2', 'doi 10.1103/physrevlett.1.2'],
    ['https://www.biorxiv.org/content/10.1101/2020.01.02.123456v2.full.pdf', 'doi 10.1101/2020.01.02.123456'],
    [
      'https://www.biorxiv.org/content/10.1101/2020.01.02.123456v1.full.pdf+html',
      'doi 10.1101/2020.01.02.123456',
    ],
    [
      'https://www.medrxiv.org/content/10.1101/2020.01.02.123456v1.supplementary-material',
      'doi 10.1101/2020.01.02.123456',
    ],
    ['https://link.springer.com/article/10.1007/s00454-020-1/fulltext.html', 'doi 10.1007/s00454-020-1'],
    ['https://link.springer.com/article/10.1007/s00454-020-1/figures/3#Fig3', 'doi 10.1007/s00454-020-1'],
    ['https://link.springer.com/chapter/10.1007%2F978-3-030-1_2', 'doi 10.1007/978-3-030-1_2'],
    ['https://onlinelibrary.wiley.com/doi/10.1002/asi.1/abstract;jsessionid=A1.f02', 'doi 10.1002/asi.1'],
    ['https://onlinelibrary.wiley.com/doi/pdfdirect/10.1002/asi.1?download=true', 'doi 10.1002/asi.1'],
    ['https://dl.acm.org/doi/suppl/10.1145/3336191.3371769/suppl_file/a.zip', 'doi 10.1145/3336191.3371769'],
    [
      'https://www.tandfonline.com/doi/abs/10.1080/01621459.2020.1?journalCode=uasa20',
      'doi 10.1080/01621459.2020.1',
    ],
    ['https://iopscience.iop.org/article/10.1088/1367-2630/ab1/meta', 'doi 10.1088/1367-2630/ab1'],
    ['https://www.frontiersin.org/articles/10.3389/fpsyg.2018.00001/full', 'doi 10.3389/fpsyg.2018.00001'],
    ['https://journals.aps.org/prl/pdf/10.1103/PhysRevLett.1.2', 'doi 10.1103/physrevlett.1.2'],
    [
      'https://journals.plos.org/plosone/article/file?id=10.1371/journal.pone.0000001&type=printable',
      'doi 10.1371/journal.pone.0000001',
    ],
    [
      'https://direct.mit.edu/tacl/article/doi/10.1162/tacl_a_00300/43527/A-Title',
      'doi 10.1162/tacl_a_00300',
    ],
    ['https://pubs.aip.org/aip/jap/article-abstract/doi/10.1063/1.5/123456/A-Title', 'doi 10.1063/1.5'],
    ['https://www.degruyter.com/document/doi/10.1515/crelle-2020-1/html', 'doi 10.1515/crelle-2020-1'],
    ['https://www.emerald.com/insight/content/doi/10.1108/JD-1/full/html', 'doi 10.1108/jd-1'],
    ['https://journals.plos.org/plosone/article?id=10.1371/journal.pone.1', 'doi 10.1371/journal.pone.1'],
    [
      'https://journals.plos.org/plosone/article/figure?id=10.1371/journal.pone.0000001.g001',
      'doi 10.1371/journal.pone.0000001',
    ],
    ['https://arxiv.org/abs/2412.19723%20', 'arxiv 2412.19723'],
    ['https://academic.oup.com/bib/article/doi/10.1093/bib/bba123/5715579', 'doi 10.1093/bib/bba123'],
    ['https://www.nature.com/articles/s41562-025-02172-y', 'doi 10.1038/s41562-025-02172-y'],
    ['https://www.nature.com/articles/s41562-025-02172-y.pdf', 'doi 10.1038/s41562-025-02172-y'],
    ['https://www.nature.com/articles/s41562-025-02172-y/figures/1', 'doi 10.1038/s41562-025-02172-y'],
    ['https://aclanthology.org/2025.acl-long.277', 'doi 10.18653/v1/2025.acl-long.277'],
    ['https://aclanthology.org/2025.acl-long.277/', 'doi 10.18653/v1/2025.acl-long.277'],
    ['https://aclanthology.org/2025.acl-long.277.pdf', 'doi 10.18653/v1/2025.acl-long.277'],
    ['https://aclanthology.org/2024.findings-emnlp.689/', 'doi 10.18653/v1/2024.findings-emnlp.689'],
    ['https://www.aclweb.org/anthology/P19-1001', 'doi 10.18653/v1/p19-1001'],
    ['/papers/2412.19723v2', 'arxiv 2412.19723 v2'],
    ['http://localhost:3000/papers/doi/10.1000/a%2525', 'doi 10.1000/a%25'],
    ['https://papers.example.org/field/papers/hep-th/9901001.bib', 'arxiv hep-th/9901001'],
    ['https://papers.example.org/papers/local/0123456789abcdef.json', 'local 0123456789abcdef'],
  ])('names a paper: %s', (text, expected) => expect(told(text)).toBe(expected))

  it.each([
    'https://arxiv.org/list/cs.AI/recent',
    'https://arxiv.org/',
    'https://notarxiv.org/abs/2412.19723',
    'https://arxiv.org.example.com/abs/2412.19723',
    'https://example.org/10.1000/182',
    'ftp://arxiv.org/abs/2412.19723',
    'https://reader@arxiv.org/abs/2412.19723',
    'https://aclanthology.org/2020.tacl-1.5/',
    'https://aclanthology.org/P15-1001',
    'https://www.nature.com/articles/',
    'https://huggingface.co/papers/date/2026-11-20',
    '/papers/local/0123456789abcde',
    '/papers/trending',
  ])('does not: %s', (text) => expect(told(text)).toBeNull())
})

describe('a field that ought to hold a DOI', () => {
  const dois = (text: string) => doisIn(text).map(({ value }) => value)

  it.each([
    ['10.1000/182', ['10.1000/182']],
    ['10.1000/182.', ['10.1000/182']],
    ['<10.1000/182>', ['10.1000/182']],
    [String.raw`10.1000/a{\_}b`, ['10.1000/a_b']],
    [String.raw`10.1000/a{\textunderscore}b`, ['10.1000/a_b']],
    [String.raw`10.1000/a\textunderscore b`, ['10.1000/a_b']],
    [String.raw`10.1000/a{\textbackslash}{\_}b`, ['10.1000/a_b']],
    [String.raw`10.1000/a$\_$b`, ['10.1000/a_b']],
    ['10.1000/a$_$b', ['10.1000/a_b']],
    [String.raw`10.1000/a\string_b`, ['10.1000/a_b']],
    ['{10.1000/{ABC}}', ['10.1000/abc']],
    [String.raw`\url{https://doi.org/10.1000/a\_b}`, ['10.1000/a_b']],
    [String.raw`\href{https://doi.org/10.1000/182}{10.1000/182}`, ['10.1000/182']],
    [
      String.raw`10.1002/(SICI)1(1998)49:8{\textless}693::AID{\textgreater}3.0.CO;2-O`,
      ['10.1002/(sici)1(1998)49:8<693::aid>3.0.co;2-o'],
    ],
    ['10.1002/(SICI)1(1998)49:8$<$693::AID$>$3.0.CO;2-O', ['10.1002/(sici)1(1998)49:8<693::aid>3.0.co;2-o']],
    [
      String.raw`10.1002/(SICI)1(1998)49:8{\&}lt;693::AID{\&}gt;3.0.CO;2-O`,
      ['10.1002/(sici)1(1998)49:8<693::aid>3.0.co;2-o'],
    ],
    [
      '10.1002/(SICI)1(1998)49:8&amp;lt;693::AID&amp;gt;3.0.CO;2-#',
      ['10.1002/(sici)1(1998)49:8<693::aid>3.0.co;2-#'],
    ],
    ['10.1000/182 (in press)', ['10.1000/182']],
    ['see https://doi.org/10.1000/182, accessed 2020', ['10.1000/182']],
    ['https://example.org/10.1000/182/abstract', ['10.1000/182']],
    ['10.1000/182 10.1000/182', ['10.1000/182']],
    ['10.1000/18210.1000/182', ['10.1000/182']],
    ['10.1000/182https://doi.org/10.1000/182', ['10.1000/182']],
    ['10.1000/182 10.1000/183', ['10.1000/182', '10.1000/183']],
    ['10.1000/182,10.1000/183', ['10.1000/182', '10.1000/183']],
    ['doi:10.1000/182; doi:10.1000/183', ['10.1000/182', '10.1000/183']],
    ['10.1000/182 and 10.1000/183', ['10.1000/182', '10.1000/183']],
    ['10.48550/arXiv.2412.19723', ['2412.19723']],
    ['10.48550/arXiv:2412.19723', ['2412.19723']],
    ['10.1000/182\\', ['10.1000/182']],
    ['10.1000/182&nbsp;', ['10.1000/182']],
    ['10.1000/182</doi>', ['10.1000/182']],
    ['<a href="https://doi.org/10.1000/182">10.1000/182</a>', ['10.1000/182']],
    [
      '10.1002/(SICI)1(1998)49:8&#x3C;693::AID&#x3e;3.0.CO;2-O',
      ['10.1002/(sici)1(1998)49:8<693::aid>3.0.co;2-o'],
    ],
    ['10.1000/182 2019', ['10.1000/182']],
    ['10.1000/182 2019-05-03', ['10.1000/182']],
    ['10.1000/182 Published', ['10.1000/182']],
    ['10.1000/182. Published in 2019', ['10.1000/182']],
    [String.raw`10.1000/a\char95 b`, ['10.1000/a_b']],
    [String.raw`10.1000/a\symbol{95}b`, ['10.1000/a_b']],
    [String.raw`10.1000/a\hspace{0pt}b\penalty0 c`, ['10.1000/abc']],
  ])('%s', (text, expected) => expect(dois(text)).toEqual(expected))

  it.each([
    '',
    'N/A',
    'none',
    'doi-less',
    '10.1000',
    '10.1000/',
    'https://doi.org/',
    '10.1000/18210.1000/183',
    '10.1016/j. cell.2019.1',
    '10.1000/ 182',
    '10.1145/nnnnnnn.nnnnnnn',
    '10.1145/1122445.1122456',
    'https://doi.org/10.1145/XXXXXXX.XXXXXXX',
    '10.0000/0000',
    '10.1007/978-3-030-1 2',
    '10.1000/18 2',
    '10.1103/PhysRevD 1.2',
    '10.1109/ACCESS.2017.DOI',
    '10.1371/journal.pone.0000000',
    '10.1007/s00000-000-0000-0',
    '10.1016/j.xxx.2020.xx.xxx',
    '10.1007/s11263-xxx-xxxx-x',
    '10.1088/1367-2630/aaXXXX',
    '10.21437/Interspeech.2020-XXXX',
    '/papers/local/0123456789abcdef',
  ])('holds none: %s', (text) => expect(dois(text)).toEqual([]))

  it('gives what can be read again, whatever it holds', () => {
    const unit = fc.constantFrom(
      '10.1000/',
      'a',
      '1',
      '.',
      ',',
      ' ',
      '{',
      '}',
      '\\_',
      '$',
      '<',
      '&lt;',
      '/',
      'doi:',
      '(',
      ')',
    )
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        for (const found of doisIn(text)) expect(parseAddress(paperAddress(found))?.identifier).toEqual(found)
      }),
      { numRuns: 400 },
    )
  })
})

it.each(['', ' ', '\u200B', '<>', 'attention', '42', 'local/0123456789abcdef', '%', '%E0%A4%A'])(
  'reads nothing from %j',
  (text) => expect(parseIdentifier(text)).toBeNull(),
)

it('never throws, and its answer is read again as itself', () => {
  const wild = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        '10.1000/',
        'arxiv',
        ':',
        '/',
        '.',
        '%',
        '%41',
        '(',
        ')',
        '<',
        '>',
        'doi',
        ' ',
        '1',
      ),
    }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
  )
  fc.assert(
    fc.property(wild, (text) => {
      const parsed = parseIdentifier(text)
      if (parsed)
        expect(parseAddress(paperAddress(parsed.identifier))).toEqual({ identifier: parsed.identifier })
    }),
    { numRuns: 400 },
  )
})

it('an address leads back to its identifier', () => {
  fc.assert(
    fc.property(identifier, (known) => {
      expect(parseAddress(paperAddress(known))).toEqual({ identifier: known })
    }),
    { numRuns: 400 },
  )
})

it('an arXiv address may carry a version', () => {
  fc.assert(
    fc.property(arxiv, fc.integer({ min: 1, max: 999 }), (known, version) => {
      expect(parseAddress(`${paperAddress(known)}v${version}`)).toEqual({ identifier: known, version })
    }),
    { numRuns: 100 },
  )
})

it('a URL path decodes to the address, survives a URL parser, and names the paper when pasted', () => {
  fc.assert(
    fc.property(identifier, (known) => {
      const address = paperAddress(known)
      const path = addressPath(address)
      expect(decodeURIComponent(path)).toBe(`/papers/${address}`)
      expect(new URL(path, 'https://broadsheet.example').pathname).toBe(path)
      fc.pre(!/\.(?:md|bib|ris|json)$/.test(address))
      expect(parseIdentifier(`https://broadsheet.example${path}`)).toEqual({ identifier: known })
    }),
    { numRuns: 400 },
  )
})

it('any text can be put into a path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(addressPath(text)).toMatch(/^\/papers\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})*$/)
      expect(decodeURIComponent(addressPath(text))).toBe(`/papers/${text}`)
    }),
    { numRuns: 200 },
  )
  expect(addressPath('\uD800')).toBe('/papers/%EF%BF%BD')
})

it('an address is not a sentence, a URL or a half', () => {
  for (const text of [
    '',
    ' 2412.19723',
    '2412.19723/',
    'doi/',
    'doi/182',
    'local/',
    'local/0123',
    'arXiv:2412.19723',
    'date/x',
  ]) {
    expect(parseAddress(text), text).toBeNull()
  }
  expect(parseAddress('doi/10.48550/arxiv.2412.19723')).toEqual({
    identifier: { scheme: 'arxiv', value: '2412.19723' },
  })
  expect(parseAddress('local/0123456789ABCDEF')).toEqual({
    identifier: { scheme: 'local', value: '0123456789abcdef' },
  })
})

it('hostile texts of 100 kB are refused at once', () => {
  const parts = [
    ' ',
    '(',
    ')',
    '<',
    '.',
    '%',
    '%41',
    '/',
    '10.',
    '10.1000/',
    '10.1000/a.',
    '.1',
    'arxiv:',
    'arxiv ',
    'doi:',
    'a-',
    '\u200B',
    '１',
    '/papers/',
    '/doi/',
    'https://arxiv.org/',
    'arxiv.org/abs/',
    '[cs.',
    '2412.',
    '\uD800',
    ' x',
    '"',
  ]
  const started = performance.now()
  for (const part of parts) {
    const long = part.repeat(Math.ceil(100_000 / part.length))
    for (const text of [
      long,
      `10.1000/${long}`,
      `https://doi.org/${long}`,
      `2412.19723${long}x`,
      `${long}x`,
    ]) {
      expect(parseIdentifier(text)).toBeNull()
      parseAddress(text)
    }
  }
  expect(performance.now() - started).toBeLessThan(20_000)
}, 60_000)

describe('a paper with neither', () => {
  it('is known by 16 hex digits of SHA-256 over title, family name and year', () => {
    const digest = createHash('sha256').update('onetudesofscale2nded\nberg\n2014').digest('hex')
    const expected = { scheme: 'local', value: digest.slice(0, 16) }
    expect(
      localIdentifier({ title: 'On Études of Scale (2nd ed.)', firstAuthor: 'Jan van den Berg', year: 2014 }),
    ).toEqual(expected)
    expect(
      localIdentifier({
        title: 'on ETUDES\nof  scale, 2nd ed',
        firstAuthor: 'van den Bérg, Jan',
        year: 2014,
      }),
    ).toEqual(expected)
  })

  it('keeps its identifier for ever', () => {
    expect(localIdentifier({ title: 'A Paper' }).value).toBe('a03246e2a2c60371')
  })

  it('differs from one of another title, author or year', () => {
    const works = [
      { title: 'A Paper' },
      { title: 'A Paper', year: 2014 },
      { title: 'A Paper', firstAuthor: 'Berg' },
      { title: 'A Paper', firstAuthor: 'Berg', year: 2014 },
      { title: 'A Paper Berg', year: 2014 },
      { title: '?!' },
      { title: '?' },
      { title: '論文' },
    ]
    expect(new Set(works.map((work) => localIdentifier(work).value)).size).toBe(works.length)
  })

  it('overlooks a suffix of the name', () => {
    const plain = localIdentifier({ title: 'A Paper', firstAuthor: 'Martin Oak' })
    expect(localIdentifier({ title: 'A Paper', firstAuthor: 'Martin Oak Jr.' })).toEqual(plain)
    expect(localIdentifier({ title: 'A Paper', firstAuthor: 'Oak, Jr., Martin' })).toEqual(plain)
  })
})

describe('the month of an arXiv identifier', () => {
  it.each([
    ['hep-th/9108001', 1991, 8],
    ['math/0001001', 2000, 1],
    ['cs/0703001', 2007, 3],
    ['0704.0001', 2007, 4],
    ['2412.19723', 2024, 12],
  ])('%s', (value, year, mm) => expect(arxivMonth(value)).toEqual({ year, month: mm }))

  it('is asked of nothing else', () => {
    expect(() => arxivMonth('10.1000/182')).toThrow(RangeError)
  })
})

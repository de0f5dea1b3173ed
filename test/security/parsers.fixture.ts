import type { HarvestOutcome } from '../../src/papers/harvested-paper.ts'
import { excerpt } from '../../src/papers/excerpt.ts'
import { toBibtex } from '../../src/papers/export/bibtex.ts'
import { inventedPaper } from '../../src/papers/export/invented-paper.fixture.ts'
import { toMarkdown } from '../../src/papers/export/markdown.ts'
import { toRis } from '../../src/papers/export/ris.ts'
import { findLinks } from '../../src/papers/find-links.ts'
import { parseAddress, parseIdentifier } from '../../src/papers/identifiers.ts'
import { classifyLink, normaliseUrl } from '../../src/papers/links.ts'
import { nameKey } from '../../src/papers/names.ts'
import { plainText } from '../../src/papers/plain-text.ts'
import { texOfText } from '../../src/papers/tex/escape.ts'
import { typeset, typesetAbstract } from '../../src/papers/typeset.ts'
import { parseEmailAddress } from '../../src/mail/address.ts'
import { readPlainBounce } from '../../src/mail/bounces/plain-bounce.ts'
import { readReport } from '../../src/mail/bounces/read-report.ts'
import { parseOrcid } from '../../src/accounts/orcid.ts'
import { isVisible, plainLine, plainLines } from '../../src/accounts/typed-text.ts'
import { countLinks, renderComment } from '../../src/discussion/comment-markdown.ts'
import { readText } from '../../src/discussion/comment-text.ts'
import { parseDateRange } from '../../src/search/query/date-range.ts'
import { formatQuery } from '../../src/search/query/format-query.ts'
import { parseQuery } from '../../src/search/query/parse-query.ts'
import { bestPassage } from '../../src/search/passages.ts'
import { sentencesIn } from '../../src/search/text/sentences.ts'
import { nameWords, wordsIn } from '../../src/search/text/words.ts'
import { readArxivAtom } from '../../src/sources/formats/arxiv-atom.ts'
import { readArxivOai } from '../../src/sources/formats/arxiv-oai.ts'
import { splitAuthorLine } from '../../src/sources/formats/author-list.ts'
import { readBibtexNames } from '../../src/sources/formats/bibtex-names.ts'
import { readBibtex } from '../../src/sources/formats/bibtex.ts'
import { cleanLine, cleanParagraphs } from '../../src/sources/formats/clean-text.ts'
import { readCsl } from '../../src/sources/formats/csl.ts'
import { parseDate } from '../../src/sources/formats/dates.ts'
import { decodeText } from '../../src/sources/formats/decode-text.ts'
import { detectFormat } from '../../src/sources/formats/format.ts'
import { readHuggingFace } from '../../src/sources/formats/huggingface.ts'
import { readJsonLines } from '../../src/sources/formats/jsonl.ts'
import { readArxivAnswer } from '../../src/sources/look-up/arxiv.ts'
import { readDoiAnswer } from '../../src/sources/look-up/doi.ts'
import { textOfMarkup } from '../../src/sources/look-up/markup.ts'
import { readRis } from '../../src/sources/formats/ris.ts'
import { texNameToUnicode } from '../../src/sources/formats/tex-names.ts'
import { parseBibliography, readTrendingPage } from '../../src/sources/formats/trending-page.ts'
import { validatePaper } from '../../src/sources/formats/validate-paper.ts'
import { localPath } from '../../src/web/forms/local-path.ts'
import { browserName } from '../../src/web/settings/browser-name.ts'
import { mayBeSignedIn } from '../../src/web/viewer.ts'

/** Something that reads text from outside. `most`: the longest that can reach it, in characters. */
export type ParserUnderTest = {
  name: string
  most: number
  /** What its grammar is made of. */
  tokens: readonly string[]
  read: (text: string) => unknown
}

// oxfmt-ignore
const TEX = [
  '{', '}', '\\', '$', '$$', '^', '_', '&', '~', '#', '%', '`', "'", '-', '[', ']', '(', ')', '\\(', '\\)', '\\[',
  '\\]', '\\frac', '\\frac{', '\\sqrt[', '\\left(', '\\right)', '\\begin{aligned}', '\\end{aligned}',
  '\\begin{equation}', '\\begin{matrix}', '\\text{', '\\mathbb{', '\\hat', '\\not', '\\emph{', '\\textbf{', '\\bf ',
  '\\cite{', '\\footnote{', '\\href{', '}{', '\\url{', '\\verb|', "\\'", '\\"', '\\"{', '\\c ', '\\unknown',
  '\\unknown{', '\\unicode{', '\\label{', '\\norm', '\\abs{', '\\binom', '\\tfrac', '\\textcolor{',
  '\\texorpdfstring{', '\\ensuremath{', '\\,', '\\\\', 'https://a.b/', 'github.com/', 'www.', '10.1000/', 'arXiv:',
  '<', '>',
]
// oxfmt-ignore
const MARKUP = [
  '<sup>', '</sup>', '<sub>', '</sub>', '<i>', '</i>', '<p>', '</p>', '<br>', '<td>', '<title>', '</title>',
  '<sec>', '<math>', '</math>', '<msup>', '<msubsup>', '<mfrac>', '<mi>', '</mi>', '<mover>', '<msqrt>', '<mtext>',
  '<semantics>', '<annotation encoding="tex">', '<alternatives>', '</alternatives>', '<tex-math>', '</tex-math>',
  '<inline-formula>', '<jats:p>', '<mml:math>', '<x:', '</', '<', '>', '/>', '<!--', '-->', '<![CDATA[', ']]>',
  '<?', '<!DOCTYPE', '&', '&amp;', '&lt;', '&lt;sup&gt;', '&amp;lt;p&amp;gt;', '&#', '&#x3b1;', '&unknown;', ' a="',
  ' a="b"', '"', "'", '{', '}', '\\', '$', '\\begin{document}', '\\end{document}', '<a href="', '<script>',
  '\uE000', '\n\n',
]
// oxfmt-ignore
const MARKDOWN = [
  '*', '**', '_', '__', '~~', '`', '```', '[', ']', '](', '[]', '![', '(', ')', '<', '>', '> ', '- ', '* ', '1. ',
  '#', '# ', '---', '===', '|', '\\', '&', '&amp;', '&#', 'http://', 'https://a.b/', 'mailto:', 'a@b.c', '//',
  'arXiv:', 'arXiv:2601.00001', '"', "'", '[a]: ', '[a](b "c")', ':', '!', '\n', '\n\n', '\n    ', '\t', '$', '$$',
  '\n$$\n', '\\(', '\\)', '\\[', '{', '}', '\\text{', '<a ', '<!--', '&copy', '.', 'www.', '@',
]
// oxfmt-ignore
const QUERY = [
  '"', '(', ')', '-', '--', ':', 'OR', ' OR ', 'NOT ', 'AND ', 'author:', 'author:"', 'title:', 'date:',
  'date:2024..', 'in:', 'cat:', 'sort:', 'has:', '|', '+', '*', '..', '2024-01', ',', '“', '”', '‘', '’', "'", '/',
  '\\', '{', '}', '$', '^', '_', 'cs.LG', '10.1000/', 'C++', '.', '’s', 'é', '漢', 'ก', '\u0301', '1', '&', '#', '@',
]
// oxfmt-ignore
const BIBTEX = [
  '@', '@article{', '@article{a,', '@string{', '@string{a = ', '@comment{', '@preamble{', '{', '}', '"', '(', ')',
  '=', '#', ' # ', ',', 'a = {', 'a = "', 'title = {', '},', '",\n', '%', '\\', '\\{', '\\"', "\\'{", '\\LaTeX',
  '$', '~', '--', ' and ', ', ', 'author = {', 'and others', 'crossref = {a}', '\n@', '\n', '\r\n', 'month = jan',
  'url = {https://', 'doi = {10.1000/', '<', '&', '_', '^',
]
// oxfmt-ignore
const RIS = [
  'TY  - JOUR\n', 'ER  - \n', '\nAU  - ', '\nTI  - ', '\nDO  - 10.5555/a', '\nUR  - ', '\nPY  - 2024/', '\nT2  - ', '\nKW  - ',
  '\nC1  - ', '\n', '\r', '  - ', ';', '; https://', ',', '.', ' and others', '\u00a0', '\ufeff', '{', '$',
]
// oxfmt-ignore
const JSON_TOKENS = [
  '{', '}', '[', ']', '"', ',', ':', '\\', '\\u', '\\u0041', '\\ud800', '{"a":', '[{', '}]', '"id":"', '"title":"',
  '"authors":[', '""', 'null', 'true', '1', '1e9', '-', '.', '\n', '{"title":"a"}\n', '[1,', '{"paper":{', '\uFEFF',
]
// oxfmt-ignore
const XML = [
  '<', '>', '</', '/>', '<a>', '</a>', '<entry>', '</entry>', '<record>', '</record>', '<entry/>', '<entry ',
  '<a:entry>', '<author><name>', '</name></author>', '<title>', '</title>', '<summary>', '<metadata>',
  '<arXiv xmlns="', '<keyname>', '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', '<!DOCTYPE a [', '<!ENTITY a "',
  ']>', '&', '&amp;', '&#', '&#65;', '&a;', ';', '"', "'", '=', ' a="b"', ' a="', '<authors>', '<id>',
  'http://arxiv.org/abs/2601.00001',
]
// oxfmt-ignore
const ADDRESS = [
  '@', '.', '..', '-', '+', '"', '(', ')', '<', '>', ',', ';', ':', '\\', '[', ']', 'xn--', 'a@', '@b', 'b.c', '%',
  '=', '_', 'é', '例', '\u200d',
]
// oxfmt-ignore
const IDENTIFIER = [
  '10.', '10.1000/', '10.1000/a', 'doi:', 'https://doi.org/', 'https://', 'http:/', 'arxiv.org/abs/', 'arXiv:',
  'hep-th/', '9901001', '2601.00001', 'v1', '/', '//', '.', '%', '%2F', '%E0', '?', '#', '&', '(', ')', '<', '>',
  ';', ':', '_', '-', '[', ']', '{', '}', 'id=', 'pdf/',
]
// oxfmt-ignore
const DATE = [
  '2024', '20', '-', '/', ':', 'T', 'Z', '+', '.', ',', '1', '0', 'jan', 'January', '..', '12 ', 'Mon, ', '~', '?',
  'X', 'c. ',
]
// oxfmt-ignore
const NAME = [
  ',', ', ', ' and ', ' & ', '.', '. ', '-', '’', "'", '(', ')', '~', '\\', '{', '}', "\\'", '\\"{', '\\v ', '\\c{',
  'van ', 'de la ', 'Jr.', 'III', 'et al.', 'collaboration', ' for the ', ' on behalf of ', 'É', '王', '\u0301',
  '\u200d', '\u202e', ';', ':', '<sup>', '1', '*',
]
// oxfmt-ignore
const MIME = [
  '\r\n', '\r\n\r\n', '\n', '\r', ' ', '\t', '\r\n ', ':', ';', '"', '=', '--', '--b', '\r\n--b\r\n', '\r\n--b--\r\n',
  'Content-Type: multipart/report; boundary=b', 'Content-Type: text/plain', 'Content-Type: message/rfc822\r\n\r\n',
  'Content-Type: message/delivery-status\r\n\r\n', 'Content-Transfer-Encoding: base64\r\n',
  'Content-Transfer-Encoding: quoted-printable\r\n', '; boundary="', '; charset=utf-7', "*0*=utf-8''%", 'From: mailer-daemon@a',
  'Message-ID: <a@b>', 'Message-ID:', '<', '>', '> ', '@', ',', 'a@b', '(', ')', '=?utf-8?q?', '=?utf-8?b?', '?=', '=3D',
  'Action: failed', 'Status: 5.1.1', 'Status:', 'Diagnostic-Code: smtp; 550', '5.1.', '5.0.0 ', '550 ', '.', 'user ',
  'mailbox ', 'no such ', 'QUJD', '\0', '\u00e9',
]
// oxfmt-ignore
const PLAIN = [
  'a', 'A', '1', ' ', '  ', '\n', '\t', '.', ',', '-', '\u00a0', '\u0301', '\u200b', '\u200d', '\u202e', '\ud800',
  '\0', '😀', '漢', 'ﬁ', 'İ', 'ß', '\u1100\u1161', 'ก', '\u0e33', '=', ';', '%',
]
// oxfmt-ignore
const PAGE = [
  'Jul 8', 'Jul 8, 2025', '\n', '\n\n', 'Title', 'Upvote', '12', 'authors', '·', '…', '  ', ':', '- ', '# ', '\r',
  ',',
]

/** What each of them is also given: its own tokens would not tell what ordinary text does. */
export const ORDINARY = ['a', ' ', '\n', 'the ', '1'] as const

const chunks = async function* (text: string): AsyncGenerator<string> {
  // As a file is read.
  for (let at = 0; at < text.length; at += 65_536) yield text.slice(at, at + 65_536)
}

async function readAll(outcomes: AsyncIterable<HarvestOutcome>): Promise<void> {
  // What is found also goes on to where it is kept.
  for await (const outcome of outcomes) if (outcome.ok) JSON.stringify(outcome.paper)
}

/** Everything that reads text which people outside write: in requests, in what is looked up, and in files. */
export const PARSERS: ParserUnderTest[] = [
  // What is looked up.
  { name: 'markup of registries', most: 300_000, tokens: MARKUP, read: textOfMarkup },
  {
    name: 'an answer of a DOI registry',
    most: 600_000,
    tokens: MARKUP,
    read(text) {
      const author = {
        given: text.slice(0, 20_000),
        family: text.slice(0, 20_000),
        affiliation: [{ name: text }],
      }
      const item = {
        title: text,
        subtitle: [text],
        abstract: text,
        author: [author, { literal: text.slice(0, 400) }],
        issued: { raw: text },
        'container-title': text,
        page: text,
        license: [{ URL: text }],
        DOI: text.slice(0, 4_000),
      }
      return readDoiAnswer({ status: 200, text: JSON.stringify(item) }, { scheme: 'doi', value: '10.5555/a' })
    },
  },
  {
    name: 'an answer of a DOI registry that is any JSON',
    most: 2_000_000,
    tokens: JSON_TOKENS,
    read: (text) => readDoiAnswer({ status: 200, text }, { scheme: 'doi', value: '10.5555/a' }),
  },
  {
    name: 'an answer of arXiv',
    most: 500_000,
    tokens: XML,
    read: (text) =>
      readArxivAnswer(
        { status: 200, text: `<feed xmlns="http://www.w3.org/2005/Atom"><entry>${text}</entry></feed>` },
        { scheme: 'arxiv', value: '2601.00001' },
      ),
  },
  ...(['title', 'abstract', 'comments', 'journalReference', 'license', 'published'] as const).map((fact) => ({
    name: `the ${fact} of any source`,
    most: 60_000,
    tokens: [...PLAIN, ...NAME],
    read: (text: string) =>
      validatePaper({ source: 'jsonl', identifiers: ['10.5555/a'], title: 'Tides', [fact]: text }),
  })),
  {
    name: 'the authors of any source',
    most: 100_000,
    tokens: NAME,
    read: (text) =>
      validatePaper({
        source: 'jsonl',
        identifiers: ['10.5555/a'],
        title: 'Tides',
        authors: [{ name: text, affiliation: text, orcid: text }],
      }),
  },
  {
    name: 'many authors of any source',
    most: 100_000,
    tokens: NAME,
    read: (text) =>
      validatePaper({
        source: 'jsonl',
        identifiers: ['10.5555/a'],
        title: 'Tides',
        authors: Array.from({ length: text.length / 500 }, (_, i) => ({
          name: text.slice(i * 500, i * 500 + 500),
          family: text.slice(i * 500, i * 500 + 250),
          given: text.slice(i * 500, i * 500 + 250),
        })),
      }),
  },
  { name: 'a name in TeX', most: 20_000, tokens: NAME, read: texNameToUnicode },
  {
    name: 'names in BibTeX',
    most: 20_000,
    tokens: [',', ',,', ', et al.'],
    read: readBibtexNames,
  },
  { name: 'a line of authors', most: 60_000, tokens: NAME, read: splitAuthorLine },
  { name: 'a line to clean', most: 200_000, tokens: PLAIN, read: cleanLine },
  {
    name: 'paragraphs to clean',
    most: 200_000,
    tokens: PLAIN,
    read: (text) => cleanParagraphs(text, { indented: true }),
  },
  { name: 'a date of a source', most: 20_000, tokens: DATE, read: parseDate },

  // What is shown of it.
  { name: 'a title that is typeset', most: 2_000, tokens: TEX, read: (text) => typeset(text) },
  { name: 'an abstract that is typeset', most: 60_000, tokens: TEX, read: typesetAbstract },
  { name: 'a text made plain', most: 60_000, tokens: TEX, read: plainText },
  { name: 'the links in an abstract', most: 60_000, tokens: [...TEX, ...IDENTIFIER], read: findLinks },
  { name: 'an excerpt', most: 60_000, tokens: TEX, read: (text) => excerpt(text, 300) },
  { name: 'the key of a name', most: 500, tokens: NAME, read: nameKey },
  { name: 'a link', most: 20_000, tokens: IDENTIFIER, read: (text) => normaliseUrl(`https://${text}`) },
  {
    name: 'the kind of a link',
    most: 2_048,
    tokens: IDENTIFIER,
    read: (text) => classifyLink(`https://a.b/${text}`),
  },
  ...[
    { name: 'BibTeX', write: toBibtex },
    { name: 'RIS', write: toRis },
    { name: 'Markdown', write: toMarkdown },
  ].map(({ name, write }) => ({
    name: `what is exported as ${name}`,
    most: 60_000,
    tokens: [...TEX, ...MARKDOWN],
    read: (text: string) =>
      write(
        inventedPaper({
          title: text.slice(0, 2_000),
          abstract: text,
          comments: text.slice(0, 10_000),
          journalReference: text.slice(0, 10_000),
          authors: [{ name: text.slice(0, 500), affiliation: text.slice(0, 10_000) }],
        }),
        { url: 'https://tides.example/x', siteName: 'Tides' },
      ),
  })),
  {
    name: 'text with formulas as TeX',
    most: 100_000,
    tokens: ['$', '$a$', '\\$', '\\', 'a$ ', '{', '}', '\\frac{'],
    read: texOfText,
  },
  {
    name: 'many formulas exported as BibTeX',
    most: 120_000,
    tokens: ['\\verb|\\]', '\\verb|\\)', '\\]', '$a$ '],
    read: (text) =>
      toBibtex(inventedPaper({ abstract: text }), { url: 'https://tides.example/x', siteName: 'Tides' }),
  },
  { name: 'the words of a text', most: 60_000, tokens: [...QUERY, ...PLAIN, ...TEX], read: wordsIn },
  {
    name: 'the sentences of a text',
    most: 60_000,
    tokens: [...PLAIN, 'e.g. ', 'Fig. ', '! ', '?" '],
    read: sentencesIn,
  },
  { name: 'the words of a name', most: 500, tokens: NAME, read: nameWords },
  {
    name: 'the best passage of a paper',
    most: 60_000,
    tokens: [...QUERY, ...TEX],
    read: (text) =>
      bestPassage(
        { abstract: text, synopsis: null },
        new Map([
          ['a', 1],
          ['the', 2],
        ]),
      ),
  },

  // What mail servers send.
  {
    name: 'a message in the folder of bounces',
    most: 1_000_000,
    tokens: MIME,
    read: (text) => readReport(Buffer.from(text)),
  },
  {
    name: 'the delivery status of a bounce',
    most: 900_000,
    tokens: MIME,
    read: (text) =>
      readReport(Buffer.from(`Content-Type: message/delivery-status\r\nIn-Reply-To: <a>\r\n\r\n${text}`)),
  },
  {
    name: 'a bounce in plain text',
    most: 900_000,
    tokens: MIME,
    read: (text) =>
      readPlainBounce({ from: 'mailer-daemon@a', subject: text, failed: text, text, returned: null }),
  },

  // What readers send.
  { name: 'a comment', most: 10_000, tokens: MARKDOWN, read: renderComment },
  {
    name: 'a comment as it is sent',
    most: 120_000,
    tokens: MARKDOWN,
    read: (text) => readText(text, { trusted: false }),
  },
  { name: 'the links of a comment', most: 20_000, tokens: MARKDOWN, read: countLinks },
  { name: 'a query', most: 16_000, tokens: QUERY, read: (text) => formatQuery(parseQuery(text)) },
  { name: 'a range of dates', most: 16_000, tokens: DATE, read: parseDateRange },
  { name: 'an identifier', most: 120_000, tokens: IDENTIFIER, read: parseIdentifier },
  { name: 'an address of a paper', most: 16_000, tokens: IDENTIFIER, read: parseAddress },
  { name: 'an email address', most: 120_000, tokens: ADDRESS, read: parseEmailAddress },
  { name: 'an ORCID', most: 120_000, tokens: [...DATE, '0000-', 'https://orcid.org/'], read: parseOrcid },
  { name: 'a line that is typed', most: 120_000, tokens: PLAIN, read: (text) => isVisible(plainLine(text)) },
  { name: 'lines that are typed', most: 120_000, tokens: PLAIN, read: (text) => isVisible(plainLines(text)) },
  {
    name: 'where a form leads',
    most: 120_000,
    tokens: ['/', '\\', '//', '?', '#', ':', '..', '%2F', '@', '\t'],
    read: localPath,
  },
  {
    name: 'the name of a browser',
    most: 16_000,
    tokens: ['Mozilla/5.0', ' (', ')', ';', 'Firefox/', 'Chrome/', 'Safari/', 'Windows', '.', '/'],
    read: browserName,
  },
  {
    name: 'cookies',
    most: 16_000,
    tokens: ['=', ';', '; ', '"', 'broadsheet.session_token', '__Secure-', '%', '%20', ','],
    read: mayBeSignedIn,
  },

  // Files.
  { name: 'BibTeX', most: 100_000, tokens: BIBTEX, read: (text) => readAll(readBibtex(chunks(text))) },
  {
    name: 'a BibTeX entry',
    most: 8_000,
    tokens: [...BIBTEX, ...TEX],
    read: (text) =>
      readAll(
        readBibtex(
          chunks(`@article{a, title = {${text}}, author = {${text}}, doi = {10.5555/a}, year = 2026}\n`),
        ),
      ),
  },
  { name: 'RIS', most: 30_000, tokens: RIS, read: (text) => readAll(readRis(chunks(text))) },
  {
    name: 'CSL-JSON',
    most: 30_000,
    tokens: [...JSON_TOKENS, '"author":[{"family":"', '"issued":{"date-parts":[[', '"DOI":"10.5555/a"'],
    read: (text) => readAll(readCsl(chunks(text))),
  },
  {
    name: 'JSON Lines',
    most: 100_000,
    tokens: JSON_TOKENS,
    read: (text) => readAll(readJsonLines(chunks(text), { now: new Date(0) })),
  },
  {
    name: 'JSON of Hugging Face',
    most: 100_000,
    tokens: JSON_TOKENS,
    read: (text) => readAll(readHuggingFace(chunks(text), { now: new Date(0) })),
  },
  {
    name: 'Atom of arXiv',
    most: 250_000,
    tokens: XML,
    read: (text) => readAll(readArxivAtom(chunks(text))),
  },
  {
    name: 'OAI-PMH of arXiv',
    most: 250_000,
    tokens: XML,
    read: (text) => readAll(readArxivOai(chunks(text))),
  },
  {
    name: 'a page of trending papers',
    most: 100_000,
    tokens: PAGE,
    read: (text) => readAll(readTrendingPage(chunks(text), { now: new Date(0) })),
  },
  { name: 'a bibliography', most: 400_000, tokens: JSON_TOKENS, read: parseBibliography },
  {
    name: 'the encoding of a file',
    most: 400_000,
    tokens: PLAIN,
    async read(text) {
      const bytes = async function* () {
        yield Buffer.from(text)
      }
      for await (const decoded of decodeText(bytes()))
        if (decoded.length > text.length * 3) throw new Error('it grew')
    },
  },
  {
    name: 'the format of a file',
    most: 65_536,
    tokens: [...XML, ...JSON_TOKENS, ...BIBTEX],
    read: (text) => detectFormat({ name: 'a', head: text }),
  },
]

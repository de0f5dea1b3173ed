import { NOTICE_LABELS } from '../notices.ts'
import { othersText } from '../others.ts'
import type { Paper } from '../paper.ts'
import type { Source } from '../harvested-paper.ts'
import { clean, paragraphsOf } from '../tex/clean.ts'
import type { TexNode, TexStyle } from '../tex/nodes.ts'
import { parseTex } from '../tex/parse.ts'
import { plainText } from '../plain-text.ts'

const SOURCE_NAMES: Readonly<Record<Source, string>> = {
  'arxiv-oai': 'arXiv (OAI-PMH)',
  'arxiv-raw': 'arXiv (OAI-PMH, raw)',
  'arxiv-atom': 'arXiv (API)',
  'arxiv-daily': 'arXiv (daily announcements)',
  biorxiv: 'bioRxiv or medRxiv',
  'europe-pmc': 'Europe PMC',
  crossref: 'Crossref',
  openalex: 'OpenAlex',
  'semantic-scholar': 'Semantic Scholar',
  github: 'GitHub',
  feed: 'a web feed',
  huggingface: 'Hugging Face',
  jsonl: 'an imported JSON Lines file',
  bibliography: 'an imported bibliography',
  bibtex: 'an imported BibTeX file',
  ris: 'a RIS file',
  csl: 'a CSL-JSON file',
  page: 'an imported page',
  sample: 'the sample edition',
  doi: 'the registry of its DOI',
  submission: 'a submission',
  curator: 'a curator',
}

const MARKS: Readonly<Record<TexStyle, [opening: string, closing: string]>> = {
  em: ['*', '*'],
  strong: ['**', '**'],
  code: ['', ''],
  smallcaps: ['', ''],
  sup: ['<sup>', '</sup>'],
  sub: ['<sub>', '</sub>'],
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>$|~#&]/g, '\\$&')
}

/** Marks that open a heading, list, quotation or table only do so where a line begins. */
function escapeLineStart(line: string): string {
  return line.replace(/^(\s*)([-+=]|\d+(?=[.)]))/, (_, space: string, mark: string) => {
    return /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`
  })
}

function url(address: string): string {
  return address.replace(
    /[\s<>()\\]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

function nodesToMarkdown(nodes: TexNode[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return escapeMarkdown(node.text)
      if (node.kind === 'math') return node.display ? `$$${node.tex.trim()}$$` : `$${node.tex.trim()}$`
      const inner = nodesToMarkdown(node.children)
      if (node.kind === 'link') return `[${inner}](${url(node.url)})`
      const [opening, closing] = MARKS[node.style]
      // Markdown recognises emphasis only where its marks touch the words.
      return /^\s|\s$|^$/.test(inner) ? inner : opening + inner + closing
    })
    .join('')
}

function texToMarkdown(text: string): string {
  return paragraphsOf(text)
    .map((paragraph) => escapeLineStart(nodesToMarkdown(parseTex(paragraph)).replace(/\s+/g, ' ').trim()))
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
}

function line(text: string): string {
  return escapeMarkdown(plainText(text))
}

/**
 * The paper as a Markdown document for readers and language models: its facts, its texts with formulas as `$…$`, where
 * the facts come from, and the address of its page.
 */
export function toMarkdown(paper: Paper, options: { url: string; siteName: string }): string {
  const title = texToMarkdown(paper.title).replace(/\n+/g, ' ')
  const facts: [name: string, value: string][] = [
    [
      'Authors',
      [
        ...paper.authors.map((author) => line(author.name)),
        ...(paper.authorsTruncated ? [othersText(paper.authorsMissing)] : []),
      ].join(', '),
    ],
    ['Published', paper.published?.value ?? ''],
    ['Last version', versionLine(paper)],
    [
      'arXiv',
      paper.arxivId === null ? '' : `[${paper.arxivId}](${url(`https://arxiv.org/abs/${paper.arxivId}`)})`,
    ],
    [
      'DOI',
      paper.doi === null
        ? ''
        : `[${escapeMarkdown(clean(paper.doi))}](${url(`https://doi.org/${paper.doi}`)})`,
    ],
    ['Journal reference', line(paper.journalReference ?? '')],
    [
      'Published as',
      paper.publishedAs === null
        ? ''
        : `${line(paper.publishedAs.journal ?? '')} <${url(`https://doi.org/${paper.publishedAs.doi}`)}>`.trim(),
    ],
    ['Categories', paper.categories.map(line).join(', ')],
    ['Comments', line(paper.comments ?? '')],
    ['Licence', paper.licenseUrl === null ? '' : `<${url(paper.licenseUrl)}>`],
  ]
  const blocks = [
    `# ${title}`,
    paper.withdrawn ? '**This paper has been withdrawn.**' : '',
    ...paper.notices.map(
      ({ kind, date, doi }) =>
        `**${NOTICE_LABELS[kind]}${date === undefined ? '' : `, ${date}`}.**${doi === undefined ? '' : ` <${url(`https://doi.org/${doi}`)}>`}`,
    ),
    facts.flatMap(([name, value]) => (value === '' ? [] : [`- ${name}: ${value}`])).join('\n'),
    paper.synopsis === null ? '' : `## Synopsis\n\n${texToMarkdown(paper.synopsis)}`,
    paper.abstract === null ? '' : `## Abstract\n\n${texToMarkdown(paper.abstract)}`,
    paper.links.length === 0
      ? ''
      : `## Links\n\n${paper.links.map((link) => `- ${link.kind}: <${url(link.url)}>`).join('\n')}`,
    `---\n\n${origin(paper)}${line(options.siteName)}: <${url(options.url)}>`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function versionLine(paper: Paper): string {
  const last = paper.versions.at(-1)
  return last === undefined || last.number < 2 ? '' : `v${last.number}, ${last.submittedAt.slice(0, 10)}`
}

function origin(paper: Paper): string {
  const sources = [...new Set(Object.values(paper.provenance))].map((source) => SOURCE_NAMES[source])
  return sources.length === 0 ? '' : `Facts from ${sources.join(', ')}.\n\n`
}

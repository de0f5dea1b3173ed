export const FORMATS = [
  'jsonl',
  'page',
  'bibtex',
  'ris',
  'csl',
  'huggingface',
  'arxiv-oai',
  'arxiv-atom',
] as const
export type Format = (typeof FORMATS)[number]

const MARKUP_OF_FEED = /<(?:[\w.-]+:)?(?:feed|entry|rss|RDF|item)[\s>]/
const MARKUP_OF_OAI = /<(?:[\w.-]+:)?(?:OAI-PMH|ListRecords|GetRecord|record)[\s>]/
const DAILY_FIELDS = /"(?:daily_date|upvotes|submittedOnDailyAt|submitted_on_daily_at)"\s*:|"paper"\s*:\s*\{/
const CSL_FIELDS =
  /"(?:container-title|date-parts|citation-key|DOI|ISSN|literal)"\s*:|"type"\s*:\s*"(?:article|paper-conference|chapter|book|thesis|report)/
const RIS_RECORD = /^\s{0,4}TY\s{1,3}-\s/m
const PAGE_HEADER = /^\s*(?:new\s+)?(?:get trending papers|subscribe\s|by ?ak\b)/i

/** The format of a file, told by its name and the first 64 kB or so of its (decoded) text; null where neither tells. */
export function detectFormat({ name, head }: { name: string; head: string }): Format | null {
  const text = head
    .replace(/^\ufeff/, '')
    .trimStart()
    .replace(/<!--[^]*?(?:-->|$)/g, '')
  const extension = /\.([a-z]+)$/.exec(name.toLowerCase().replace(/\.gz$/, ''))?.[1] ?? ''
  if (text.startsWith('<')) {
    const feed = text.search(MARKUP_OF_FEED)
    const oai = text.search(MARKUP_OF_OAI)
    if (feed === -1 && oai === -1) return null
    return oai === -1 || (feed !== -1 && feed < oai) ? 'arxiv-atom' : 'arxiv-oai'
  }
  if (text.startsWith('[')) {
    if (DAILY_FIELDS.test(text)) return 'huggingface'
    return CSL_FIELDS.test(text) ? 'csl' : null
  }
  if (text.startsWith('{')) {
    const line = text.slice(0, text.indexOf('\n') === -1 ? text.length : text.indexOf('\n')).trim()
    if (line === '{') return null
    return DAILY_FIELDS.test(line) ? 'huggingface' : 'jsonl'
  }
  // Files are named by what they were once: their text counts first.
  if (RIS_RECORD.test(text.slice(0, 2_000))) return 'ris'
  if (/^[ \t]*@[a-z]+[ \t]*[{(]/im.test(text)) return 'bibtex'
  if (extension === 'ris') return 'ris'
  if (extension === 'bib' || extension === 'bibtex') return 'bibtex'
  if (extension === 'jsonl' || extension === 'ndjson') return 'jsonl'
  if (text !== '' && (extension === 'txt' || PAGE_HEADER.test(text))) return 'page'
  return null
}

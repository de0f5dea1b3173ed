import { DomUtils, parseDocument } from 'htmlparser2'

/** What Zotero would save. */
export type ZoteroItem = {
  itemType: string
  creators: { firstName: string; lastName: string }[]
  attachments: { url: string; mimeType: string }[]
} & Record<string, unknown>

/**
 * What Zotero's button would offer on a page, by the rules of its two translators for pages that describe works
 * themselves, as they are published (github.com/zotero/translators, COinS.js and Embedded Metadata.js with RDF.js; zotero/utilities,
 * openurl.js). COinS comes before embedded metadata wherever a page has both.
 */
export function zoteroOn(
  html: string,
  { url }: { url: string },
): { translator: 'COinS' | 'Embedded Metadata'; items: ZoteroItem[] } | null {
  const document = parseDocument(html)
  const coins = elements(document, 'span')
    .filter(({ attribs }) => (attribs['class'] ?? '').split(/\s+/).includes('Z3988'))
    .flatMap(({ attribs }) => itemOfContextObject(attribs['title'] ?? '') ?? [])
    // Of others it would ask elsewhere.
    .filter(({ title }) => typeof title === 'string')
  if (coins.length > 0) return { translator: 'COinS', items: coins }
  const item = itemOfMetadata(document, url)
  return item && { translator: 'Embedded Metadata', items: [item] }
}

type Document = ReturnType<typeof parseDocument>

function elements(document: Document, name: string) {
  return DomUtils.getElementsByTagName(name, document)
}

/** Items that Zotero knows, as far as they are told here. */
const ITEM_TYPES = new Set([
  'journalArticle',
  'conferencePaper',
  'bookSection',
  'book',
  'thesis',
  'report',
  'document',
  'preprint',
  'dataset',
  'computerProgram',
  'webpage',
  'manuscript',
  'patent',
])

function emptyItem(itemType: string): ZoteroItem {
  return { itemType, creators: [], attachments: [] }
}

/** A name in parts. Punctuation around it goes, then the comma divides, or else the last space. */
function cleanAuthor(text: string, { useComma }: { useComma: boolean }): ZoteroItem['creators'][number] {
  const name = text
    .replace(/^[\s.,/[\]:]+/, '')
    .replace(/[\s.,/[\]:]+$/, '')
    // Only the first.
    .replace(/\s+/, ' ')
  const [lastName = '', firstName = ''] = useComma
    ? name.split(/, ?/)
    : [name.slice(name.lastIndexOf(' ') + 1), name.slice(0, Math.max(0, name.lastIndexOf(' ')))]
  const initials = firstName
    .split(/[\s.]+/)
    .filter((part) => part !== '')
    .map((part) => (/^[A-Z\u0400-\u042F]$/.test(part) ? `${part}.` : part))
  return { firstName: initials.join(' '), lastName }
}

/** `parseContextObject`: an OpenURL in key-encoded values as an item; null where it is of no kind that Zotero knows. */
function itemOfContextObject(text: string): ZoteroItem | null {
  const parts = text.split('&').map((part): [string, string] => {
    const [key = '', value = ''] = part.split('=')
    // It takes even an encoded plus for a space.
    return [key, decodeURIComponent(value.replaceAll(/\+|%2b/gi, ' '))]
  })
  const has = (key: string, value: string) => parts.some(([k, v]) => k === key && v === value)
  const itemType = typeOf(parts.find(([key]) => key === 'rft_val_fmt')?.[1] ?? '', (genre) =>
    has('rft.genre', genre),
  )
  if (itemType === null) return null
  const item = emptyItem(itemType)
  const isPart = () => ['journalArticle', 'bookSection', 'conferencePaper'].includes(item.itemType)
  for (const [key, value] of parts) {
    if (value === '') continue
    switch (key) {
      case 'rft_id':
        if (value.toLowerCase().startsWith('info:doi')) item['DOI'] = value.slice(9)
        else if (/^https?:\/\//.test(value)) item['url'] = value
        break
      case 'rft.btitle':
        item[isPart() ? 'publicationTitle' : 'title'] = value
        break
      case 'rft.atitle':
        if (isPart()) item['title'] = value
        break
      case 'rft.jtitle':
        if (item.itemType === 'journalArticle') item['publicationTitle'] = value
        break
      case 'rft.title':
        item[isPart() ? 'publicationTitle' : 'title'] = value
        break
      case 'rft.date':
      case 'rft.volume':
      case 'rft.issue':
      case 'rft.pages':
        item[key.slice(4)] = value
        break
      case 'rft.au':
      case 'rft.creator':
        item.creators.push(cleanAuthor(value, { useComma: value.includes(',') }))
        break
      case 'rft.aulast':
      case 'rft.aufirst':
      case 'rft.aucorp':
        throw new Error('these come before all others, whatever their order is')
      case 'rft.pub':
      case 'rft.publisher':
        item['publisher'] = value
        break
      case 'rft.inst':
        if (item.itemType === 'thesis') item['publisher'] = value
        break
      case 'rft.degree':
        if (item.itemType === 'thesis') item['type'] = value
        break
      case 'rft.type':
        if (item.itemType !== 'thesis' && ITEM_TYPES.has(value)) item.itemType = value
        break
      case 'rft.source':
        if (item.itemType !== 'thesis') item['publicationTitle'] = value
        break
      default:
    }
  }
  return item
}

function typeOf(format: string, isGenre: (genre: string) => boolean): string | null {
  switch (format) {
    case 'info:ofi/fmt:kev:mtx:journal':
      return 'journalArticle'
    case 'info:ofi/fmt:kev:mtx:book':
      if (isGenre('bookitem')) return 'bookSection'
      if (isGenre('conference') || isGenre('proceeding')) return 'conferencePaper'
      if (isGenre('report')) return 'report'
      return isGenre('document') ? 'document' : 'book'
    case 'info:ofi/fmt:kev:mtx:dissertation':
      return 'thesis'
    case 'info:ofi/fmt:kev:mtx:dc':
      return 'webpage'
    default:
      return null
  }
}

/** Fields by the tags of Highwire Press; they win over those of RDF. */
const HIGHWIRE: Readonly<Record<string, string>> = {
  citation_title: 'title',
  citation_publication_date: 'date',
  citation_journal_title: 'publicationTitle',
  citation_inbook_title: 'publicationTitle',
  citation_volume: 'volume',
  citation_issue: 'issue',
  citation_conference_title: 'conferenceName',
  citation_dissertation_institution: 'university',
  citation_technical_report_institution: 'institution',
  citation_technical_report_number: 'number',
  citation_publisher: 'publisher',
  citation_abstract: 'abstractNote',
  citation_doi: 'DOI',
}

/** The kinds of works that tags of Highwire Press stand for; these are believed before anything else. */
const HIGHWIRE_TYPES: Readonly<Record<string, string>> = {
  citation_journal_title: 'journalArticle',
  citation_technical_report_institution: 'report',
  citation_conference_title: 'conferencePaper',
  citation_inbook_title: 'bookSection',
  citation_dissertation_institution: 'thesis',
}

/** Embedded metadata: first what is told as RDF (here Dublin Core and Open Graph), then what Highwire's tags say over it. */
function itemOfMetadata(document: Document, url: string): ZoteroItem | null {
  const tags = elements(document, 'meta').flatMap(({ attribs }): [string, string][] => {
    const name = attribs['name'] ?? attribs['property']
    return name && attribs['content'] ? [[name, attribs['content']]] : []
  })
  const all = (name: string) => tags.filter(([tag]) => tag === name).map(([, content]) => content)
  const first = (name: string) => all(name)[0]
  const hwType = tags.flatMap(([name]) => HIGHWIRE_TYPES[name] ?? []).at(-1) ?? null
  const dcType = first('DC.type')
  const rdfType =
    first('og:type') === 'website'
      ? 'webpage'
      : dcType !== undefined && ITEM_TYPES.has(dcType)
        ? dcType
        : null
  const guess = first('citation_title') === undefined ? null : 'journalArticle'
  const itemType = hwType ?? rdfType ?? guess ?? (first('og:title') === undefined ? null : 'webpage')
  if (itemType === null) return null
  const item = emptyItem(itemType)
  Object.assign(item, {
    title: first('og:title'),
    publicationTitle: first('og:site_name'),
    url: first('og:url'),
    abstractNote: first('og:description'),
  })
  for (const [tag, field] of Object.entries(HIGHWIRE)) {
    const value = first(tag)?.replaceAll(/\s+/g, ' ').trim()
    if (value) item[field] = value
  }
  item.creators = highwireCreators(all('citation_author'))
  const [from, to] = [first('citation_firstpage'), first('citation_lastpage')]
  if (from) item['pages'] = to ? `${from}-${to}` : from
  item['date'] ??= first('citation_online_date')
  const pdf = first('citation_pdf_url')
  if (pdf) item.attachments.push({ url: pdf, mimeType: 'application/pdf' })
  item['url'] ??= first('citation_abstract_html_url') ?? url
  return item
}

function highwireCreators(nodes: string[]): ZoteroItem['creators'] {
  let last: string | null = null
  return nodes.flatMap((node) => {
    let names = node.split(/\s*;\s*/)
    if (names.length === 1 && nodes.length === 1) {
      const byComma = node.split(/\s*,\s*/)
      if (byComma.length > 1 && byComma[0]?.includes(' ') && byComma[1]?.includes(' ')) names = byComma
    }
    return names.flatMap((text) => {
      const name = text.trim()
      if (!/[^\s,-.;]/.test(name) || name === last) return []
      last = name
      return [cleanAuthor(name, { useComma: name.includes(',') })]
    })
  })
}

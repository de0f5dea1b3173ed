import { decodeXML } from 'entities'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { MAX_RECORD_LENGTH } from './lines.ts'
import { RECORD_TOO_LONG } from './refusal.ts'

/** One record of an XML text, parsed, or why it is none; records and lines count from 1. */
export type XmlRecord =
  | { ok: true; number: number; line: number; element: XmlElement; xml: string }
  | { ok: false; number: number; line: number; reason: string; xml: string }

/** An element without its namespace prefix; `text` is all the text in it, with that of the elements inside. */
export type XmlElement = {
  name: string
  attributes: Map<string, string>
  children: XmlElement[]
  text: string
}

/**
 * Every element called one of `elements` (whatever its namespace prefix) in a stream of XML: one document, several one after
 * another, or a fragment. Each is checked and parsed by itself, so that no other is lost with a malformed one; one that is
 * not closed ends where the next begins. XML's five entities and numeric ones are decoded; a document's own are refused.
 */
export async function* readXmlRecords(
  chunks: AsyncIterable<string>,
  { elements }: { elements: readonly string[] },
): AsyncGenerator<XmlRecord> {
  let buffer = ''
  // What comes before `at` has been searched; `token` is the markup that began there and has not ended.
  let at = 0
  let token: Token | null = null
  let line = 1
  let count = 0
  let inside = false
  let depthOfSame = 0
  let opened = ''

  const drop = (end: number) => {
    line += lineBreaks(buffer, end)
    buffer = buffer.slice(end)
    at = 0
  }

  for await (const chunk of withEnd(chunks)) {
    buffer += chunk ?? ''
    const ended = chunk === null
    while (true) {
      if (token === null) {
        const open = buffer.indexOf('<', at)
        at = open === -1 ? buffer.length : open
        if (!inside) drop(at)
        if (open === -1 || (!ended && buffer.length - at < LONGEST_OPENING)) break
        token = tokenAt(buffer, at)
        token.searched = at + token.opening
      }
      const end = endOf(token, buffer)
      if (end === -1) break
      if (token.kind === 'broken') {
        at = end
        token = null
        continue
      }
      const tag = token.kind === 'tag' ? TAG.exec(buffer.slice(token.start, end)) : null
      const name = tag?.[2] ?? ''
      const isOurs = tag !== null && elements.includes(name)
      const begins = isOurs && tag[1] !== '/'
      const start = token.start
      token = null
      at = end
      if (begins) {
        if (inside)
          yield refuse('The record is not closed before the next one begins.', {
            number: count,
            line,
            xml: buffer.slice(0, start),
          })
        drop(start)
        at = end - start
        count += 1
        inside = true
        opened = name
        depthOfSame = tag[3] === '/' ? 0 : 1
      } else if (name === opened && inside && tag?.[1] === '/') depthOfSame -= 1
      if (inside && depthOfSame === 0) {
        const xml = buffer.slice(0, at)
        yield xml.length > MAX_RECORD_LENGTH
          ? refuse(RECORD_TOO_LONG, { number: count, line, xml: '' })
          : parseRecord(xml, { number: count, line, xml })
        drop(at)
        inside = false
      } else if (!inside) drop(at)
    }
    if (buffer.length > MAX_RECORD_LENGTH + LONGEST_OPENING) {
      if (inside) yield refuse(RECORD_TOO_LONG, { number: count, line, xml: '' })
      // The markup that fills it may be a comment that nobody closes: what follows is searched afresh.
      drop(buffer.length)
      inside = false
      token = null
    }
  }
  if (inside)
    yield refuse('The file ends in the middle of this record.', { number: count, line, xml: buffer })
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name)
}

/** All children of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

/** The text of the first child of that name. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text
}

type Token = {
  kind: 'tag' | 'broken' | 'other'
  start: number
  opening: number
  close: string
  searched: number
  /** The quotation mark of the attribute that the search has come to, or ''. */
  quote: string
}

const LONGEST_OPENING = '<![CDATA['.length
const TAG = /^<(\/?)(?:[^\s<>/:="']+:)?([^\s<>/:="']+)[^]*?(\/?)>$/

function tokenAt(buffer: string, start: number): Token {
  const token = (kind: Token['kind'], opening: string, close: string): Token => ({
    kind,
    start,
    opening: opening.length,
    close,
    searched: start,
    quote: '',
  })
  if (buffer.startsWith('<!--', start)) return token('other', '<!--', '-->')
  if (buffer.startsWith('<![CDATA[', start)) return token('other', '<![CDATA[', ']]>')
  if (buffer.startsWith('<?', start)) return token('other', '<?', '?>')
  return token('tag', '<', '>')
}

/** Where the markup ends (after its last character), or -1 where that is still to come. */
function endOf(token: Token, buffer: string): number {
  if (token.kind === 'other') {
    const found = buffer.indexOf(token.close, token.searched)
    // Its end may be cut in two by the end of the chunk.
    token.searched = Math.max(token.searched, buffer.length - token.close.length + 1)
    return found === -1 ? -1 : found + token.close.length
  }
  for (let at = token.searched; at < buffer.length; at += 1) {
    const char = buffer.charAt(at)
    if (char === '<') {
      token.kind = 'broken'
      return at
    }
    if (token.quote !== '') token.quote = char === token.quote ? '' : token.quote
    else if (char === '"' || char === "'") token.quote = char
    else if (char === '>') return at + 1
  }
  token.searched = buffer.length
  return -1
}

async function* withEnd(chunks: AsyncIterable<string>): AsyncGenerator<string | null> {
  for await (const chunk of chunks) {
    // In pieces, so that no chunk is ever much longer than a record may be.
    for (let at = 0; at < chunk.length; at += 65_536) yield chunk.slice(at, at + 65_536)
  }
  yield null
}

function lineBreaks(text: string, end: number): number {
  let breaks = 0
  for (let at = 0; at < end; at += 1) if (text.charCodeAt(at) === NEWLINE) breaks += 1
  return breaks
}

const NEWLINE = 10

/** Where a record is, and its text: empty where that is too long. */
type Place = { number: number; line: number; xml: string }

function refuse(reason: string, place: Place): XmlRecord {
  return { ok: false, ...place, reason }
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  cdataPropName: '#cdata',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // Decoded below, which covers numeric entities but not a document's own.
  processEntities: false,
})

function parseRecord(xml: string, place: Place): XmlRecord {
  if (/<!(?!--|\[CDATA\[)/.test(xml.replace(/<!\[CDATA\[[^]*?\]\]>|<!--[^]*?-->/g, ''))) {
    return refuse('The record is not well-formed XML (it declares a document type or entities).', place)
  }
  const valid = XMLValidator.validate(xml)
  if (valid !== true) {
    const at = place.line + valid.err.line - 1
    return refuse(
      `The record is not well-formed XML (line ${at}: ${valid.err.msg.replace(/\.$/, '')}).`,
      place,
    )
  }
  let nodes: unknown
  try {
    nodes = parser.parse(xml)
  } catch {
    return refuse('The record is not readable XML.', place)
  }
  const element = elementsOf(nodes)[0]
  return element ? { ok: true, ...place, element } : refuse('The record is empty.', place)
}

type OrderedNode = Record<string, unknown>

function elementsOf(nodes: unknown): XmlElement[] {
  return (nodes as OrderedNode[]).flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@')
    if (name === undefined || name.startsWith('#') || name.startsWith('?')) return []
    const attributes = Object.entries((node[':@'] ?? {}) as Record<string, string>)
    return [
      {
        name,
        attributes: new Map(attributes.map(([key, value]) => [key, decodeXML(value)])),
        children: elementsOf(node[name]),
        text: textIn(node[name]),
      },
    ]
  })
}

function textIn(nodes: unknown): string {
  return (nodes as OrderedNode[])
    .map((node) => {
      if ('#text' in node) return decodeXML(String(node['#text']))
      const name = Object.keys(node).find((key) => key !== ':@')
      if (name === '#cdata')
        return (node[name] as OrderedNode[]).map((part) => String(part['#text'])).join('')
      return name === undefined || name.startsWith('?') ? '' : textIn(node[name])
    })
    .join('')
}

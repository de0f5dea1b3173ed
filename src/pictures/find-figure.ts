import { DomUtils, parseDocument } from 'htmlparser2'
import { plainText } from '../papers/plain-text.ts'

/** A figure in an HTML edition: the absolute address of its image, and its caption in plain text. */
export type Figure = { url: URL; caption: string }

type Element = ReturnType<typeof DomUtils.getElementsByTagName>[number]

/** As in the DOM. */
const TEXT_NODE = 3
const LONGEST_CAPTION = 600
/** Icons and lines of text are no figures. */
const LEAST_SIDE = 120

/**
 * The first figure of an HTML edition as arXiv makes them (LaTeXML): the first image of the first figure that is no table and
 * has one of some size. `page` is the address that the text came from.
 */
export function findFigure(html: string, { page }: { page: URL }): Figure | null {
  const document = parseDocument(html)
  const baseHref = DomUtils.getElementsByTagName('base', document, true, 1)[0]?.attribs['href']
  const base = URL.parse(baseHref ?? '', page) ?? page
  for (const figure of DomUtils.getElementsByTagName('figure', document, true)) {
    if (!hasClass(figure, 'ltx_figure')) continue
    const image = DomUtils.getElementsByTagName('img', figure, true).find(isLargeEnough)
    const url = image && URL.parse(image.attribs['src']?.trim() ?? '', base)
    if (!url || !/^https?:$/.test(url.protocol)) continue
    return { url, caption: captionOf(figure) }
  }
  return null
}

function hasClass({ attribs }: Element, name: string): boolean {
  return (attribs['class'] ?? '').split(/\s+/).includes(name)
}

function isLargeEnough({ attribs }: Element): boolean {
  const [width, height] = [attribs['width'], attribs['height']].map(
    (text) => Number.parseFloat(text ?? '') || LEAST_SIDE,
  )
  return Math.min(width ?? 0, height ?? 0) >= LEAST_SIDE
}

/** Formulas are written as their TeX tells, in plain characters; `Figure 1:` is left out. */
function captionOf(figure: Element): string {
  const captions = DomUtils.getElementsByTagName('figcaption', figure, true)
  const caption = captions.find((one) => one.parent === figure) ?? captions[0]
  if (!caption) return ''
  const text = plainText(textIn(caption)).replace(/\s+/g, ' ').trim()
  const told = text.replace(/^(?:Figure|Fig\.?)\s*\S*?[:.]\s*/i, '')
  return told.length <= LONGEST_CAPTION ? told : `${told.slice(0, LONGEST_CAPTION).replace(/\s+\S*$/, '')} …`
}

function textIn(node: Element['children'][number]): string {
  if (node.nodeType === TEXT_NODE) return 'data' in node ? node.data : ''
  if (!('children' in node)) return ''
  if ('name' in node && node.name === 'math') {
    const tex = 'attribs' in node ? (node.attribs['alttext'] ?? '') : ''
    return tex === '' ? '' : `$${tex}$`
  }
  return node.children.map((child) => textIn(child)).join('')
}

import { safeAddress } from './addresses.ts'
import { ACCENT, INK, RULE } from './look.ts'

/** How the elements of a note look; what is not among them is shown as its text. */
const STYLES: Record<string, string> = {
  p: 'margin:0 0 10px',
  ul: 'margin:0 0 10px;padding:0 0 0 22px',
  ol: 'margin:0 0 10px;padding:0 0 0 22px',
  li: '',
  blockquote: `margin:0 0 10px;padding:0 0 0 12px;border-left:2px solid ${RULE}`,
  pre: 'margin:0 0 10px;font-family:monospace;white-space:pre-wrap',
  code: 'font-family:monospace',
  strong: '',
  em: '',
  s: '',
  br: '',
}

/**
 * A curator's note, from the HTML that our Markdown makes, as a mail needs it: styles on the elements, whole addresses, and nothing
 * else. Only elements that are known stay, whatever it was made by.
 */
export function headNoteHtml(html: string, { origin }: { origin: string }): string {
  let isInLink = false
  return html.replaceAll(
    /<(\/?)([a-z][a-z\d]*)\b([^>]*)>/gi,
    (_, end: string, written: string, rest: string) => {
      const name = written.toLowerCase()
      if (name === 'a') {
        if (end !== '') {
          const wasInLink = isInLink
          isInLink = false
          return wasInLink ? '</a>' : ''
        }
        const href = linkIn(rest, origin)
        isInLink = href !== null
        return href === null ? '' : `<a class="a" href="${href}" style="color:${ACCENT}">`
      }
      const style = STYLES[name]
      if (style === undefined) return ''
      if (end !== '') return `</${name}>`
      const coloured = name === 'p' || name === 'li' ? `color:${INK}` : ''
      const all = [style, coloured].filter((part) => part !== '').join(';')
      return all === '' ? `<${name}>` : `<${name}${coloured === '' ? '' : ' class="i"'} style="${all}">`
    },
  )
}

/** The address of a link as it stands in HTML. */
function linkIn(attributes: string, origin: string): string | null {
  const href = /\bhref="([^"]*)"/.exec(attributes)?.[1] ?? ''
  const url = href.startsWith('/') && !href.startsWith('//') ? origin + href : href
  return safeAddress(url.replaceAll('&amp;', '&')) === null ? null : url
}

import { html, raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { safeAddress } from './addresses.ts'
import { INK, MARGIN, PAPER, SERIF, STYLE, WIDTH } from './look.ts'

/** Word knows no greatest width, but tables of a fixed one; and it would scale pixels as if they were points. */
const FOR_WORD = {
  head: '<!--[if mso]><xml xmlns:o="urn:schemas-microsoft-com:office:office"><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->',
  before: `<!--[if mso]><table role="presentation" width="${WIDTH}" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->`,
  after: '<!--[if mso]></td></tr></table><![endif]-->',
}

/**
 * A mail's HTML, whole: one column, `WIDTH` pixels wide at most. `preheader` is what an inbox shows after the subject; `children`
 * are the rows of its table.
 */
export function mailDocument({
  title,
  preheader,
  children,
}: {
  title: string
  preheader: string
  children: Child
}): string {
  return htmlOf(
    html`<!doctype html>${(
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta name="supported-color-schemes" content="light dark" />
            {/* Phones would make links of numbers and dates. */}
            <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
            <title>{title}</title>
            {raw(FOR_WORD.head)}
            <style>{raw(STYLE)}</style>
          </head>
          <body class="p" style={`margin:0;padding:0;background-color:${PAPER}`}>
            {preheader !== '' && (
              <div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{preheader}</div>
            )}
            {/* Mail on the web drops <html> and <body>, and the language with them. */}
            <table
              role="presentation"
              lang="en"
              class="p"
              width="100%"
              cellpadding={0}
              cellspacing={0}
              border={0}
              style={`background-color:${PAPER}`}
            >
              <tr>
                <td align="center">
                  {raw(FOR_WORD.before)}
                  <table
                    role="presentation"
                    width="100%"
                    cellpadding={0}
                    cellspacing={0}
                    border={0}
                    style={`max-width:${WIDTH}px;margin:0 auto`}
                  >
                    {children}
                  </table>
                  {raw(FOR_WORD.after)}
                </td>
              </tr>
            </table>
          </body>
        </html>
      )}`,
  )
}

/** A row of the mail's table, with room above and below it in pixels. */
export function Row({ top, bottom = 0, children }: { top: number; bottom?: number; children: Child }) {
  return (
    <tr>
      <td
        class="g i"
        style={`padding:${top}px ${MARGIN}px ${bottom}px;text-align:left;word-break:break-word;font:16px/1.5 ${SERIF};color:${INK}`}
      >
        {children}
      </td>
    </tr>
  )
}

/**
 * What stands under a strong line, `line` pixels high, with `room` between them; Word draws lines and keeps room in cells alone.
 */
export function Ruled({ line, room, children }: { line: number; room: number; children: Child }) {
  return (
    <table role="presentation" width="100%" cellpadding={0} cellspacing={0} border={0}>
      <tr>
        <td class="t" style={`padding:${room}px 0 0;border-top:${line}px solid ${INK}`}>
          {children}
        </td>
      </tr>
    </table>
  )
}

/** A link, or only what it says where the address may not be linked. */
export function Link({
  url,
  className,
  style,
  children,
}: {
  url: string
  className: string
  style: string
  children: Child
}) {
  const href = safeAddress(url)
  if (href === null) return <span>{children}</span>
  return (
    <a class={className} href={href} style={style}>
      {children}
    </a>
  )
}

/** An element as the text that is sent. */
export function htmlOf(element: { toString(): string }): string {
  return element.toString()
}

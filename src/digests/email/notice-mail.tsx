import { Link, mailDocument, Row, Ruled } from './document.tsx'
import { safeAddress } from './addresses.ts'
import { oneLine, wrap } from './lines.ts'
import { ACCENT, INK, ON_ACCENT, SANS, SERIF, SOFT } from './look.ts'

/**
 * A small mail about one thing that its reader can do: a heading, paragraphs, a button, and what is to be said after it (that one may
 * ignore it, how long the link is good). HTML in the look of issues, and a text.
 */
export type PlainMail = {
  site: { name: string; origin: string }
  heading: string
  paragraphs: string[]
  /** A verb, and where it leads. */
  button: { label: string; url: string }
  afterwards: string[]
}

/** Both forms of a small mail. Throws where its button leads nowhere: we make the address ourselves. */
export function plainMail({ site, heading, paragraphs, button, afterwards }: PlainMail): {
  html: string
  text: string
} {
  const url = safeAddress(button.url)
  if (url === null) throw new Error('The address of the button of a mail cannot be linked.')
  const mail: PlainMail = {
    site: { name: oneLine(site.name), origin: site.origin },
    heading: oneLine(heading),
    paragraphs: paragraphs.map(oneLine),
    button: { label: oneLine(button.label), url },
    afterwards: afterwards.map(oneLine),
  }
  return { html: noticeHtml(mail), text: noticeText(mail) }
}

function noticeHtml({ site, heading, paragraphs, button, afterwards }: PlainMail): string {
  return mailDocument({
    title: heading,
    preheader: paragraphs[0] ?? '',
    children: (
      <>
        <Row top={24}>
          <p style={`margin:0 0 10px;font:bold 28px/1.1 ${SERIF}`}>
            <Link url={site.origin} className="i" style={`color:${INK};text-decoration:none`}>
              {site.name}
            </Link>
          </p>
          <Ruled line={3} room={20}>
            <h1 class="i" style={`margin:0;font:bold 24px/1.2 ${SERIF};color:${INK}`}>
              {heading}
            </h1>
            {paragraphs.map((paragraph) => (
              <p class="i" style={`margin:12px 0 0;font:16px/1.5 ${SERIF};color:${INK}`}>
                {paragraph}
              </p>
            ))}
          </Ruled>
        </Row>
        <Row top={24}>
          {/* Word knows no room around links, but in cells. */}
          <table role="presentation" cellpadding={0} cellspacing={0} border={0}>
            <tr>
              <td
                class="b"
                style={`padding:12px 24px;background-color:${ACCENT};font:bold 16px/1.25 ${SANS}`}
              >
                <Link url={button.url} className="w" style={`color:${ON_ACCENT};text-decoration:none`}>
                  {button.label}
                </Link>
              </td>
            </tr>
          </table>
        </Row>
        <Row top={20} bottom={32}>
          {afterwards.map((paragraph) => (
            <p class="s" style={`margin:0 0 10px;font:14px/1.5 ${SANS};color:${SOFT}`}>
              {paragraph}
            </p>
          ))}
        </Row>
      </>
    ),
  })
}

function noticeText({ site, heading, paragraphs, button, afterwards }: PlainMail): string {
  return [
    wrap(heading),
    ...paragraphs.map((paragraph) => wrap(paragraph)),
    `${wrap(`${button.label}:`)}\n${button.url}`,
    ...afterwards.map((paragraph) => wrap(paragraph)),
    `${site.name}\n${site.origin}`,
  ]
    .join('\n\n')
    .concat('\n')
}

import { escapeXml } from '../../runtime/xml-text.ts'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'
import type { Site } from '../site.ts'
import { FRAME } from './card.tsx'
import { votesInWords } from './drawn.ts'

/** What people paste to show a paper elsewhere, folded away. */
export function EmbedBox({ site, paper }: { site: Site; paper: Paper }) {
  const url = site.origin + addressPath(paper.address)
  const badge = `${url}/badge.svg`
  const alt = `${site.name}: votes for this paper`
  const snippets = [
    {
      name: 'Badge, in Markdown',
      text: `[![${markdownText(alt)}](${markdownUrl(badge)})](${markdownUrl(url)})`,
    },
    {
      name: 'Badge, in HTML',
      text: `<a href="${escapeXml(url)}"><img src="${escapeXml(badge)}" alt="${escapeXml(alt)}" height="20"></a>`,
    },
    { name: 'Card, in HTML', text: cardFrame(site, { paper, ...FRAME }) },
    { name: 'oEmbed', text: oembedAddress(site, { paper, format: 'json' }) },
  ]
  return (
    <section class="box embed" aria-label="Embed">
      <details>
        <summary>Embed this paper</summary>
        <p>
          <img
            src={`${addressPath(paper.address)}/badge.svg`}
            alt={`${site.name}: ${votesInWords(paper)}`}
            height="20"
            loading="lazy"
          />
        </p>
        <dl>
          {snippets.map(({ name, text }) => (
            <div>
              <dt>{name}</dt>
              <dd>
                <code>{text}</code>
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  )
}

/** The links by which other programs find out how to show a paper's address (oEmbed, discovery). */
export function oembedLinks(site: Site, paper: Paper) {
  const title = plainText(paper.title)
  return (
    <>
      <link
        rel="alternate"
        type="application/json+oembed"
        href={oembedAddress(site, { paper, format: 'json' })}
        title={title}
      />
      <link
        rel="alternate"
        type="text/xml+oembed"
        href={oembedAddress(site, { paper, format: 'xml' })}
        title={title}
      />
    </>
  )
}

function oembedAddress(site: Site, { paper, format }: { paper: Paper; format: 'json' | 'xml' }): string {
  const query = new URLSearchParams({ url: site.origin + addressPath(paper.address), format })
  return `${site.origin}/oembed?${query.toString()}`
}

/** The HTML that shows a paper's card on another site. */
export function cardFrame(
  site: Site,
  { paper, width, height }: { paper: Paper; width: number; height: number },
): string {
  const src = `${site.origin}${addressPath(paper.address)}/card`
  const title = `${plainText(paper.title)} · ${site.name}`
  return `<iframe src="${escapeXml(src)}" title="${escapeXml(title)}" width="${width}" height="${height}" style="border:0;max-width:100%" loading="lazy"></iframe>`
}

function markdownText(text: string): string {
  return text.replace(/[\\[\]!<>`*_]/g, String.raw`\$&`)
}

/** In Markdown, brackets would end an address. */
function markdownUrl(url: string): string {
  return url.replace(/[()]/g, (bracket) => (bracket === '(' ? '%28' : '%29'))
}

type Announced = { id: string; kind: string; day: string; title?: string; more?: string }

const ABSTRACT = 'We look at $a &lt; b$ lakes.'

/** arXiv's announcements of a day as Atom (rss.arxiv.org/atom/…), invented. */
export function dailyAtom(papers: Announced[]): string {
  const entries = papers.map(
    ({ id, kind, day, title = 'Lakes &amp; seas', more = '' }) => `
  <entry>
    <id>oai:arXiv.org:${id}</id>
    <title>${title}</title>
    <updated>${day}T05:00:07.185418+00:00</updated>
    <link href="https://arxiv.org/abs/${id.replace(/v\d+$/, '')}" rel="alternate" type="text/html"/>
    <summary>arXiv:${id} Announce Type: ${kind} 
Abstract: ${ABSTRACT}</summary>
    <category term="cs.LG"/>
    <category term="physics.ao-ph"/>
    <published>${day}T00:00:00-05:00</published>
    <arxiv:announce_type>${kind}</arxiv:announce_type>
    <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
    <dc:creator>Ann Lee, Bo van der Ek, Cy Ro</dc:creator>${more}
  </entry>`,
  )
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">
  <id>http://rss.arxiv.org/atom/cs.LG</id>
  <title>cs.LG updates on arXiv.org</title>
  <updated>2026-01-07T05:00:07.185418+00:00</updated>${entries.join('')}
</feed>`
}

/** The same as RSS 2.0 (rss.arxiv.org/rss/…). */
export function dailyRss(papers: Announced[]): string {
  const items = papers.map(
    ({ id, kind, day, title = 'Lakes &amp; seas', more = '' }) => `
    <item>
      <title>${title}</title>
      <link>https://arxiv.org/abs/${id.replace(/v\d+$/, '')}</link>
      <description>arXiv:${id} Announce Type: ${kind} 
Abstract: ${ABSTRACT}</description>
      <guid isPermaLink="false">oai:arXiv.org:${id}</guid>
      <category>cs.LG</category>
      <category>physics.ao-ph</category>
      <pubDate>${new Date(`${day}T00:00:00Z`).toUTCString().replace('GMT', '-0500')}</pubDate>
      <arxiv:announce_type>${kind}</arxiv:announce_type>
      <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
      <dc:creator>Ann Lee, Bo van der Ek, Cy Ro</dc:creator>${more}
    </item>`,
  )
  return `<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">
  <channel>
    <title>cs.LG updates on arXiv.org</title>
    <link>http://rss.arxiv.org/rss/cs.LG</link>
    <pubDate>Wed, 07 Jan 2026 00:00:00 -0500</pubDate>${items.join('')}
  </channel>
</rss>`
}

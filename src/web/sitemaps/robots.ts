import type { Context } from 'hono'
import type { Site } from '../site.ts'

/**
 * `/robots.txt`, the same for every crawler, whatever it reads for. Searches have no end, and each costs more than a page;
 * what is for programs has no pages, and harvesters and agents do not ask here whether they may.
 */
export function showRobots(site: Site) {
  return (c: Context) =>
    c.text(`User-agent: *
Allow: /
Disallow: /papers?
Disallow: /papers.
Disallow: /papers/suggest
Disallow: /papers/explain
Disallow: /mail/
Disallow: /subscribe/
Disallow: /for-you/
Disallow: /api/
Disallow: /mcp
Disallow: /oai

Sitemap: ${site.origin}/sitemap.xml
`)
}

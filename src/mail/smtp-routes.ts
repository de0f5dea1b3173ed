import { parseMailDomain } from './address.ts'

/** The mail server for one domain. */
export type SmtpRoute = { domain: string; url: string }

/** Reads `gmail.com=smtp://relay.example:587 example.edu=smtps://…`; null when it is not that. */
export function parseSmtpRoutes(text: string): SmtpRoute[] | null {
  const routes: SmtpRoute[] = []
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const at = word.indexOf('=')
    const domain = parseMailDomain(word.slice(0, Math.max(0, at)))
    const url = word.slice(at + 1)
    const parsed = URL.parse(url)
    if (domain === null || routes.some((route) => route.domain === domain)) return null
    if (!parsed || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === '') return null
    routes.push({ domain, url })
  }
  return routes
}

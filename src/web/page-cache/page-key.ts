import { isForPrograms } from '../../api/addresses.ts'
import { wantsMarkdown } from '../accepted.ts'
import { LIST_FILE_PATH } from '../exports/formats.ts'
import { PARAMETERS } from '../list/paging.ts'
import { isAppended } from '../parameters.ts'
import { viewIn } from '../view/view.ts'

/** What of a request decides on the answer: `url` begins with the path, or with scheme and host. */
export type Asked = {
  method: string | undefined
  url: string | undefined
  header: (name: AskedHeader) => string | undefined
}
type AskedHeader = 'accept' | 'accept-encoding' | 'authorization' | 'cookie' | 'if-none-match'

/** What stands here may be a pasted URL, whose query may hold an identifier. */
const PASTED = /^\/papers\/(?!(?:new|trending|top|submit|picks|date|week|month)(?:[/.?]|$))/

/**
 * What is for one reader, even where nobody is signed in: forms that carry what the address says. (Without an account,
 * `/for-you` itself is the same for everyone.)
 */
const OWN = /^\/(?:sign-in|auth|settings|reading-list|notes|for-you(?=\/)|desk|papers\/submit)(?:[/?]|$)/i

/** What has so many different answers, or so long ones, that none is worth keeping; the whole query counts. */
const SEARCH =
  /^\/(?:papers(?:\.(?:atom|rss|feed\.json)|\/(?:suggest|explain))?|api\/(?:v1\/)?papers\/(?:search|explain)|oai|oembed|sitemap-.*)\/?$/
/** What other sites show of papers: kept, but not with parameters. */
const EMBED = /^\/papers\/.+\/(?:badge\.svg|card(?:\.png)?)\/?$/

export function isSearch(asked: Asked): boolean {
  if (!isRead(asked)) return false
  const path = routedPath(asked.url)
  return SEARCH.test(path) || (EMBED.test(path) && asked.url.includes('?'))
}

/** What may be as long as the site has papers: it is made for each who asks, and never held. */
export function isListFile(asked: Asked): boolean {
  return isRead(asked) && LIST_FILE_PATH.test(routedPath(asked.url))
}

export function isOwn(asked: Asked): boolean {
  return isRead(asked) && OWN.test(routedPath(asked.url))
}

/** The path of an address as the router reads it. */
function routedPath(url: string): string {
  const [path = ''] = pathOf(url).split('?', 1)
  return path.includes('%') ? decoded(path) : path
}

/** As routes are found: what is not UTF-8 stays as it is. */
function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

export function isRead(asked: Asked): asked is Asked & { url: string } {
  return (asked.method === 'GET' || asked.method === 'HEAD') && asked.url !== undefined
}

/** The path of an address, with its query. */
function pathOf(url: string): string {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('//') + 2)
  return start < 0 ? '/' : url.slice(start)
}

/** What is sent as it is on the disk, and what machines ask. */
export function isFile(asked: Asked): boolean {
  const path = routedPath(asked.url ?? '/')
  return (
    path.startsWith('/assets/') || path.startsWith('/dumps/') || path === '/healthz' || path === '/metrics'
  )
}

/** Whether Markdown is wanted of what is there as Markdown too: a paper. */
export function isMarkdown(asked: Asked): boolean {
  return isRead(asked) && PASTED.test(routedPath(asked.url)) && wantsMarkdown(asked.header('accept'))
}

/**
 * What names a page: path, the parameters that matter, whether it is wanted as Markdown, and the view in which the device
 * wants lists. null for what is not kept: other methods, files, searches.
 */
export function keyOf(asked: Asked): string | null {
  const address = addressOf(asked)
  if (address !== null && isMarkdown(asked)) return `markdown ${address}`
  return address !== null && viewIn(asked.header('cookie')) === 'headlines' ? `headlines ${address}` : address
}

function addressOf(asked: Asked): string | null {
  if (!isRead(asked) || isSearch(asked) || isListFile(asked)) return null
  const path = pathOf(asked.url)
  if (isFile(asked)) return null
  if (isOwn(asked)) return null
  // What a token is asked with is for its reader.
  if (asked.header('authorization') !== undefined) return null
  const query = path.indexOf('?')
  if (query < 0) return path
  // Programs spell their questions in one way, and each parameter counts.
  if (isForPrograms(routedPath(asked.url))) return path
  if (PASTED.test(routedPath(asked.url))) return null
  const given = [...new URLSearchParams(path.slice(query))].filter(([name]) => !isAppended(name))
  if (given.length === 0) return path.slice(0, query)
  // What else a page takes, or that it does not take it, is not for a cache to know; nor which of two values it reads, and
  // under which spelling of a name.
  const names = path
    .slice(query + 1)
    .split('&')
    .map((part) => part.split('=', 1)[0] ?? '')
  if (new Set(names).size < names.length || names.some((name) => /[%+]/.test(name))) return null
  const known = new Map(given)
  if (!known.keys().every((name) => PARAMETERS.includes(name))) return null
  return `${path.slice(0, query)} ${JSON.stringify(PARAMETERS.map((name) => known.get(name) ?? null))}`
}

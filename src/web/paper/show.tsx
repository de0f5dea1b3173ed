import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { toBibtex } from '../../papers/export/bibtex.ts'
import { toCsl } from '../../papers/export/csl.ts'
import { toJson } from '../../papers/export/json.ts'
import { toMarkdown } from '../../papers/export/markdown.ts'
import { toRis } from '../../papers/export/ris.ts'
import { picturesOf } from '../../pictures/pictures.ts'
import { findPaper, sourcesOf } from '../../papers/find.ts'
import {
  addressPath,
  identifierPath,
  parseAddress,
  parseIdentifier,
  type ParsedIdentifier,
} from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { isShownTo } from '../../papers/visibility.ts'
import { authorsHere, claimOf } from '../../moderation/authorship.ts'
import { findIdentifierClaims } from '../../moderation/identifier-claims.ts'
import { alsoSaved } from '../../recommendation/also-saved.ts'
import { noteOn } from '../../shelves/paper-notes.ts'
import { heatParts } from '../../ranking/heat-parts.ts'
import { wantsMarkdown } from '../accepted.ts'
import { notFound } from '../errors/show.tsx'
import { discussionOf } from '../comments/discussion.ts'
import { marksFor } from '../parts/entries.tsx'
import { mayRemember } from '../noticed/remember-this.tsx'
import { paperActions } from '../reading-list/paper-actions.tsx'
import { pageShows } from '../shows.ts'
import { audienceOf, type Site } from '../site.ts'
import { elsewherePage, foundElsewhere } from './elsewhere.tsx'
import { EXPORTS, paperPage } from './page.tsx'
import { similarTo } from './similar.tsx'

/** A paper's own address takes no parameters; a URL that is pasted after `/papers/` keeps its whole query. */
export function takesPasted(c: Context): readonly string[] | 'any' {
  const asked = c.req.param('address') ?? ''
  const suffix = EXPORTS.find((one) => asked.endsWith(one.suffix))?.suffix ?? ''
  return [asked, asked.slice(0, asked.length - suffix.length)].some(parseAddress) ? [] : 'any'
}

/**
 * `/papers/2412.19723` (also with a version, old identifiers, DOIs, and URLs of all these), and its exports; as Markdown
 * too for whoever would rather have that. Other
 * addresses of a paper redirect to its own address.
 */
export function showPaper(site: Site) {
  return async (c: Context) => {
    // Proxies may have merged the slashes of a pasted URL.
    const asked = (c.req.param('address') ?? '').replace(/^(https?):\/(?!\/)/i, '$1://')
    const { address, suffix } = await splitExportSuffix(site, asked)
    // A pasted URL may carry its identifier in the query.
    const query = URL.parse(c.req.url)?.search ?? ''
    const parsed = parseAddress(address) ?? parseIdentifier(address) ?? parseIdentifier(address + query)
    if (!parsed) {
      return notFound(site, c, {
        what: `“${shorten(asked)}” is not the identifier of a paper.`,
        hint: 'Use an arXiv identifier or a DOI, like this: /papers/2412.19723.',
      })
    }
    // To others than curators it says that it is hidden, as the moderation log does, and nothing else of it.
    const paper = await findPaper(site.db, parsed.identifier, { seenBy: 'program' })
    if (!paper) {
      const elsewhere = suffix === null ? await foundElsewhere(site, c, parsed.identifier) : null
      if (elsewhere === null) return notFound(site, c, missing(parsed))
      c.header('cache-control', 'no-store')
      return c.html(elsewherePage(site, elsewhere))
    }
    if (!isShownTo(paper, audienceOf(site))) return notFound(site, c, TAKEN_OFF)
    const own = addressPath(paper.address)
    const versioned = parsed.version === undefined ? own : `${own}v${parsed.version}`
    const expected = (suffix === null ? versioned : own + suffix) satisfies string
    if (addressPath(address) + (suffix ?? '') !== expected) return c.redirect(expected, 301)
    pageShows(c, [`paper ${paper.id}`, 'collections'])
    if (suffix !== null) return sendExport(site, c, { paper, suffix })
    c.header('vary', 'accept')
    if (wantsMarkdown(c.req.header('accept'))) {
      c.header('content-location', `${own}.md`)
      return sendExport(site, c, { paper, suffix: '.md' })
    }
    const readerId = site.viewer?.reader.id ?? null
    const isCurator = site.viewer?.reader.curator === true
    const [
      pictures,
      sources,
      heat,
      similar,
      also,
      marks,
      actions,
      note,
      isRemembered,
      discussion,
      authors,
      claim,
      identifierClaims,
    ] = await Promise.all([
      site.pictures ? picturesOf(site.db, [paper.id]) : null,
      sourcesOf(site.db, paper.id),
      heatParts(site.db, paper.id),
      similarTo(site, paper),
      alsoSaved(site.db, { paperId: paper.id, limit: ALSO_SAVED_SHOWN }),
      marksFor(site, [paper.id]),
      paperActions(site, paper),
      readerId === null ? null : noteOn(site.db, { readerId, paperId: paper.id }),
      mayRemember(site, 'opened'),
      discussionOf(site, paper),
      authorsHere(site.db, paper.id),
      readerId === null ? null : claimOf(site.db, { paperId: paper.id, readerId }),
      isCurator ? findIdentifierClaims(site.db, { paperId: paper.id }) : [],
    ])
    // The next reader may get the whole page; and a private note stays in no cache, not even the browser's.
    if (similar === null || note !== null) c.header('cache-control', 'no-store')
    return c.html(
      paperPage(site, {
        paper,
        picture: pictures?.get(paper.id) ?? null,
        sources,
        heat,
        similar: similar ?? [],
        alsoSaved: also,
        version: parsed.version ?? null,
        voted: marks.voted.has(paper.id),
        actions,
        note,
        isRemembered: isRemembered && !paper.hidden,
        discussion,
        authors,
        claim,
        identifierClaims,
      }),
    )
  }
}

const ALSO_SAVED_SHOWN = 5

const TAKEN_OFF = {
  what: 'A curator has hidden this paper.',
  hint: 'The reason is in the public moderation log.',
}

type Suffix = (typeof EXPORTS)[number]['suffix']

async function splitExportSuffix(
  site: Site,
  text: string,
): Promise<{ address: string; suffix: Suffix | null }> {
  const found = EXPORTS.find(({ suffix }) => text.endsWith(suffix))
  if (!found) return { address: text, suffix: null }
  // A DOI may itself end like this.
  const whole = parseAddress(text)
  return whole && (await findPaper(site.db, whole.identifier, { seenBy: 'program' }))
    ? { address: text, suffix: null }
    : { address: text.slice(0, -found.suffix.length), suffix: found.suffix }
}

function sendExport(site: Site, c: Context, { paper, suffix }: { paper: Paper; suffix: Suffix }): Response {
  const options = { url: site.origin + addressPath(paper.address), siteName: site.name }
  const name = paper.address.replaceAll(/[^\w.-]+/g, '-')
  switch (suffix) {
    case '.bib':
      return c.body(toBibtex(paper, options), 200, {
        'content-type': 'application/x-bibtex; charset=utf-8',
        'content-disposition': `inline; filename="${name}.bib"`,
      })
    case '.ris':
      return c.body(toRis(paper, options), 200, {
        'content-type': 'application/x-research-info-systems; charset=utf-8',
        'content-disposition': `inline; filename="${name}.ris"`,
      })
    case '.md':
      return c.body(toMarkdown(paper, options), 200, { 'content-type': 'text/markdown; charset=utf-8' })
    case '.csl.json':
      return c.body(JSON.stringify([toCsl(paper, options)]), 200, {
        'content-type': 'application/vnd.citationstyles.csl+json; charset=utf-8',
      })
    case '.json':
      return c.body(JSON.stringify(toJson(paper, options)), 200, {
        'content-type': 'application/json; charset=utf-8',
      })
  }
}

/** What to do about a paper that is not here. */
function submitIt(identifier: string, elsewhere: { name: string; url: string }) {
  return (
    <>
      <a href={`/papers/submit?paper=${encodeURIComponent(identifier)}`}>Submit it</a> to bring it here, or{' '}
      <a href={elsewhere.url} rel="noopener">
        read it at {elsewhere.name}
      </a>
      .
    </>
  )
}

function missing({ identifier }: ParsedIdentifier): { what: string; hint?: Child } {
  switch (identifier.scheme) {
    case 'arxiv':
      return {
        what: `The paper ${identifier.value} is not on this site.`,
        hint: submitIt(identifier.value, {
          name: 'arXiv',
          url: `https://arxiv.org/abs/${identifierPath(identifier.value)}`,
        }),
      }
    case 'doi':
      return {
        what: `The paper with the DOI ${identifier.value} is not on this site.`,
        hint: submitIt(identifier.value, {
          name: 'its publisher',
          url: `https://doi.org/${identifierPath(identifier.value)}`,
        }),
      }
    case 'local':
      return { what: 'This paper is not on this site.' }
  }
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}

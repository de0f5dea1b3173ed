import type { Child } from 'hono/jsx'
import { raw } from 'hono/html'
import { categoryName, distinctTopics } from '../../papers/categories.ts'
import type { IdentifierClaim } from '../../moderation/identifier-claims.ts'
import type { AuthorHere } from '../../moderation/authorship.ts'
import type { Source } from '../../papers/harvested-paper.ts'
import { addressPath, parseIdentifier } from '../../papers/identifiers.ts'
import { andOthers } from '../../papers/others.ts'
import type { PublishedAs } from '../../papers/notices.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'
import { typeset, typesetAbstract } from '../../papers/typeset.ts'
import type { HeatPart } from '../../ranking/heat-parts.ts'
import { byline } from '../../papers/byline.ts'
import { CARD_HEIGHT, CARD_WIDTH } from '../../pictures/drawing/card.ts'
import type { Picture } from '../../pictures/pictures.ts'
import type { SimilarPaper } from '../../search/search.ts'
import type { PaperNote } from '../../shelves/paper-notes.ts'
import { renderPage } from '../layout.tsx'
import { ClaimAuthorship } from '../authorship/claim.tsx'
import { InCollections } from '../collections/links.tsx'
import type { Discussion } from '../comments/discussion.ts'
import { CommentSection } from '../comments/section.tsx'
import { PaperTools } from '../desk/paper-tools.tsx'
import { EmbedBox, oembedLinks } from '../embeds/snippets.tsx'
import { FileLinks } from '../parts/file-links.tsx'
import { TitleBox } from '../parts/rail.tsx'
import { VoteForm } from '../parts/vote-form.tsx'
import { NoteBox } from '../notes/note-box.tsx'
import { RememberThis } from '../noticed/remember-this.tsx'
import { Picks } from '../picks/picks.tsx'
import { PaperActions, type PaperActionsView } from '../reading-list/paper-actions.tsx'
import { plainDay, shortDay } from '../../papers/dates-in-words.ts'
import { AuthorLinks } from '../parts/entry.tsx'
import { doiUrl, linkName } from '../parts/places.tsx'
import { PictureImage, picturePath } from '../pictures/show.tsx'
import { Published, When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { Notices } from './notices.tsx'
import { citationTags, jsonLd } from './metadata.tsx'
import { SimilarPapers } from './similar.tsx'

/** Everything a paper's page shows. */
export type PaperView = {
  paper: Paper
  /** Its first figure, where its licence allows that. */
  picture: Picture | null
  sources: { source: Source; recordedAt: Date; asOf: Date | null }[]
  heat: HeatPart[]
  /** The papers closest in meaning. */
  similar: SimilarPaper[]
  /** Papers that its readers also voted for or saved. */
  alsoSaved: Paper[]
  /** Whether the viewer has voted for it. */
  voted: boolean
  actions: PaperActionsView
  /** The viewer's own note on it. */
  note: PaperNote | null
  /** Whether the viewer lets the site remember that they opened it. */
  isRemembered: boolean
  discussion: Discussion
  /** Readers confirmed as its authors. */
  authors: AuthorHere[]
  /** The state of the viewer's claim to have written it. */
  claim: 'waiting' | 'confirmed' | 'refused' | null
  /** For curators: which other papers its sources name, and which name it. */
  identifierClaims: IdentifierClaim[]
  /** The version in the address, if there is one. */
  version: number | null
}

export const EXPORTS = [
  { suffix: '.bib', name: 'BibTeX', type: 'application/x-bibtex' },
  { suffix: '.ris', name: 'RIS', type: 'application/x-research-info-systems' },
  { suffix: '.md', name: 'Markdown', type: 'text/markdown' },
  { suffix: '.csl.json', name: 'CSL-JSON', type: 'application/vnd.citationstyles.csl+json' },
  { suffix: '.json', name: 'JSON', type: 'application/json' },
] as const

const SOURCE_NAMES: Record<Source, string> = {
  'arxiv-oai': 'arXiv (OAI-PMH)',
  'arxiv-raw': 'arXiv (OAI-PMH, arXivRaw)',
  'arxiv-atom': 'arXiv (API)',
  'arxiv-daily': 'arXiv (daily announcements)',
  biorxiv: 'bioRxiv or medRxiv',
  'europe-pmc': 'Europe PMC',
  crossref: 'Crossref',
  openalex: 'OpenAlex',
  'semantic-scholar': 'Semantic Scholar',
  github: 'GitHub',
  feed: 'a web feed',
  doi: 'the DOI registry',
  huggingface: 'Hugging Face daily papers',
  jsonl: 'an imported file (JSON Lines)',
  bibliography: 'the bibliography of an imported page',
  bibtex: 'an imported BibTeX file',
  ris: 'an imported RIS file',
  csl: 'an imported CSL-JSON file',
  page: 'an imported page of trending papers',
  sample: 'the sample edition that comes with this site',
  submission: 'a submission by a reader',
  curator: 'a curator of this site',
}

/** Authors shown at once: a collaboration may have thousands. */
const AUTHORS_SHOWN = 25
/** Of more than these, the others have a page of their own. */
const AUTHORS_FOLDED = 200

/** A paper's own page. */
export function paperPage(site: Site, view: PaperView) {
  const { paper, version } = view
  const path = addressPath(paper.address)
  const title = plainText(paper.title)
  const summary = plainText(paper.synopsis ?? paper.abstract ?? paper.title)
  const description = summary.length > 300 ? `${summary.slice(0, 297).replace(/\s+\S*$/, '')} …` : summary
  return renderPage(site, {
    head: {
      title,
      description,
      path,
      openGraphType: 'article',
      image: view.picture
        ? { ...view.picture, path: picturePath(view.picture), alt: view.picture.caption }
        : {
            path: `${path}/card.png`,
            width: CARD_WIDTH,
            height: CARD_HEIGHT,
            alt: `${title}${paper.authors.length > 0 ? `, by ${byline(paper)}` : ''}`,
          },
      children: (
        <>
          {citationTags(site, paper)}
          {oembedLinks(site, paper)}
          {EXPORTS.map(({ suffix, type, name }) => (
            <link rel="alternate" type={type} title={name} href={path + suffix} />
          ))}
          <script type="application/ld+json">{raw(jsonLd(site, paper))}</script>
        </>
      ),
    },
    children: (
      <article class="paper">
        {view.isRemembered && <RememberThis path={`${path}/opened`} />}
        <header class="paper-head">
          <p class="kicker">
            {paper.primaryCategory ? (
              <a href={`/topics/${encodeURIComponent(paper.primaryCategory)}`}>
                {categoryName(paper.primaryCategory)}
              </a>
            ) : (
              'Paper'
            )}
          </p>
          <VoteForm site={site} paper={paper} voted={view.voted} back={path} />
          <h1>{raw(typeset(paper.title))}</h1>
          {paper.authors.length > 0 && <Authors paper={paper} />}
          {paper.withdrawn && (
            <p class="notice">
              {/withdraw/i.test(paper.comments ?? '') || 'This paper was withdrawn.'}{' '}
              {paper.comments && raw(typeset(paper.comments))}
            </p>
          )}
          <Notices paper={paper} />
          <PaperBar paper={paper} actions={view.actions} />
          {version !== null && <VersionNotice paper={paper} version={version} path={path} />}
          <Picks picks={view.actions.picks} />
          <PaperTools site={site} paper={paper} claims={view.identifierClaims} />
        </header>
        <div class="with-rail">
          <div class="paper-body">
            {paper.synopsis !== null && (
              <section class="synopsis" aria-labelledby="synopsis">
                <h2 id="synopsis">Synopsis</h2>
                <p>{raw(typeset(paper.synopsis))}</p>
                <p class="aside">
                  In our words, not the authors’. <Original paper={paper} />
                </p>
              </section>
            )}
            {paper.abstract !== null && (
              <section class="abstract" aria-labelledby="abstract">
                <h2 id="abstract">Abstract</h2>
                {raw(typesetAbstract(paper.abstract))}
              </section>
            )}
            {paper.abstract === null && paper.synopsis === null && (
              <p class="aside">
                No source has given us an abstract yet. <Original paper={paper} />
              </p>
            )}
            {view.picture && <PaperFigure paper={paper} picture={view.picture} />}
            <CommentSection site={site} paper={paper} discussion={view.discussion} />
            <SimilarPapers paper={paper} similar={view.similar} />
            <HeatParts parts={view.heat} />
            <Provenance site={site} view={view} />
          </div>
          <aside class="rail" aria-label="About this paper">
            <Links paper={paper} />
            <PaperActions site={site} paper={paper} actions={view.actions} />
            <NoteBox site={site} paper={paper} note={view.note} />
            <TitleBox heading="Readers of this also saved" papers={view.alsoSaved} />
            <InCollections collections={view.actions.inPublic} />
            <ClaimAuthorship site={site} paper={paper} authors={view.authors} claim={view.claim} />
            <section class="box">
              <h2>Details</h2>
              <dl class="details">{details(site, paper)}</dl>
            </section>
            <section class="box" aria-labelledby="cite">
              <h2 id="cite">Cite</h2>
              <FileLinks path={path} formats={EXPORTS} />
            </section>
            <EmbedBox site={site} paper={paper} />
            {site.viewer && (
              <p class="aside">
                <a href={`${path}/flag`} rel="nofollow">
                  Flag this paper
                </a>
              </p>
            )}
          </aside>
        </div>
      </article>
    ),
  })
}

/** The first figure of a paper, with whose it is and what its licence is. */
function PaperFigure({ paper, picture }: { paper: Paper; picture: Picture }) {
  const [first] = paper.authors
  const others = paper.authors.length > 1 ? ' and others' : ''
  return (
    <figure class="paper-figure">
      <PictureImage picture={picture} />
      <figcaption>
        {picture.caption}{' '}
        <span class="credit">
          Figure: {first ? `${first.name}${others}` : 'the authors'}, made smaller,{' '}
          {paper.licenseUrl && <a href={paper.licenseUrl}>{licenceName(paper.licenseUrl)}</a>}
        </span>
      </figcaption>
    </figure>
  )
}

/** The authors in order: of a large collaboration the first ones, with the others folded away. */
function Authors({ paper }: { paper: Paper }) {
  const { authors, authorsTruncated, authorsMissing } = paper
  const cut = authors.length > AUTHORS_SHOWN * 1.2 ? AUTHORS_SHOWN : authors.length
  return (
    <div class="byline" id="authors">
      <p>
        <AuthorLinks authors={authors.slice(0, cut)} />
        {cut === authors.length && ` ${andOthers(paper, 0)}`}
      </p>
      {authors.length > AUTHORS_FOLDED && (
        <p>
          <a href={`${addressPath(paper.address)}/authors`}>
            All {authors.length.toLocaleString('en-GB')} authors
          </a>
          {authorsTruncated && ` that our sources name`}
        </p>
      )}
      {cut < authors.length && authors.length <= AUTHORS_FOLDED && (
        <details>
          <summary>{andOthers(paper, authors.length - cut)}</summary>
          <p>
            <AuthorLinks authors={authors.slice(cut)} />
            {authorsTruncated &&
              ` ${andOthers({ authorsTruncated, authorsMissing }, 0)} not named by our sources`}
          </p>
        </details>
      )}
    </div>
  )
}

/** On a narrow screen: what most readers want of a paper, without a way down to the rail. */
function PaperBar({ paper, actions }: { paper: Paper; actions: PaperActionsView }) {
  const path = addressPath(paper.address)
  const code = paper.links.find(({ kind }) => kind === 'code')
  return (
    <div class="paper-bar">
      {paper.arxivId ? (
        <a href={`https://arxiv.org/pdf/${paper.arxivId}`} rel="noopener">
          PDF
        </a>
      ) : (
        paper.doi && (
          <a href={doiUrl(paper.doi)} rel="noopener">
            Read
          </a>
        )
      )}
      {code && (
        <a href={code.url} rel="noopener">
          Code
        </a>
      )}
      <form method="post" action={`${path}/save`}>
        <input type="hidden" name="back" value={path} />
        <button type="submit" name="save" value={actions.saved ? '0' : '1'}>
          {actions.saved ? 'Saved: remove' : 'Save'}
        </button>
      </form>
      <a href="#cite">Cite</a>
    </div>
  )
}

function VersionNotice({ paper, version, path }: { paper: Paper; version: number; path: string }) {
  const latest = paper.versions.at(-1)?.number
  const known = paper.versions.find(({ number }) => number === version)
  return (
    <p class="notice">
      You asked for version {version}
      {known && ` from ${plainDay(known.submittedAt.slice(0, 10))}`}. This page shows{' '}
      {latest === version ? 'that version, the latest we know of' : 'the paper as a whole'}. See{' '}
      {paper.arxivId && (
        <a href={`https://arxiv.org/abs/${paper.arxivId}v${version}`}>version {version} on arXiv</a>
      )}
      {paper.arxivId && ' or '}
      <a href={path}>the paper’s main page</a>.
    </p>
  )
}

function Original({ paper }: { paper: Paper }) {
  if (paper.arxivId) return <a href={`https://arxiv.org/abs/${paper.arxivId}`}>Read the original on arXiv.</a>
  if (paper.doi) return <a href={doiUrl(paper.doi)}>Read the original.</a>
  return null
}

function Links({ paper }: { paper: Paper }) {
  const links: { href: string; name: string; of: string }[] = [
    ...(paper.arxivId
      ? [
          { href: `https://arxiv.org/abs/${paper.arxivId}`, name: 'Abstract page', of: 'arXiv' },
          { href: `https://arxiv.org/pdf/${paper.arxivId}`, name: 'PDF', of: 'arXiv' },
        ]
      : []),
    ...(paper.doi ? [{ href: doiUrl(paper.doi), name: 'Published version', of: 'DOI' }] : []),
    ...paper.links
      .filter((link) => !isOwnAddress(paper, link.url))
      .map((link) => ({
        href: link.url,
        name: linkName(link.kind),
        of: new URL(link.url).hostname.replace(/^www\./, ''),
      })),
  ]
  if (links.length === 0) return null
  return (
    <section class="box">
      <h2>Read and use</h2>
      <ul class="links">
        {links.map(({ href, name, of }) => (
          <li>
            <a href={href} rel="noopener">
              {name}
            </a>{' '}
            <span class="host">{of}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Whether a link leads where the paper's own identifiers lead: those links are shown first already. */
function isOwnAddress(paper: Paper, url: string): boolean {
  const identifier = parseIdentifier(url)?.identifier
  return identifier?.value === (identifier?.scheme === 'doi' ? paper.doi : paper.arxivId)
}

function details(site: Site, paper: Paper): Child[] {
  const rows: [string, Child][] = []
  if (paper.published) rows.push(['Published', <Published site={site} published={paper.published} />])
  if (paper.edition)
    rows.push(['Edition', <a href={`/papers/date/${paper.edition}`}>{plainDay(paper.edition)}</a>])
  if (paper.arxivId) rows.push(['arXiv', paper.arxivId])
  if (paper.doi) rows.push(['DOI', paper.doi])
  if (paper.categories.length > 0) {
    rows.push([
      'Topics',
      <ul class="plain">
        {distinctTopics(paper.categories).map((category) => (
          <li>
            <a href={`/topics/${encodeURIComponent(category)}`}>{categoryName(category)}</a>
          </li>
        ))}
      </ul>,
    ])
  }
  if (paper.versions.length > 0) {
    rows.push([
      'Versions',
      <ul class="plain">
        {paper.versions.map(({ number, submittedAt }) => (
          <li>
            {paper.arxivId ? (
              <a href={`https://arxiv.org/abs/${paper.arxivId}v${number}`}>v{number}</a>
            ) : (
              `v${number}`
            )}{' '}
            <time datetime={submittedAt}>{shortDay(submittedAt.slice(0, 10))}</time>
          </li>
        ))}
      </ul>,
    ])
  }
  if (paper.journalReference) rows.push(['Journal', raw(typeset(paper.journalReference))])
  // arXiv's records name the DOI of what came of a preprint.
  const published = paper.publishedAs ?? (paper.arxivId && paper.doi ? { doi: paper.doi } : null)
  if (published !== null) {
    const { doi, journal }: PublishedAs = published
    rows.push(['Published as', <a href={doiUrl(doi)}>{journal ?? doi}</a>])
  }
  if (paper.comments && !paper.withdrawn) rows.push(['Comments', raw(typeset(paper.comments))])
  if (paper.licenseUrl) rows.push(['Licence', <a href={paper.licenseUrl}>{licenceName(paper.licenseUrl)}</a>])
  return rows.map(([name, value]) => (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  ))
}

function licenceName(url: string): string {
  const match = /creativecommons\.org\/(licenses|publicdomain)\/([a-z-]+)\/([\d.]+)/.exec(url)
  if (match) return match[1] === 'publicdomain' ? 'CC0' : `CC ${match[2]?.toUpperCase()} ${match[3]}`
  return url.includes('arxiv.org') ? 'arXiv licence' : 'Licence'
}

/** What drew attention to the paper, and how much of its heat each part is. */
function HeatParts({ parts }: { parts: HeatPart[] }) {
  if (parts.length === 0) return null
  return (
    <section class="heat" aria-labelledby="heat">
      <h2 id="heat">What its heat is made of</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">What happened</th>
            <th scope="col">When</th>
            <th scope="col" class="number">
              Weight
            </th>
            <th scope="col" class="number">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr>
              <td>{partName(part)}</td>
              <td>
                <time datetime={part.day}>{shortDay(part.day)}</time>
              </td>
              <td class="number">{part.weight.toFixed(2)}</td>
              <td class="number">{(part.share * 100).toFixed(0)}%</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="aside">
        <a href="/about/ranking">How heat is calculated</a>
      </p>
    </section>
  )
}

/** What happened, as a reader would say it. */
function partName({ kind, origin, amount }: HeatPart): string {
  const count = amount.toLocaleString('en-GB')
  switch (kind) {
    case 'vote':
      return amount === 1 ? 'A reader’s vote' : `${count} readers’ votes`
    case 'pick':
      return 'A curator’s pick'
    case 'comment':
      if (origin !== 'reader')
        return `${count} ${amount === 1 ? 'comment' : 'comments'} on ${originName(origin)}`
      return amount === 1 ? 'A reader’s first comment' : `${count} readers’ first comments`
    case 'upvote':
      return `${count} ${amount === 1 ? 'upvote' : 'upvotes'} on ${originName(origin)}`
    case 'star':
      return `${count} new ${amount === 1 ? 'star' : 'stars'} of its code`
    case 'citation':
      return `${count} ${amount === 1 ? 'citation' : 'citations'}, by ${originName(origin)}`
    default:
      return `Listed by ${originName(origin)}`
  }
}

function originName(origin: string): string {
  return origin in SOURCE_NAMES ? SOURCE_NAMES[origin as Source] : origin
}

const FACT_NAMES: Partial<Record<keyof Paper['provenance'], string>> = {
  title: 'title',
  abstract: 'abstract',
  synopsis: 'synopsis',
  authors: 'authors',
  published: 'date',
  versions: 'versions',
  categories: 'topics',
  comments: 'comments',
  journalReference: 'journal reference',
  licenseUrl: 'licence',
  withdrawn: 'withdrawal',
  edition: 'edition',
}

/** Which source gave which fact, and when it last did. */
function Provenance({ site, view: { paper, sources } }: { site: Site; view: PaperView }) {
  return (
    <section class="provenance" aria-labelledby="provenance">
      <h2 id="provenance">Sources</h2>
      <ul>
        {sources.map(({ source, recordedAt, asOf }) => {
          const facts = Object.entries(FACT_NAMES)
            .filter(([fact]) => paper.provenance[fact as keyof Paper['provenance']] === source)
            .map(([, name]) => name)
          if (paper.links.some((link) => link.sources.includes(source))) facts.push('links')
          return (
            <li>
              <strong>{sentenceCase(SOURCE_NAMES[source])}</strong>:{' '}
              {facts.length > 0 ? facts.join(', ') : 'nothing that other sources do not give better'}.
              Received <When site={site} instant={recordedAt} />
              {asOf && `, as of ${plainDay(asOf.toISOString().slice(0, 10))}`}.
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function sentenceCase(text: string): string {
  return text.startsWith('arXiv') ? text : text.slice(0, 1).toUpperCase() + text.slice(1)
}

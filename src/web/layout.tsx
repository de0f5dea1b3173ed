import type { Child } from 'hono/jsx'
import { html } from 'hono/html'
import { displayName } from '../accounts/reader.ts'
import { CARD_HEIGHT, CARD_WIDTH } from '../pictures/drawing/card.ts'
import { FEED_FORMATS, feedAddress } from '../feeds/formats.ts'
import { SearchForm } from './parts/search-form.tsx'
import type { Site } from './site.ts'

/** A picture, by its path from the root; its size in pixels. */
type HeadImage = { path: string; width: number; height: number; alt: string }

/** What a page tells browsers, feed readers, search engines and other sites about itself. */
export type Head = {
  /** Without the site's name; absent on the front page. */
  title?: string
  description: string
  /** The page's one address, from the root. */
  path: string
  /** The address, without a suffix, of the feeds of this page's list. */
  feeds?: { path: string; title: string }
  /** Links to continue a list. */
  next?: string | null
  previous?: string | null
  /** Pages that should not be found: errors, later pages of a list. */
  noindex?: boolean
  openGraphType?: 'website' | 'article'
  /** What other sites show beside links to this page; otherwise the card of the site. */
  image?: HeadImage
  children?: Child
}

const SECTIONS = [
  { path: '/', name: 'Front page' },
  { path: '/for-you', name: 'For you' },
  { path: '/papers/week', name: 'Week' },
  { path: '/papers/month', name: 'Month' },
  { path: '/papers/trending', name: 'Trending' },
  { path: '/papers/picks', name: 'Picks' },
  { path: '/papers/new', name: 'New' },
  { path: '/papers/top', name: 'Top' },
  { path: '/topics', name: 'Topics' },
] as const
export type Section = (typeof SECTIONS)[number]['name']

/** A link to sign in, or the links of a reader's account. */
function AccountLinks({ site, path }: { site: Site; path: string }) {
  const { viewer } = site
  if (!viewer) {
    const to = path === '/' || path.startsWith('/sign-in') ? '' : `?to=${encodeURIComponent(path)}`
    return (
      <nav class="account" aria-label="Account">
        <a href={`/sign-in${to}`} rel="nofollow">
          Sign in
        </a>
      </nav>
    )
  }
  return (
    <nav class="account own" aria-label="Account">
      {viewer.reader.curator && <a href="/desk">Desk</a>}
      <a href="/papers/submit">Submit</a>
      <a href="/reading-list">Reading list</a>
      <a href="/settings">{displayName(viewer.reader)}</a>
    </nav>
  )
}

/** A whole page: masthead, sections, search box, the page's own content, colophon. */
export function renderPage(
  site: Site,
  {
    head,
    section,
    searched = '',
    isBroad = false,
    children,
  }: {
    head: Head
    section?: Section | undefined
    /** The text in the search box. */
    searched?: string
    /** Whether its content takes all the width there is, as a newspaper's does. */
    isBroad?: boolean
    children: Child
  },
) {
  const title = head.title ? `${head.title} · ${site.name}` : site.name
  const address = site.origin + head.path
  const image = head.image ?? {
    path: '/card.png',
    width: CARD_WIDTH,
    height: CARD_HEIGHT,
    alt: `${site.name}: the front page of research`,
  }
  return html`<!doctype html>${(
      <html lang="en" data-view={site.view}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{title}</title>
          <meta name="description" content={head.description} />
          <meta name="color-scheme" content="light dark" />
          {head.noindex ? <meta name="robots" content="noindex" /> : <link rel="canonical" href={address} />}
          <meta property="og:site_name" content={site.name} />
          <meta property="og:title" content={head.title ?? site.name} />
          <meta property="og:description" content={head.description} />
          <meta property="og:type" content={head.openGraphType ?? 'website'} />
          <meta property="og:url" content={address} />
          <meta property="og:image" content={site.origin + image.path} />
          <meta property="og:image:width" content={String(image.width)} />
          <meta property="og:image:height" content={String(image.height)} />
          <meta property="og:image:alt" content={image.alt} />
          <meta name="twitter:card" content="summary_large_image" />
          {site.assets.fonts.map((font) => (
            <link rel="preload" href={font} as="font" type="font/woff2" crossorigin="" />
          ))}
          <link rel="stylesheet" href={site.assets.style} />
          <script src={site.assets.theme}></script>
          <script type="module" src={site.assets.script}></script>
          <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
          <link
            rel="search"
            type="application/opensearchdescription+xml"
            title={site.name}
            href="/opensearch.xml"
          />
          <link rel="outline" type="text/x-opml" title={`Feeds of ${site.name}`} href="/feeds.opml" />
          {head.next && <link rel="next" href={head.next} />}
          {head.previous && <link rel="prev" href={head.previous} />}
          {head.feeds &&
            FEED_FORMATS.map((format) => (
              <link
                rel="alternate"
                type={format.type}
                title={`${head.feeds?.title} (${format.name})`}
                href={feedAddress(head.feeds?.path ?? '', format.suffix)}
              />
            ))}
          {head.children}
        </head>
        <body>
          <a class="skip" href="#content">
            Skip to content
          </a>
          <header class="masthead">
            <div class="masthead-line">
              <a class="nameplate" href="/" rel="home">
                {site.name}
              </a>
              <p class="motto">
                The front page of research, also <a href="/subscribe">by email</a>
              </p>
              <AccountLinks site={site} path={head.path} />
              <theme-switch></theme-switch>
            </div>
            <div class="masthead-bar">
              <nav class="sections" aria-label="Sections">
                <ul>
                  {SECTIONS.map(({ path, name }) => (
                    <li>
                      <a href={path} aria-current={name === section ? 'page' : undefined}>
                        {name}
                      </a>
                    </li>
                  ))}
                </ul>
              </nav>
              <SearchForm text={searched} />
            </div>
          </header>
          <main id="content" class={isBroad ? 'broad' : undefined} tabindex={-1}>
            {children}
          </main>
          <footer class="colophon">
            <p>
              <a href="/about">About {site.name}</a> <a href="/about/ranking">How papers are ranked</a>{' '}
              <a href="/about/search">How to search</a> <a href="/about/api">API</a>{' '}
              <a href="/collections">Collections</a> <a href="/comments">Comments</a>{' '}
              <a href="/digests">Digests</a> <a href="/moderation">Moderation</a>{' '}
              <a href="/index.atom">Feed</a>
            </p>
            <p class="keys" hidden>
              <kbd>/</kbd> search, <kbd>j</kbd> <kbd>k</kbd> next and previous paper, <kbd>v</kbd> vote,{' '}
              <kbd>?</kbd>{' '}
              <button type="button" class="link-button">
                all keys
              </button>
            </p>
          </footer>
        </body>
      </html>
    )}`
}

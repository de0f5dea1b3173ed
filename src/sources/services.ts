import type { Service } from '../outgoing/client.ts'

// arXiv's terms (https://info.arxiv.org/help/api/tou.html): one request in three seconds over one connection, counting all
// machines and all of its interfaces for programs.
// A little more than that: what is sent in time may be held up on its way, and what follows it may not.
const ARXIV = { turns: 'arxiv', intervalMs: 3_150, oneConnection: true } as const

/** A 429 that does not say for how long stops it for ten minutes. */
export const ARXIV_API = { ...ARXIV, name: 'arxiv', pauseMs: 600_000 } satisfies Service
export const ARXIV_OAI: Service = { ...ARXIV, name: 'arxiv-oai' }
export const ARXIV_RSS: Service = { ...ARXIV, name: 'arxiv-rss' }
/** Its pages for people, as its robots.txt asks. */
export const ARXIV_PAGES: Service = { name: 'arxiv-pages', intervalMs: 15_150, oneConnection: true }

/** No rule is published for it; one request a second burdens nobody. */
export const BIORXIV: Service = { name: 'biorxiv', intervalMs: 1_000, oneConnection: true }
/** https://europepmc.org/Help: at most ten requests a second. */
export const EUROPE_PMC: Service = { name: 'europe-pmc', intervalMs: 500 }
/** Its API allows 500 requests in five minutes to those who are not signed in. */
export const HUGGING_FACE: Service = { name: 'huggingface', intervalMs: 1_000 }
/** Feeds are on hosts of their own; each is asked rarely. */
export const WEB_FEED: Service = { name: 'feeds', intervalMs: 500 }

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

// Facts about papers here. Crossref tells its limit with each answer, far above this one
// (https://www.crossref.org/documentation/retrieve-metadata/rest-api/tips-for-using-the-crossref-rest-api/).
export const CROSSREF: Service = { name: 'crossref', intervalMs: 500 }
/** https://docs.openalex.org: at most ten requests a second. */
export const OPENALEX: Service = { name: 'openalex', intervalMs: 500 }
/** https://www.semanticscholar.org/product/api: one request a second with a key, shared with everyone without. */
export const SEMANTIC_SCHOLAR: Service = { name: 'semantic-scholar', intervalMs: 1_100 }
/** https://docs.github.com/rest/using-the-rest-api/best-practices: one after another, and none too many. */
export const GITHUB: Service = { name: 'github', intervalMs: 800, oneConnection: true }

/** How often an issue comes. */
export const EVERY = ['day', 'week', 'month'] as const
export type Every = (typeof EVERY)[number]

/**
 * An issue as plain data: the mail, its text, the preview, the archive and its feed are made of it, and nothing else.
 * Addresses are absolute; texts are plain, formulas in Unicode characters, unless said otherwise.
 */
export type Issue = {
  site: { name: string; origin: string }
  /** The list that it tells of, as people call it, and its page. */
  list: { title: string; url: string }
  every: Every
  /** `2026-11-29`, `2026-W48` or `2026-11`. */
  period: string
  /** As people say it: `Sunday 29 November 2026`, `23 to 29 November 2026`, `November 2026`. */
  when: string
  subject: string
  /** What is to be known first, each in one line: days without papers. */
  notes: string[]
  /** What curators wrote at the head of the edition. `html` is safe to put into a page. */
  head: { text: string; html: string; by: string | null } | null
  /** The best first: the top story. At most 25; none only where nothing is new. */
  papers: IssuePaper[]
  /** How many papers there were to choose from. */
  total: number
  /** Papers of earlier issues of which something grave was said since. */
  warnings: { title: string; url: string; what: string; sentOn: string }[]
}

export type IssuePaper = {
  /** Its number and its revision: by them what is made of it is remembered. */
  id: number
  revision: number
  url: string
  title: string
  /** The first authors, and how many more there are. */
  by: string
  /** `cs.CL`, `math.CO`; empty where it has none. */
  topic: string
  /** When it came out, as people say it; null where nobody knows. */
  published: string | null
  /** A few sentences of its abstract, or its synopsis; null where it has neither. */
  summary: string | null
  /** The sentence that says best what is new in it; of the top story only. */
  keySentence: string | null
  /** Of the top story only. Sizes in pixels. */
  picture: { url: string; width: number; height: number; caption: string } | null
  /** Why it is there: `Fourth in the edition of 28 November, with 42 votes`. */
  reason: string
  /** What must be known before it is read: `Retracted`. */
  warnings: string[]
  /** Where to read it: arXiv, PDF, code. */
  links: { name: string; url: string }[]
}

/** The addresses in a mail that are of its reader alone. */
export type IssueLinks = {
  /** The same issue as a page. */
  web: string
  /** Ends this subscription. */
  unsubscribe: string
  /** Where a link to the settings can be asked for. */
  settings: string
}

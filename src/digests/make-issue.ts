import { LRUCache } from 'lru-cache'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { editionHead } from '../discussion/edition-head.ts'
import { byline } from '../papers/byline.ts'
import { addDays, monthPeriod, parseDay, weekPeriod } from '../papers/calendar.ts'
import { longDay, periodTitle, plainDay, publishedText, span } from '../papers/dates-in-words.ts'
import { papersByIds } from '../papers/find.ts'
import { currentNumbers } from '../papers/hold.ts'
import { addressPath } from '../papers/identifiers.ts'
import type { Paper } from '../papers/paper.ts'
import { plainText } from '../papers/plain-text.ts'
import { warningsOf } from '../papers/notices.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import { picturesOf } from '../pictures/pictures.ts'
import type { Content } from './content.ts'
import type { DigestRoom } from './digest-room.ts'
import type { Every, Issue, IssuePaper } from './issue.ts'
import { keySentence } from './key-sentence.ts'
import { mailedTitle, type MailedList } from './mailed-list.ts'

/** What an issue is made of besides its content. */
export type IssueFrame = {
  list: MailedList
  /** The list's address on this site. */
  address: string
  every: Every
  period: string
}

/** In characters; a mail with 25 papers stays below what mail programs cut off. */
const LONGEST_SUMMARY = 340
/** What papers look like is asked for again after so long: titles are corrected, papers retracted. */
const FRESH_MS = 60_000

type Drawn = { paper: Paper; drawn: Omit<IssuePaper, 'reason' | 'keySentence' | 'picture'> }

/**
 * Makes issues out of what is kept of them: the one function behind the mail, its text, the preview, the archive and its
 * feed. What it draws of a paper is remembered for a minute, since thousands of issues have the same papers.
 */
export function issueMaker(room: DigestRoom): (content: Content, frame: IssueFrame) => Promise<Issue> {
  const { db, timeZone } = room.search
  const drawn = new LRUCache<number, Drawn>({ max: 3_000, ttl: FRESH_MS })
  const titles = new LRUCache<string, string>({ max: 1_000, ttl: FRESH_MS })
  const heads = new LRUCache<string, { head: Issue['head'] }>({ max: 1_000, ttl: FRESH_MS })
  const tops = new LRUCache<number, Pick<IssuePaper, 'keySentence' | 'picture'>>({ max: 300, ttl: FRESH_MS })

  async function draw(ids: number[]): Promise<Map<number, Drawn>> {
    const all = new Map<number, Drawn>()
    const missing: number[] = []
    for (const id of ids) {
      const known = drawn.get(id)
      if (known) all.set(id, known)
      else missing.push(id)
    }
    if (missing.length === 0) return all
    // What was merged since is what it has become.
    const current = await currentNumbers(db, missing)
    const found = await papersByIds(db, current, { seenBy: 'everyone' })
    await mapInTurns([...missing.entries()], ([i, id]) => {
      const paper = found.get(current[i] ?? id)
      if (!paper) return
      const one = { paper, drawn: drawPaper(paper, { origin: room.site.origin, timeZone }) }
      drawn.set(id, one)
      all.set(id, one)
    })
    return all
  }

  async function topOf({ paper }: Drawn): Promise<Pick<IssuePaper, 'keySentence' | 'picture'>> {
    const known = tops.get(paper.id)
    if (known) return known
    const picture = room.pictures ? (await picturesOf(db, [paper.id])).get(paper.id) : undefined
    const text = paper.synopsis ?? paper.abstract
    const top = {
      keySentence: text === null ? null : keySentence(plainText(text)),
      picture: picture
        ? {
            url: `${room.site.origin}/pictures/${picture.digest}.jpg`,
            width: picture.width,
            height: picture.height,
            caption: plainText(picture.caption),
          }
        : null,
    }
    tops.set(paper.id, top)
    return top
  }

  async function headFor(frame: IssueFrame, content: Content): Promise<Issue['head']> {
    const name = `${frame.every} ${frame.address} ${content.to}`
    const known = heads.get(name) ?? { head: await headOf(db, frame, content) }
    heads.set(name, known)
    return known.head
  }

  async function titleFor(frame: IssueFrame): Promise<string> {
    const title = titles.get(frame.address) ?? (await mailedTitle(db, frame.list))
    titles.set(frame.address, title)
    return title
  }

  return async (content, frame) => {
    const ids = [...content.papers, ...content.warned].map(({ id }) => id)
    const [shown, title, head] = await Promise.all([
      draw([...new Set(ids)]),
      titleFor(frame),
      headFor(frame, content),
    ])
    const named = new Set<number>()
    const listed = content.papers.flatMap(({ id, reason }) => {
      const found = shown.get(id)
      // Two that were merged since are one.
      if (!found || named.has(found.paper.id)) return []
      named.add(found.paper.id)
      return [{ found, reason }]
    })
    const [first] = listed
    const top = first ? await topOf(first.found) : null
    const papers = listed.map(({ found, reason }, i): IssuePaper => {
      const isTop = i === 0 && top !== null
      return {
        ...found.drawn,
        reason,
        keySentence: isTop ? top.keySentence : null,
        picture: isTop ? top.picture : null,
      }
    })
    const when = whenOf(frame, content)
    return {
      site: room.site,
      list: { title, url: room.site.origin + frame.address },
      every: frame.every,
      period: frame.period,
      when,
      subject: subjectOf({ title, when, siteName: room.site.name, papers }),
      notes: content.notes,
      head,
      papers,
      total: Math.max(content.total, papers.length),
      warnings: content.warned.flatMap(({ id, sentOn }) => {
        const found = shown.get(id)
        const what = found ? warningsOf(found.paper)[0] : undefined
        if (!found || what === undefined) return []
        return [{ title: found.drawn.title, url: found.drawn.url, what, sentOn: plainDay(sentOn) }]
      }),
    }
  }
}

/** What curators wrote at the head of the edition that a daily issue of the front page tells of. */
async function headOf(
  db: Kysely<Database>,
  { list, every }: IssueFrame,
  { to }: Content,
): Promise<Issue['head']> {
  if (list.kind !== 'editions' || every !== 'day') return null
  const head = await editionHead(db, { edition: to })
  return head === null || head.text === ''
    ? null
    : { text: head.text, html: head.html, by: head.by?.name ?? null }
}

function drawPaper(paper: Paper, { origin, timeZone }: { origin: string; timeZone: string }): Drawn['drawn'] {
  const text = paper.synopsis ?? paper.abstract
  return {
    id: paper.id,
    revision: paper.revision,
    url: origin + addressPath(paper.address),
    title: plainText(paper.title),
    by: byline(paper),
    topic: paper.primaryCategory ?? '',
    published: paper.published && publishedText(paper.published, { timeZone, short: true }),
    summary: text === null ? null : shorten(plainText(text)),
    warnings: warningsOf(paper),
    links: linksOf(paper),
  }
}

function linksOf({ arxivId, doi, links }: Paper): IssuePaper['links'] {
  const code = links.find(({ kind }) => kind === 'code')
  const project = links.find(({ kind }) => kind === 'project')
  return [
    ...(arxivId === null
      ? doi === null
        ? []
        : [{ name: 'DOI', url: `https://doi.org/${encodeURI(doi)}` }]
      : [
          { name: 'arXiv', url: `https://arxiv.org/abs/${arxivId}` },
          { name: 'PDF', url: `https://arxiv.org/pdf/${arxivId}` },
        ]),
    ...(code ? [{ name: 'Code', url: code.url }] : []),
    ...(project ? [{ name: 'Project', url: project.url }] : []),
  ]
}

/** Up to the end of a sentence where one ends in the last half, else up to a word. */
function shorten(text: string): string {
  if (text.length <= LONGEST_SUMMARY) return text
  const start = text.slice(0, LONGEST_SUMMARY)
  const sentence = /^[\s\S]*[.!?](?=\s)/.exec(start)?.[0] ?? ''
  if (sentence.length >= LONGEST_SUMMARY / 2) return sentence
  const word = start.replace(/\s+\S*$/, '').replace(/[\uD800-\uDBFF]$/, '')
  return `${word} …`
}

/** The time that an issue tells of, as people say it. */
function whenOf({ every, period, list }: IssueFrame, { from, to, on }: Content): string {
  switch (every) {
    case 'day':
      // A first issue tells of an edition, or of what is on a list that day.
      return longDay(parseDay(period) ?? (list.kind === 'editions' ? to : on))
    case 'week': {
      const week = weekPeriod(period)
      return week === null ? span({ from: addDays(from, 1), to }) : span(week)
    }
    case 'month': {
      const month = monthPeriod(period)
      return month === null ? span({ from: addDays(from, 1), to }) : periodTitle(month)
    }
  }
}

const LONGEST_SUBJECT_TITLE = 90

/** The top story says more than a date: `Tides that turn early, and 9 more · Front page, 28 November 2026`. */
function subjectOf({
  title,
  when,
  siteName,
  papers,
}: {
  title: string
  when: string
  siteName: string
  papers: IssuePaper[]
}): string {
  const [first] = papers
  if (!first) return `${siteName}: ${title}, ${when}`
  const story =
    first.title.length > LONGEST_SUBJECT_TITLE
      ? `${first.title.slice(0, LONGEST_SUBJECT_TITLE).replace(/\s+\S*$/, '')}…`
      : first.title
  const warning = first.warnings[0]
  const others = papers.length === 1 ? '' : ` and ${papers.length - 1} more`
  return `${warning === undefined ? '' : `${warning}: `}${story}${others} · ${title}`
}

import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { parseIdentifier } from '../../papers/identifiers.ts'
import { VERBATIM } from '../../papers/export/ris.ts'
import type { WorkType } from '../../papers/publication.ts'
import { bibliographyDraft } from './bibliography-draft.ts'
import { cleanLine } from './clean-text.ts'
import { parsePublished } from './dates.ts'
import { MAX_RECORD_LENGTH, readLines } from './lines.ts'
import { RECORD_TOO_LONG, outcomeOf } from './refusal.ts'
import type { AuthorDraft } from './valid-authors.ts'
import type { PaperDraft } from './validate-paper.ts'

/** The lines of a record: a tag, and the value that goes on until the next. */
type Lines = [tag: string, value: string][]

const LINE = /^\s{0,4}([A-Z][A-Z0-9])\s{1,3}-(?:\s(.*))?$/

/**
 * Papers from a RIS file, as reference managers and publishers write it: one from each record, whatever ends its lines and
 * even if its `ER` is missing. Those with neither DOI nor arXiv id get an identifier made from title, first author and year.
 * Positions are `record 3 (line 44)`.
 */
export async function* readRis(chunks: AsyncIterable<string>): AsyncGenerator<HarvestOutcome> {
  let count = 0
  let began = 0
  let length = 0
  let record: Lines | null = null

  const ended = (): HarvestOutcome[] => {
    if (record === null) return []
    const position = `record ${count} (line ${began})`
    const draft = length > MAX_RECORD_LENGTH ? { refused: RECORD_TOO_LONG } : draftOf(record)
    record = null
    return [outcomeOf(position, draft)]
  }

  for await (const { number, text } of readLines(withLineFeeds(chunks))) {
    const [, tag, value = ''] = LINE.exec((text ?? '').replace(/^\ufeff/, '')) ?? []
    if (tag === 'TY') {
      yield* ended()
      count += 1
      began = number
      length = 0
      record = [[tag, value]]
    } else if (tag === 'ER') yield* ended()
    else if (record !== null) {
      length += text === null ? MAX_RECORD_LENGTH + 1 : text.length
      if (length > MAX_RECORD_LENGTH) continue
      const last: [string, string] | undefined = record.at(-1)
      if (tag !== undefined) record.push([tag, value])
      // A value may go on in the next lines.
      else if (last !== undefined) last[1] += `\n${text ?? ''}`
    }
  }
  yield* ended()
}

/** A text whose lines may end in CR alone, as those of old Macs did, with LF at the end of each. */
async function* withLineFeeds(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  // The LF of a CRLF may come with the next chunk.
  let held = ''
  for await (const chunk of chunks) {
    const text = held + chunk
    held = text.endsWith('\r') ? '\r' : ''
    yield text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n')
  }
  if (held !== '') yield '\n'
}

const TYPES: Readonly<Record<string, WorkType>> = {
  JOUR: 'article',
  EJOUR: 'article',
  MGZN: 'article',
  NEWS: 'article',
  ABST: 'article',
  JFULL: 'article',
  INPR: 'article',
  CPAPER: 'inproceedings',
  CONF: 'proceedings',
  CHAP: 'incollection',
  ECHAP: 'incollection',
  BOOK: 'book',
  EBOOK: 'book',
  EDBOOK: 'book',
  THES: 'phdthesis',
  RPRT: 'techreport',
  GOVDOC: 'techreport',
  STAND: 'techreport',
  PAMP: 'booklet',
  DATA: 'dataset',
  AGGR: 'dataset',
  COMP: 'software',
  PAT: 'patent',
  ELEC: 'online',
  BLOG: 'online',
  ICOMM: 'online',
  MANSCPT: 'unpublished',
  GEN: 'misc',
}

function typeOf(code: string, kind: string, { isInBook }: { isInBook: boolean }): WorkType | null {
  const type = TYPES[code] ?? null
  if (type === 'phdthesis' && /master|magister|diplom|m\.?\s?sc/i.test(kind)) return 'mastersthesis'
  if (type === 'incollection' && /^part of a book$/i.test(kind)) return 'inbook'
  if (type === 'techreport' && /^manual$/i.test(kind)) return 'manual'
  // Many programs write a paper of a conference so.
  return type === 'proceedings' && isInBook && !/^proceedings$/i.test(kind) ? 'inproceedings' : type
}

function draftOf(record: Lines): PaperDraft {
  const all = (...tags: string[]) =>
    record
      .filter(([tag]) => tags.includes(tag))
      .map(([, value]) => value.trim())
      .filter(Boolean)
  const first = (...tags: string[]) => tags.flatMap((tag) => all(tag)).find((value) => value !== '') ?? ''
  const container = first('T2', 'JO', 'JF', 'JA', 'J2', 'BT')
  const type = typeOf(first('TY').toUpperCase(), first('M3'), { isInBook: container !== '' })
  const title = first('TI', 'T1', 'CT') || (type === 'book' || type === 'proceedings' ? container : '')
  const verbatim = all('C1').find((value) => value.startsWith(VERBATIM))
  const [start, end] = [first('SP'), first('EP')]
  return bibliographyDraft({
    source: 'ris',
    type,
    dois: [...all('DO'), ...(type === 'article' ? all('M3').filter((value) => value.startsWith('10.')) : [])],
    arxiv: [...all('AN'), ...all('M1'), ...all('UR', 'L1', 'L2', 'LK')].find(isArxiv),
    urls: all('UR', 'L1', 'L2', 'LK').flatMap((value) => value.split(/;\s*(?=https?:)|\s+/)),
    address: first('ID'),
    title,
    abstract: first('AB', 'N2'),
    authors: authorsOf(all('AU', 'A1')),
    published: dateOf({ date: first('DA'), year: first('PY', 'Y1') }),
    keywords: all('KW'),
    note: first('N1'),
    container: title === container ? '' : container,
    volume: first('VL'),
    issue: first('IS'),
    pages: end === '' || end === start || start.includes(end) ? start : `${start}–${end}`,
    publisher: first('PB'),
    journalReference: verbatim?.slice(VERBATIM.length),
  })
}

function isArxiv(text: string): boolean {
  return parseIdentifier(text)?.identifier.scheme === 'arxiv'
}

/** `Poe, Sam, Jr.`: family name, given name, suffix. */
function authorsOf(names: string[]): AuthorDraft[] {
  return names.map((name) => {
    const [family = '', given = '', suffix = '', ...more] = name.split(',').map((part) => part.trim())
    // A name in one piece is one that RIS does not divide; some programs write a comma after it.
    if (given === '' && suffix === '') return { name: family, literal: true }
    if (more.length > 0 || /^(?:(?:the|et al)\b|\d)/i.test(family)) return { name, literal: true }
    if (/^(?:[js]r|i{2,3}|iv)\.?$/i.test(given) && suffix !== '')
      return { family, given: suffix, suffix: given }
    return { family, given, suffix }
  })
}

/** `2024/12/27/`, of which the end may be missing; the more exact of the two dates, where they agree. */
function dateOf({ date, year }: { date: string; year: string }): string {
  const [exact, plain] = [date, year].map((text) => {
    const [, written] = /^(\d{4}(?:\/\d{0,2}){0,2})(?:\/.*)?$/.exec(cleanLine(text)) ?? []
    const parts = written?.split('/').filter((part) => part !== '')
    return parsePublished(parts?.join('-') ?? cleanLine(text))?.value.slice(0, 10)
  })
  if (exact !== undefined && (plain === undefined || exact.startsWith(plain.slice(0, 4)))) return exact
  if (plain === undefined || exact !== undefined || date === '') return plain ?? ''
  // `May 3` of the year that another line says.
  return parsePublished(`${cleanLine(date)} ${plain.slice(0, 4)}`)?.value ?? plain
}

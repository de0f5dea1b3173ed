import { parse, type Entry, type Library } from '@retorquere/bibtex-parser'
import { isBody } from '../../papers/bodies.ts'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { doisIn, localIdentifier, parseIdentifier, type PaperIdentifier } from '../../papers/identifiers.ts'
import { readNotes } from '../../papers/export/reference.ts'
import { WORK_TYPES, referenceText, type Publication, type WorkType } from '../../papers/publication.ts'
import { JOURNALS } from '../../papers/tex/journals.ts'
import { plainAddress } from '../../papers/tex/plain-address.ts'
import { readBibtexEntries, type BibtexEntry } from './bibtex-entries.ts'
import { takeField, type TakenField } from './bibtex-field.ts'
import { missingParent, withInherited, type EntryFields, type Parents } from './bibtex-inheritance.ts'
import { readBibtexNames } from './bibtex-names.ts'
import { plainText, protectEntry, texText, withJournals, type ProtectedEntry } from './bibtex-text.ts'
import { categoriesIn, ownAddress, publicationOf } from './bibliography-draft.ts'
import { cleanLine } from './clean-text.ts'
import { parsePublished } from './dates.ts'
import { outcomeOf } from './refusal.ts'
import { texNameToUnicode } from './tex-names.ts'
import type { AuthorDraft } from './valid-authors.ts'
import type { PaperDraft } from './validate-paper.ts'

// Reading an entry takes about 15 µs a character, and blocks everything else meanwhile.
const MAX_ENTRY = 100_000
// Strings may contain strings: a few lines of them could expand to more than memory holds.
const MAX_STRING = 500
const MAX_STRINGS = 2_000

// What others may inherit from, and what waits for it, is held in memory.
const MAX_PARENTS = 50_000
const MAX_WAITING = 20_000
const MAX_INHERITED = 2_000

/**
 * Papers from a BibTeX or BibLaTeX file, one from each entry; those with neither DOI nor arXiv id get an identifier
 * made from title, first author and year. What an entry inherits (`crossref`, `xdata`) may come before or after it: one that
 * waits for it is yielded after it, at the latest at the end. Positions are `entry smith2020 (line 44)`.
 */
export async function* readBibtex(chunks: AsyncIterable<string>): AsyncGenerator<HarvestOutcome> {
  let strings: Record<string, string> = {}
  let count = 0
  const parents: Parents = new Map()
  const waiting = new Map<string, Read[]>()
  let waitingCount = 0

  function* settled(entry: Read): Generator<HarvestOutcome> {
    const missing = waitingCount < MAX_WAITING ? missingParent(entry, parents) : null
    if (missing === null) {
      yield outcomeOf(entry.position, draftOf(withInherited(entry, parents)))
      return
    }
    waiting.set(missing, [...(waiting.get(missing) ?? []), entry])
    waitingCount += 1
  }

  for await (const entry of readBibtexEntries(chunks)) {
    if (entry.ok && entry.type === 'preamble') continue
    if (entry.ok && entry.type === 'string') {
      strings = withString(strings, entry.text)
      continue
    }
    count += 1
    const position = `entry ${entry.key === '' ? count : entry.key.slice(0, 200)} (line ${entry.line})`
    const read = entry.ok ? readEntry(entry, strings) : { refused: entry.reason }
    if ('refused' in read) {
      yield outcomeOf(position, read)
      continue
    }
    // It holds fields for others, and is no paper.
    if (read.type !== 'xdata') yield* settled({ ...read, position })
    for (const key of keysOf(read)) {
      if (parents.has(key) || parents.size >= MAX_PARENTS) continue
      parents.set(key, inheritable(read))
      const ready = waiting.get(key) ?? []
      waiting.delete(key)
      waitingCount -= ready.length
      for (const child of ready) yield* settled(child)
    }
  }
  for (const child of [...waiting.values()].flat()) {
    yield outcomeOf(child.position, draftOf(withInherited(child, parents)))
  }
}

type Read = EntryFields & { position: string }

/** The keys under which others may name an entry: its own, and those that biblatex takes for the same. */
function keysOf({ key, fields }: EntryFields): string[] {
  const keys = [key, ...(fields.get('ids') ?? '').split(',')].map((one) => one.trim().toLowerCase())
  return keys.filter((one) => one !== '')
}

function inheritable(entry: EntryFields): EntryFields {
  const short = [...entry.fields].filter(
    ([, value]) => entry.type === 'xdata' || value.length <= MAX_INHERITED,
  )
  return {
    ...entry,
    fields: new Map(short.filter(([name]) => entry.type === 'xdata' || name !== 'abstract')),
  }
}

function parseEntries(text: string, strings: Record<string, string>): Library | null {
  try {
    return parse(text, {
      english: false,
      caseProtection: false,
      unsupported: 'ignore',
      applyCrossRef: false,
      strings,
    })
  } catch {
    return null
  }
}

function withString(strings: Record<string, string>, definition: string): Record<string, string> {
  if (definition.length > MAX_STRING || Object.keys(strings).length >= MAX_STRINGS) return strings
  const defined = Object.entries(parseEntries(withJournals(definition), strings)?.strings ?? {})
  return { ...strings, ...Object.fromEntries(defined.filter(([, value]) => value.length <= MAX_STRING)) }
}

function readEntry(
  { text, line, type, key }: BibtexEntry & { ok: true },
  strings: Record<string, string>,
): EntryFields | { refused: string } {
  const authors = takeField(text, 'author')
  // The parser would put them in the order of the alphabet.
  const keywords = takeField(authors?.rest ?? text, 'keywords')
  const kept = protectEntry(keywords?.rest ?? authors?.rest ?? text)
  const longestString = Math.max(0, ...Object.values(strings).map(({ length }) => length))
  const places = kept.text.match(/[=#]/g)?.length ?? 0
  if (kept.text.length + places * longestString > MAX_ENTRY) {
    return { refused: `The entry is longer than ${MAX_ENTRY.toLocaleString('en-GB')} characters.` }
  }
  const library = parseEntries(kept.text, { ...MONTHS, ...strings })
  const fault = library?.errors.find(({ error }) => !error.startsWith('Unresolved @string'))
  const entry = library?.entries[0]
  if (!entry || !library || fault) {
    const why = fault ? ` (${cleanLine(inFile(fault.error, line)).slice(0, 200)})` : ''
    return { refused: `The entry is not readable BibTeX${why}.` }
  }
  const valueOf = (taken: TakenField | null) =>
    (taken?.pieces ?? [])
      .map((piece) => ('text' in piece ? piece.text : (strings[piece.name.toUpperCase()] ?? piece.name)))
      .join('')
  const { fields, texts } = fieldsOf(entry, kept)
  return {
    type,
    key,
    fields: new Map([...fields, ['keywords', plainAddress(valueOf(keywords))]]),
    texts,
    names: readBibtexNames(valueOf(authors)),
  }
}

// As words, so that `mar # "~12"` and `"12~" # mar` can be told apart.
const MONTHS = Object.fromEntries(
  'January February March April May June July August September October November December'
    .split(' ')
    .flatMap((name) => [
      [name.slice(0, 3).toLowerCase(), name],
      [name.toLowerCase(), name],
    ]),
)

function inFile(error: string, line: number): string {
  return error.replace(/line (\d+), column \d+/, (_, within: string) => `line ${line + Number(within) - 1}`)
}

// These are not read as TeX, but some people write it there all the same.
const VERBATIM = new Set(['doi', 'eprint', 'url'])

function fieldsOf(entry: Entry, kept: ProtectedEntry): Pick<EntryFields, 'fields' | 'texts'> {
  const fields = new Map<string, string>()
  const texts = new Map<string, string>()
  for (const [name, given] of Object.entries(entry.fields as Record<string, unknown>)) {
    const value = Array.isArray(given) ? given.join(' and ') : given
    if (typeof value !== 'string') continue
    const text = plainText(value, kept).trim()
    if (text === '') continue
    fields.set(name, VERBATIM.has(name) ? plainAddress(text) : text)
    texts.set(name, texText(value, kept).trim())
  }
  return { fields, texts }
}

type Field = (name: string) => string

function draftOf({ type, fields, texts, names: authors }: EntryFields): PaperDraft {
  const field: Field = (name) => fields.get(name) ?? ''
  const text: Field = (name) => texts.get(name) ?? field(name)
  const date = dateOf(field)
  const { withdrawn, comments } = readNotes(text('note'))
  const publication = publicationIn(type, text)
  const title = [field('title'), field('subtitle')].filter(Boolean).join(': ')
  const identifiers = identifiersOf(field)
  const url = field('url')
  return {
    source: 'bibtex',
    identifiers: identifiers.filter(({ scheme }) => scheme !== 'local').map(({ value }) => value),
    identifier:
      identifiers.find(({ scheme }) => scheme === 'local') ??
      (identifiers.length > 0 || cleanLine(title) === ''
        ? undefined
        : localIdentifier({
            title: cleanLine(title),
            firstAuthor: firstAuthorOf(authors),
            ...(date === '' ? {} : { year: Number(date.slice(0, 4)) }),
          })),
    title: [text('title'), text('subtitle')].filter(Boolean).join(': '),
    abstract: text('abstract'),
    authors: [...authors, ...collaborationsOf(field('collaboration'))],
    published: date,
    primaryCategory: field('primaryclass') || field('eprintclass'),
    categories: categoriesIn(field('keywords').split(/[,;]/), { urls: [url] }),
    comments,
    ...(withdrawn ? { withdrawn } : {}),
    publication,
    journalReference:
      text('journalref') || (publication ? referenceText(publication, date.slice(0, 4) || undefined) : ''),
    links: url === '' || parseIdentifier(url) !== null ? [] : [{ url }],
  }
}

/** As local identifiers have it since there are any: given name first, `others` left out. */
function firstAuthorOf(authors: AuthorDraft[]): string | undefined {
  return authors
    .map(({ name, given, nonDroppingParticle, family, suffix }) =>
      cleanLine(
        texNameToUnicode([name, given, nonDroppingParticle, family, suffix].filter(Boolean).join(' ')),
      ),
    )
    .find((name) => name !== '' && !/^(?:others|et al\.?)$/i.test(name))
}

/** `ATLAS, CMS`, as INSPIRE names the collaborations beside a shortened list of authors. */
function collaborationsOf(field: string): AuthorDraft[] {
  return field
    .split(/,\s*(?:and\s+)?|\s+and\s+|;/)
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => ({ name: isBody(name) ? name : `${name} Collaboration`, kind: 'collaboration' }))
}

/** Its DOI and its arXiv identifier, whatever it has of both; without either, what its address names. */
function identifiersOf(field: Field): PaperIdentifier[] {
  const dois = doisIn(field('doi'))
  if (dois.some(({ scheme }) => scheme === 'arxiv')) return dois
  // One of our own exports says all that identifies it.
  const own = ownAddress(field('url'))
  const arxiv =
    arxivIdOf(eprintOf(field)) ??
    (own === null ? CITING : []).map((name) => arxivIdIn(field(name))).find((id) => id !== null) ??
    arxivIdOf(field('url'))
  const stated = arxiv ? [...dois, arxiv] : dois
  if (stated.length === 0 && own !== null) return [own]
  const named = stated.length > 0 ? null : parseIdentifier(field('url'))?.identifier
  // A paper's page on another site may have an identifier that only means something there.
  return named && named.scheme !== 'local' ? [named] : stated
}

// Where people and programs write an arXiv identifier.
const CITING = ['journal', 'journaltitle', 'volume', 'number', 'pages', 'eid', 'howpublished', 'note']

/** `2001.01234`, also where the archive of an old number is in its class or in the archive's prefix: `hep-th/9901001`. */
function eprintOf(field: Field): string {
  const eprint = (field('eprint') || field('arxivid') || field('arxiv')).replace(/^abs\//, '')
  if (!/^\d{7}(?:v\d+)?$/.test(eprint)) return eprint
  const archive = field('archiveprefix') || field('eprinttype') || field('archive')
  const isArxiv = /^arxiv$/i.test(archive) || archive === ''
  return `${isArxiv ? field('primaryclass') || field('eprintclass') : archive}/${eprint}`
}

function arxivIdOf(text: string): PaperIdentifier | null {
  const identifier = parseIdentifier(text)?.identifier
  return identifier?.scheme === 'arxiv' ? identifier : null
}

// `arXiv preprint arXiv:2001.01234`, as search engines write journals, and `CoRR abs/2001.01234`, as DBLP does.
const CITED_ID =
  /^(?:(?:available (?:at|on) )?arxiv(?:\.org)?(?: preprint| e-?prints?)?[,:]? *(?:arxiv:)?|corr,? *(?:abs\/|arxiv:)?|(?=abs\/)) *(\S+?)[.,;]?(?: *\[[\w.-]+\])?(?: *\(\d{4}\))?$/i

function arxivIdIn(text: string): PaperIdentifier | null {
  if (/^https?:\/\//i.test(text)) return arxivIdOf(text)
  return arxivIdOf(CITED_ID.exec(text)?.[1]?.replace(/^abs\//, '') ?? '')
}

/** The types of entries that others have for one of ours. */
const TYPES: Readonly<Record<string, WorkType>> = {
  conference: 'inproceedings',
  suppperiodical: 'article',
  suppcollection: 'incollection',
  inreference: 'incollection',
  suppbook: 'inbook',
  bookinbook: 'inbook',
  mvbook: 'book',
  collection: 'book',
  mvcollection: 'book',
  reference: 'book',
  mvreference: 'book',
  mvproceedings: 'proceedings',
  thesis: 'phdthesis',
  report: 'techreport',
  electronic: 'online',
  www: 'online',
}

function publicationIn(entryType: string, text: Field): Publication | undefined {
  const known = TYPES[entryType] ?? WORK_TYPES.find((one) => one === entryType) ?? 'misc'
  const kind = text('type')
  const isMaster = known === 'phdthesis' && entryType === 'thesis' && /^mast|^mathesis|^m\.?\s?sc/i.test(kind)
  const journal = text('journal') || text('journaltitle')
  // `journal = apj` without a string of that name.
  const container = JOURNALS.get(journal) || journal || text('booktitle')
  return publicationOf(
    {
      type: isMaster ? 'mastersthesis' : known,
      container,
      volume: text('volume'),
      issue: text('number') || text('issue'),
      pages: text('pages') || text('eid') || text('articleno'),
      publisher: text('publisher') || text('school') || text('institution') || text('organization'),
    },
    (written) => written,
  )
}

/** `2020`, `2020-02`, `2020-02-03`, or nothing where the entry does not say when it came out. */
function dateOf(field: Field): string {
  const date = parsePublished(field('date')) ?? parsePublished(field('year'))
  // An instant says no more of a publication than its day.
  if (date === null || date.precision !== 'year') return date?.value.slice(0, 10) ?? ''
  return inMonth(date.value, field('month'), field('day')) ?? date.value
}

/** The date in a field `month`, which may hold the day too (`mar # "~12"`) or several months. */
function inMonth(year: string, month: string, day: string): string | null {
  const [, number, ownDay = ''] = /^(\d{1,2})(?:$|[-–/]|\s+(\d{1,2})\b)/.exec(month) ?? []
  const written =
    number === undefined
      ? [`${day} ${month} ${year}`, `${month} ${year}`]
      : [[year, number, day || ownDay].filter(Boolean).join('-')]
  return (
    written.map((text) => parsePublished(text)).find((one) => one !== null && one.precision !== 'year')
      ?.value ?? null
  )
}

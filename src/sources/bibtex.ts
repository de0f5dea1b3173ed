import { parse, type Entry, type Library } from '@retorquere/bibtex-parser'
import { isBody } from '../papers/bodies.ts'
import type { HarvestOutcome } from '../papers/harvested-paper.ts'
import { localIdentifier, parseIdentifier } from '../papers/identifiers.ts'
import { readBibtexEntries, type BibtexEntry } from './bibtex-entries.ts'
import { takeField } from './bibtex-field.ts'
import { readBibtexNames } from './bibtex-names.ts'
import { plainText, protectEntry, type ProtectedEntry } from './bibtex-text.ts'
import { cleanLine } from './clean-text.ts'
import { calendarDay, monthNumber, parseDate } from './dates.ts'
import { outcomeOf } from './refusal.ts'
import { texNameToUnicode } from './tex-names.ts'
import type { AuthorDraft } from './valid-authors.ts'
import { quote, type PaperDraft } from './validate-paper.ts'

// Reading an entry takes about 15 µs a character, and blocks everything else meanwhile.
const MAX_ENTRY = 100_000
// Strings may contain strings: a few lines of them could expand to more than memory holds.
const MAX_STRING = 500
const MAX_STRINGS = 2_000

/**
 * Papers from a BibTeX or BibLaTeX file, one from each entry; those with neither DOI nor arXiv id get an identifier
 * made from title, first author and year. `crossref` is not followed. Positions are `entry smith2020 (line 44)`.
 */
export async function* readBibtex(chunks: AsyncIterable<string>): AsyncGenerator<HarvestOutcome> {
  let strings: Record<string, string> = {}
  let count = 0
  for await (const entry of readBibtexEntries(chunks)) {
    if (entry.ok && entry.type === 'preamble') continue
    if (entry.ok && entry.type === 'string') {
      strings = withString(strings, entry.text)
      continue
    }
    count += 1
    const position = `entry ${entry.key === '' ? count : entry.key.slice(0, 200)} (line ${entry.line})`
    yield outcomeOf(position, entry.ok ? draftOf(entry, strings) : { refused: entry.reason })
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
  const defined = Object.entries(parseEntries(definition, strings)?.strings ?? {})
  return { ...strings, ...Object.fromEntries(defined.filter(([, value]) => value.length <= MAX_STRING)) }
}

function draftOf(
  { text, line }: BibtexEntry & { ok: true },
  strings: Record<string, string>,
): PaperDraft | { refused: string } {
  const authors = takeField(text, 'author')
  const kept = protectEntry(authors?.rest ?? text)
  const longestString = Math.max(0, ...Object.values(strings).map(({ length }) => length))
  const places = kept.text.match(/[=#]/g)?.length ?? 0
  if (kept.text.length + places * longestString > MAX_ENTRY) {
    return { refused: `The entry is longer than ${MAX_ENTRY.toLocaleString('en-GB')} characters.` }
  }
  const library = parseEntries(kept.text, strings)
  const fault = library?.errors.find(({ error }) => !error.startsWith('Unresolved @string'))
  const entry = library?.entries[0]
  if (!entry || !library || fault) {
    const why = fault ? ` (${cleanLine(inFile(fault.error, line)).slice(0, 200)})` : ''
    return { refused: `The entry is not readable BibTeX${why}.` }
  }
  const value = (authors?.pieces ?? []).map((piece) =>
    'text' in piece ? piece.text : (strings[piece.name.toUpperCase()] ?? piece.name),
  )
  return draftOfFields(fieldsOf(entry, kept), readBibtexNames(value.join('')))
}

function inFile(error: string, line: number): string {
  return error.replace(/line (\d+), column \d+/, (_, within: string) => `line ${line + Number(within) - 1}`)
}

// These are not read as TeX, but some people write it there all the same.
const VERBATIM = new Set(['doi', 'eprint', 'url'])

type Field = (name: string) => string

function fieldsOf(entry: Entry, kept: ProtectedEntry): Field {
  return (name) => {
    const value: unknown = Object.hasOwn(entry.fields, name) ? entry.fields[name] : undefined
    if (typeof value !== 'string') return ''
    const text = plainText(value, kept).trim()
    return VERBATIM.has(name) ? text.replace(/\\([_%#&~])/g, '$1') : text
  }
}

function draftOfFields(field: Field, authors: AuthorDraft[]): PaperDraft | { refused: string } {
  const date = dateOf(field)
  if (typeof date === 'object') return date
  const title = [field('title'), field('subtitle')].filter(Boolean).join(': ')
  const identifiers = identifiersOf(field)
  const url = field('url')
  const isPreprint = /^(?:corr|arxiv)\b/i.test(field('journal') || field('journaltitle'))
  return {
    source: 'bibtex',
    identifiers,
    identifier:
      identifiers.length > 0 || cleanLine(title) === ''
        ? undefined
        : localIdentifier({
            title: cleanLine(title),
            firstAuthor: firstAuthorOf(authors),
            ...(date === '' ? {} : { year: Number(date.slice(0, 4)) }),
          }),
    title,
    abstract: field('abstract'),
    authors: [...authors, ...collaborationsOf(field('collaboration'))],
    published: date,
    primaryCategory: field('primaryclass') || field('eprintclass'),
    comments: field('note'),
    journalReference: isPreprint ? '' : journalReferenceOf(field, date),
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

function identifiersOf(field: Field): string[] {
  const eprint = field('eprint')
  const archive = field('archiveprefix') || field('eprinttype')
  const isArxiv =
    /^arxiv$/i.test(archive) || (archive === '' && parseIdentifier(eprint)?.identifier.scheme === 'arxiv')
  const stated = [field('doi'), isArxiv ? eprint : ''].filter(Boolean)
  if (stated.length > 0) return stated
  const cited = arxivIdIn(field('journal') || field('journaltitle')) ?? arxivIdIn(field('note'))
  if (cited !== null) return [cited]
  return parseIdentifier(field('url')) === null ? [] : [field('url')]
}

// `arXiv preprint arXiv:2001.01234`, as search engines write journals, and `CoRR abs/2001.01234`, as DBLP does.
function arxivIdIn(text: string): string | null {
  const match =
    /^(?:arxiv(?: preprint| e-prints?)?,? *(?:arxiv:)?|corr,? *(?:abs\/|arxiv:)?) *(\S+?)[.,;]?(?: *\[[\w.-]+\])?(?: *\(\d{4}\))?$/i.exec(
      text,
    )
  const id = match?.[1]?.replace(/^abs\//, '')
  return id !== undefined && parseIdentifier(id)?.identifier.scheme === 'arxiv' ? id : null
}

function journalReferenceOf(field: Field, date: string): string {
  const name = field('journal') || field('journaltitle') || field('booktitle')
  if (name === '') return ''
  const number = field('number') || field('issue')
  const volume = [field('volume'), number === '' ? '' : `(${number})`].join('')
  const place = [[name, volume].filter(Boolean).join(' '), field('pages')].filter(Boolean).join(', ')
  return date === '' ? place : `${place} (${date.slice(0, 4)})`
}

/** `2020`, `2020-02`, `2020-02-03`, or nothing where the entry has no date or says that it has none yet. */
function dateOf(field: Field): string | { refused: string } {
  const written = field('date') || field('year')
  if (
    written === '' ||
    /^(?:to appear|in press|forthcoming|submitted|in preparation|n\.? ?d\.?)\W*$/i.test(written)
  ) {
    return ''
  }
  // A range counts from its beginning; the letter in `2020a` tells entries of one author apart.
  const date = parseDate(
    (written.split('/')[0] ?? '').replace(/T.*$/, '').replace(/[~?]$|(?<=^\d{4})[a-z]$/g, ''),
  )
  if (date === null || date.precision === 'time') {
    return { refused: `Its ${field('date') === '' ? 'year' : 'date'} ${quote(written)} is not a date.` }
  }
  if (date.precision !== 'year') return date.value
  const month = Number(field('month')) || monthNumber(field('month'))
  if (calendarDay(Number(date.value), month, 1) === null) return date.value
  const day = calendarDay(Number(date.value), month, Number(field('day')))
  return day ?? `${date.value}-${String(month).padStart(2, '0')}`
}

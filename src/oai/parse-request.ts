import { SECOND } from '../papers/oai-records.ts'
import { formatNamed, type Format } from './formats.ts'
import { readRecordsToken, readSetsToken, type RecordsToken, type SetsToken } from './resumption.ts'
import { parseSet } from './sets.ts'
import type { OaiSet } from '../papers/oai-records.ts'
import { isXmlText } from '../runtime/xml-text.ts'

/** The errors of the protocol (OAI-PMH 2.0, 3.6). */
export type OaiError = {
  code:
    | 'badArgument'
    | 'badResumptionToken'
    | 'badVerb'
    | 'cannotDisseminateFormat'
    | 'idDoesNotExist'
    | 'noRecordsMatch'
  reason: string
}

export type ListRequest = {
  verb: 'ListIdentifiers' | 'ListRecords'
  format: Format
  /** As they were given. */
  given: { from: string | null; until: string | null; set: string | null }
  /** In microseconds since 1970, the end left out. */
  from: number | null
  before: number | null
  set: OaiSet | null
  /** Where it goes on. */
  token: RecordsToken | null
}

export type OaiRequest =
  | { verb: 'Identify' }
  | { verb: 'ListMetadataFormats'; identifier: string | null }
  | { verb: 'ListSets'; token: SetsToken | null }
  | { verb: 'GetRecord'; identifier: string; format: Format }
  | ListRequest

export type ParsedRequest =
  /** `echoed`: the arguments as the answer repeats them. */
  | { ok: true; request: OaiRequest; echoed: Record<string, string> }
  | { ok: false; error: OaiError; echoed: Record<string, string> }

type Verb = OaiRequest['verb']

const LIST_ARGUMENTS = { required: ['metadataPrefix'], optional: ['from', 'until', 'set'], resumable: true }
const VERBS: Readonly<Record<Verb, { required: string[]; optional: string[]; resumable: boolean }>> = {
  Identify: { required: [], optional: [], resumable: false },
  ListMetadataFormats: { required: [], optional: ['identifier'], resumable: false },
  ListSets: { required: [], optional: [], resumable: true },
  ListIdentifiers: LIST_ARGUMENTS,
  ListRecords: LIST_ARGUMENTS,
  GetRecord: { required: ['identifier', 'metadataPrefix'], optional: [], resumable: false },
}

/** What a harvester asks, from the arguments of its request. */
export function parseRequest(given: URLSearchParams): ParsedRequest {
  const verbs = given.getAll('verb')
  const [verb] = verbs
  const unknown = (reason: string): ParsedRequest => ({
    ok: false,
    error: { code: 'badVerb', reason },
    echoed: {},
  })
  if (verb === undefined) return unknown(`There is no verb. It can be ${Object.keys(VERBS).join(', ')}.`)
  if (verbs.length > 1) return unknown('There is more than one verb.')
  if (!isVerb(verb)) return unknown(`There is no such verb. It can be ${Object.keys(VERBS).join(', ')}.`)

  const values = readArguments(given, verb)
  // After these errors the answer repeats no arguments (OAI-PMH 2.0, 3.2).
  if (typeof values === 'string')
    return { ok: false, error: { code: 'badArgument', reason: values }, echoed: {} }
  const read = requestOf(verb, values)
  if ('code' in read)
    return {
      ok: false,
      error: read,
      echoed: read.code === 'badArgument' ? {} : { verb, ...Object.fromEntries(values) },
    }
  return { ok: true, request: read, echoed: { verb, ...Object.fromEntries(values) } }
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(VERBS, text)
}

/** The arguments by their names, or what is wrong with one. */
function readArguments(given: URLSearchParams, verb: Verb): Map<string, string> | string {
  const { required, optional, resumable } = VERBS[verb]
  const values = new Map<string, string>()
  for (const [name, value] of given) {
    if (name === 'verb') continue
    const isResumption = resumable && name === 'resumptionToken'
    if (!isResumption && !required.includes(name) && !optional.includes(name))
      return `${verb} has no argument ${named(name)}.`
    if (values.has(name)) return `The argument ${name} is given more than once.`
    if (value === '') return `The argument ${name} is empty.`
    if (!isXmlText(value)) return `The argument ${name} has characters that XML cannot have.`
    values.set(name, value)
  }
  if (values.has('resumptionToken')) {
    const other = [...values.keys()].find((name) => name !== 'resumptionToken')
    return other === undefined ? values : `The argument ${other} cannot be given with a resumptionToken.`
  }
  const missing = required.find((name) => !values.has(name))
  return missing === undefined ? values : `${verb} needs the argument ${missing}.`
}

/** A name that somebody made up, as an answer can repeat it. */
function named(name: string): string {
  return `“${Array.from(name).slice(0, 60).join('')}”`
}

function requestOf(verb: Verb, values: Map<string, string>): OaiRequest | OaiError {
  const token = values.get('resumptionToken') ?? null
  switch (verb) {
    case 'Identify':
      return { verb }
    case 'ListMetadataFormats':
      return { verb, identifier: values.get('identifier') ?? null }
    case 'ListSets': {
      const place = token === null ? null : readSetsToken(token)
      return token !== null && place === null ? BAD_TOKEN : { verb, token: place }
    }
    case 'GetRecord': {
      const format = readFormat(values.get('metadataPrefix') ?? '')
      return 'code' in format ? format : { verb, format, identifier: values.get('identifier') ?? '' }
    }
    case 'ListIdentifiers':
    case 'ListRecords': {
      if (token === null) {
        const given = {
          from: values.get('from') ?? null,
          until: values.get('until') ?? null,
          set: values.get('set') ?? null,
        }
        return listOf(verb, values.get('metadataPrefix') ?? '', given)
      }
      const place = readRecordsToken(token)
      if (place === null || place.verb !== verb) return BAD_TOKEN
      const list = listOf(verb, place.metadataPrefix, place)
      return 'code' in list ? BAD_TOKEN : { ...list, token: place }
    }
  }
}

const BAD_TOKEN: OaiError = {
  code: 'badResumptionToken',
  reason: 'This is not a resumption token of this list. Ask for the list again from its beginning.',
}

function readFormat(prefix: string): Format | OaiError {
  if (!/^[\w.!~*'()-]+$/.test(prefix))
    return { code: 'badArgument', reason: 'The argument metadataPrefix is not the name of a format.' }
  return (
    formatNamed(prefix) ?? {
      code: 'cannotDisseminateFormat',
      reason: 'There is no such format here. ListMetadataFormats says which there are.',
    }
  )
}

function listOf(
  verb: ListRequest['verb'],
  prefix: string,
  { from, until, set }: ListRequest['given'],
): ListRequest | OaiError {
  const badArgument = (reason: string): OaiError => ({ code: 'badArgument', reason })
  const begins = from === null ? null : parseDatestamp(from)
  const ends = until === null ? null : parseDatestamp(until)
  if (from !== null && begins === null) return badArgument(`The argument from is ${NO_DATESTAMP}`)
  if (until !== null && ends === null) return badArgument(`The argument until is ${NO_DATESTAMP}`)
  if (begins !== null && ends !== null) {
    if (begins.length !== ends.length)
      return badArgument('The arguments from and until have to be both days or both instants.')
    if (begins.from > ends.from) return badArgument('The argument from is later than the argument until.')
  }
  const parsedSet = set === null ? null : parseSet(set)
  if (set !== null && parsedSet === null)
    return badArgument('The argument set is not the name of a set. ListSets says which there are.')
  const format = readFormat(prefix)
  if ('code' in format) return format
  return {
    verb,
    format,
    given: { from, until, set },
    from: begins?.from ?? null,
    before: ends === null ? null : ends.from + ends.length,
    set: parsedSet,
    token: null,
  }
}

const NO_DATESTAMP =
  'not a day such as 2026-01-15, nor an instant in UTC to the second such as 2026-01-15T09:30:00Z.'

/** When a day or second begins and how long it is, in microseconds; null for what is neither. */
function parseDatestamp(text: string): { from: number; length: number } | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  if (!isDay && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text)) return null
  const instant = isDay ? `${text}T00:00:00Z` : text
  const ms = Date.parse(instant)
  // Neither the 30th of February nor 24:00.
  if (Number.isNaN(ms) || `${new Date(ms).toISOString().slice(0, 19)}Z` !== instant) return null
  return { from: ms * (SECOND / 1_000), length: isDay ? 86_400 * SECOND : SECOND }
}

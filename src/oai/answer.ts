import type { Kysely } from 'kysely'
import type { Context } from 'hono'
import type { Database } from '../db/schema.ts'
import { papersByIds } from '../papers/find.ts'
import {
  countOaiRecords,
  earliestStamp,
  harvestClock,
  oaiEditions,
  oaiRecord,
  oaiRecords,
  oaiTopics,
  SECOND,
  type OaiRecord,
} from '../papers/oai-records.ts'
import { mapInTurns } from '../runtime/in-turns.ts'
import { FORMATS, formatsOf, type Format } from './formats.ts'
import { parseRequest, type ListRequest, type OaiError, type OaiRequest } from './parse-request.ts'
import { formatRecordsToken, formatSetsToken, type SetsToken } from './resumption.ts'
import { editionSpec, editionTitle, PARENTS, specsOf, topicSpec, topicTitle } from './sets.ts'
import { escapeXml } from '../runtime/xml-text.ts'
import { attributes, element } from './xml.ts'

/** What the provider is for. */
export type Provider = {
  db: Kysely<Database>
  name: string
  origin: string
  /** Whom harvesters write to. */
  adminEmail: string
}

/** Records or sets of an answer at most. */
const PAGE_SIZE = 500
/** And of their metadata, about as much as this: a paper may have thousands of authors. */
const PAGE_CHARACTERS = 4_000_000
/** Papers are read together that take at most so much in the database, and at most so many. */
const READ_BYTES = 500_000
const READ_AT_ONCE = 50

/** `/oai`: answers a harvester (OAI-PMH 2.0) by GET or POST, with status 200 also where the protocol knows an error. */
export async function answerHarvester(provider: Provider, c: Context): Promise<Response> {
  const given = await argumentsOf(c)
  const parsed = typeof given === 'string' ? refusedRequest(given) : parseRequest(given)
  const now = await harvestClock(provider.db)
  const content = parsed.ok ? await answer(provider, parsed.request, now) : parsed.error
  const echoed = isError(content) && content.code === 'badArgument' ? {} : parsed.echoed
  const body = [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n',
    `<responseDate>${instantOf(now * SECOND)}</responseDate>\n`,
    `<request${attributes(echoed)}>${escapeXml(baseUrl(provider))}</request>\n`,
    isError(content) ? `<error code="${content.code}">${escapeXml(content.reason)}</error>\n` : content,
    '</OAI-PMH>\n',
  ].join('')
  return c.body(body, 200, { 'content-type': 'text/xml; charset=utf-8' })
}

function refusedRequest(reason: string) {
  return { ok: false, error: { code: 'badArgument', reason }, echoed: {} } as const
}

/** The arguments of a request, or why they can't be read. */
async function argumentsOf(c: Context): Promise<URLSearchParams | string> {
  const query = c.req.url.indexOf('?')
  const inAddress = query < 0 ? '' : c.req.url.slice(query + 1)
  if (c.req.method !== 'POST') return decoded(inAddress) ?? NOT_UTF_8
  const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded')
    return 'Send arguments as application/x-www-form-urlencoded.'
  const sent = await c.req.text()
  return decoded([inAddress, sent].filter((part) => part !== '').join('&')) ?? NOT_UTF_8
}

const NOT_UTF_8 = 'The arguments are not encoded as UTF-8.'

/** A query in application/x-www-form-urlencoded, or null where it is not of UTF-8, whose rest would be made up. */
function decoded(query: string): URLSearchParams | null {
  try {
    // What was sent is decoded by now, with this sign for what was not UTF-8.
    if (decodeURIComponent(query).includes('\ufffd')) return null
    return new URLSearchParams(query)
  } catch {
    return null
  }
}

function isError(content: string | OaiError): content is OaiError {
  return typeof content !== 'string'
}

async function answer(provider: Provider, request: OaiRequest, now: number): Promise<string | OaiError> {
  switch (request.verb) {
    case 'Identify':
      return identify(provider, now)
    case 'ListMetadataFormats':
      return listMetadataFormats(provider, request)
    case 'ListSets':
      return listSets(provider, request.token)
    case 'GetRecord':
      return getRecord(provider, request)
    case 'ListIdentifiers':
    case 'ListRecords':
      return listRecords(provider, request)
  }
}

async function identify(provider: Provider, now: number): Promise<string> {
  const earliest = (await earliestStamp(provider.db)) ?? now * SECOND
  return [
    '<Identify>\n',
    element('repositoryName', provider.name),
    element('baseURL', baseUrl(provider)),
    element('protocolVersion', '2.0'),
    element('adminEmail', provider.adminEmail),
    element('earliestDatestamp', instantOf(earliest)),
    element('deletedRecord', 'persistent'),
    element('granularity', 'YYYY-MM-DDThh:mm:ssZ'),
    descriptionOfIdentifiers(provider),
    '\n</Identify>\n',
  ].join('')
}

/** How identifiers are made, where the name of the host is one that the scheme `oai` allows. */
function descriptionOfIdentifiers(provider: Provider): string {
  const host = hostOf(provider)
  if (!/^[a-z][a-z\d-]*(\.[a-z][a-z\d-]*)+$/i.test(host)) return ''
  return [
    '<description><oai-identifier xmlns="http://www.openarchives.org/OAI/2.0/oai-identifier"',
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai-identifier http://www.openarchives.org/OAI/2.0/oai-identifier.xsd">',
    element('scheme', 'oai'),
    element('repositoryIdentifier', host),
    element('delimiter', ':'),
    element('sampleIdentifier', identifierOf(provider, '6ba7b814-9dad-41d1-80b4-00c04fd430c8')),
    '</oai-identifier></description>',
  ].join('')
}

async function listMetadataFormats(
  provider: Provider,
  { identifier }: { identifier: string | null },
): Promise<string | OaiError> {
  const record = identifier === null ? null : await recordOf(provider, identifier)
  if (record === null && identifier !== null) return NO_SUCH_RECORD
  const formats = record === null ? FORMATS : formatsOf(record)
  const lines = formats.map(({ prefix, schema, namespace }) =>
    [
      '<metadataFormat>',
      element('metadataPrefix', prefix),
      element('schema', schema),
      element('metadataNamespace', namespace),
      '</metadataFormat>\n',
    ].join(''),
  )
  return `<ListMetadataFormats>\n${lines.join('')}</ListMetadataFormats>\n`
}

/** The sets of all topics and of all editions, then each topic, then each edition, a page at a time. */
async function listSets(provider: Provider, token: SetsToken | null): Promise<string | OaiError> {
  const { db } = provider
  const sets: { spec: string; name: string; place: SetsToken }[] = []
  const given = token?.given ?? 0
  const add = (spec: string, name: string, kind: SetsToken['kind'], after: string) =>
    sets.push({ spec, name, place: { kind, after, given: given + sets.length + 1 } })
  // One more than fits, to know whether there are more.
  const missing = () => PAGE_SIZE + 1 - sets.length
  if (token === null) for (const { spec, name } of PARENTS) add(spec, name, 'topic', '')
  if (token?.kind !== 'edition')
    for (const category of await oaiTopics(db, { after: token?.after ?? '', limit: missing() }))
      add(topicSpec(category), topicTitle(category), 'topic', category)
  const afterDay = token?.kind === 'edition' ? token.after : null
  if (missing() > 0)
    for (const day of await oaiEditions(db, { after: afterDay, limit: missing() }))
      add(editionSpec(day), editionTitle(day), 'edition', day)
  if (sets.length === 0) return { code: 'badResumptionToken', reason: 'There are no more sets.' }
  const page = sets.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  const next = sets.length > PAGE_SIZE && last !== undefined ? formatSetsToken(last.place) : null
  const lines = page.map(
    ({ spec, name }) => `<set>${element('setSpec', spec)}${element('setName', name)}</set>\n`,
  )
  return `<ListSets>\n${lines.join('')}${resumption({ next, given, isFirst: token === null, total: null })}</ListSets>\n`
}

async function getRecord(
  provider: Provider,
  { identifier, format }: { identifier: string; format: Format },
): Promise<string | OaiError> {
  const record = await recordOf(provider, identifier)
  if (record === null) return NO_SUCH_RECORD
  if (!formatsOf(record).includes(format))
    return {
      code: 'cannotDisseminateFormat',
      reason: `This record is not there in the format ${format.prefix}: its paper is not on arXiv.`,
    }
  const [written] = await writeRecords(provider, [record], format)
  return `<GetRecord>\n${written ?? ''}</GetRecord>\n`
}

const NO_SUCH_RECORD: OaiError = {
  code: 'idDoesNotExist',
  reason: 'There is and was no record with this identifier here.',
}

async function recordOf(provider: Provider, identifier: string): Promise<OaiRecord | null> {
  const prefix = identifierOf(provider, '')
  const uuid = identifier.startsWith(prefix) ? identifier.slice(prefix.length) : ''
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(uuid) ? oaiRecord(provider.db, uuid) : null
}

async function listRecords(provider: Provider, request: ListRequest): Promise<string | OaiError> {
  const { verb, format, token } = request
  const { db } = provider
  const selection = {
    from: request.from,
    before: request.before,
    set: request.set,
    onArxiv: format.onArxiv,
  }
  const after = token && { stamp: token.stamp, paperId: token.paperId }
  let records = await oaiRecords(db, { ...selection, after, limit: PAGE_SIZE + 1 })
  // What was left has changed meanwhile, and so lies behind `until`: an answer has to have something, and that is known here.
  if (records.length === 0 && token !== null)
    records = await oaiRecords(db, { ...selection, before: null, after, limit: 1 })
  if (records.length === 0) return token === null ? NOTHING_MATCHES : NOTHING_LEFT
  const page = records.slice(0, PAGE_SIZE)
  const lines =
    verb === 'ListIdentifiers'
      ? page.map((record) => `${headerOf(provider, record)}\n`)
      : await writeRecords(provider, page, format)
  const last = page[lines.length - 1]
  const isMore = lines.length < records.length
  const given = token?.given ?? 0
  const upToHere = given + lines.length
  // Counted once: papers that change meanwhile come again at the end. What is known by then counts.
  const counted = token?.total ?? (isMore ? await countOaiRecords(db, selection) : upToHere)
  const total = isMore ? Math.max(counted, upToHere + 1) : upToHere
  const next =
    isMore && last !== undefined
      ? formatRecordsToken({
          verb,
          metadataPrefix: format.prefix,
          ...request.given,
          stamp: last.stamp,
          paperId: last.paperId,
          given: upToHere,
          total,
        })
      : null
  return `<${verb}>\n${lines.join('')}${resumption({ next, given, isFirst: token === null, total })}</${verb}>\n`
}

const NOTHING_MATCHES: OaiError = {
  code: 'noRecordsMatch',
  reason: 'No records match what you asked for.',
}
const NOTHING_LEFT: OaiError = {
  code: 'badResumptionToken',
  reason: 'What was left of this list has changed since. Ask for the list again from its beginning.',
}

/** Where a list goes on; empty at the end of one of several pages, and nothing for a list of one page. */
function resumption({
  next,
  given,
  isFirst,
  total,
}: {
  next: string | null
  given: number
  isFirst: boolean
  total: number | null
}): string {
  if (next === null && isFirst) return ''
  return `<resumptionToken${attributes({ completeListSize: total, cursor: given })}>${next ?? ''}</resumptionToken>\n`
}

/** Records with their metadata: all of them, or as many from the first on as one answer holds. */
async function writeRecords(provider: Provider, records: OaiRecord[], format: Format): Promise<string[]> {
  const written: string[] = []
  let characters = 0
  for (const together of groupsOf(records)) {
    const ids = together.filter(({ deleted }) => !deleted).map(({ paperId }) => paperId)
    // What was hidden a moment ago is not there any more.
    const papers = await papersByIds(provider.db, ids, { seenBy: 'everyone' })
    const made = await mapInTurns(together, (record) => {
      const paper = papers.get(record.paperId)
      const metadata = paper === undefined ? '' : format.write(paper, provider)
      const header = headerOf(provider, { ...record, deleted: metadata === '' })
      return metadata === ''
        ? `<record>${header}</record>\n`
        : `<record>${header}<metadata>${metadata}</metadata></record>\n`
    })
    for (const record of made) {
      written.push(record)
      characters += record.length
    }
    if (characters > PAGE_CHARACTERS) break
  }
  return written
}

/** Records in groups that can be read at once. */
function groupsOf(records: OaiRecord[]): OaiRecord[][] {
  const groups: OaiRecord[][] = []
  let bytes = 0
  for (const record of records) {
    const group = groups.at(-1)
    if (group === undefined || group.length === READ_AT_ONCE || bytes + record.bytes > READ_BYTES) {
      groups.push([record])
      bytes = record.bytes
    } else {
      group.push(record)
      bytes += record.bytes
    }
  }
  return groups
}

function headerOf(provider: Provider, record: OaiRecord): string {
  return [
    `<header${record.deleted ? ' status="deleted"' : ''}>`,
    element('identifier', identifierOf(provider, record.uuid)),
    element('datestamp', instantOf(record.stamp)),
    ...specsOf(record).map((spec) => element('setSpec', spec)),
    '</header>',
  ].join('')
}

/** Papers keep their UUID, whatever becomes of their address. */
function identifierOf(provider: Provider, uuid: string): string {
  return `oai:${hostOf(provider)}:${uuid}`
}

function hostOf({ origin }: Provider): string {
  return URL.parse(origin)?.hostname ?? 'localhost'
}

function baseUrl({ origin }: Provider): string {
  return `${origin}/oai`
}

/** Microseconds since 1970 as an instant to the second. */
function instantOf(stamp: number): string {
  return `${new Date(Math.floor(stamp / SECOND) * 1_000).toISOString().slice(0, 19)}Z`
}

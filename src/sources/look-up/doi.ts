import { z } from 'zod'
import type { PaperIdentifier } from '../../papers/identifiers.ts'
import { identifierPath, parseIdentifier } from '../../papers/identifiers.ts'
import { parsePublished } from '../formats/dates.ts'
import { parseJson } from '../formats/jsonl.ts'
import { validatePaper, type PaperDraft } from '../formats/validate-paper.ts'
import type { AuthorDraft } from '../formats/valid-authors.ts'
import { textOfMarkup } from './markup.ts'
import type { Reading } from './reading.ts'

/** The form in which DOI registries are asked to describe a paper: https://citation.doi.org/docs.html */
export const CSL_JSON = 'application/vnd.citationstyles.csl+json'

/** Where the description of a paper by its DOI is asked for. */
export function doiRequest(base: string, doi: string): URL {
  const path = identifierPath(doi)
  return new URL(`${base.replace(/\/+$/, '')}/${path}`)
}

/** What the registry answered: the paper's description, or 404. */
export function readDoiAnswer(
  { status, text }: { status: number; text: string },
  identifier: PaperIdentifier,
): Reading {
  if (status === 404 || status === 410) return { kind: 'unknown' }
  if (status !== 200) return { kind: 'unreadable' }
  const parsed = itemSchema.safeParse(parseJson(text))
  if (!parsed.success) return { kind: 'unreadable' }
  const validated = validatePaper(draftOf(parsed.data, identifier))
  return validated.ok ? { kind: 'found', paper: validated.paper } : { kind: 'unreadable' }
}

// --- CSL-JSON: https://docs.citationstyles.org/en/stable/specification.html, and what Crossref adds to it ---

/** A field that may be missing; one that makes no sense counts as missing. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().catch(undefined)
}
/** A list without the members that make no sense. */
function listOf<T extends z.ZodType>(member: T) {
  return z
    .array(member.nullable().catch(null))
    .transform((members) => members.filter((one) => one !== null))
    .nullish()
    .catch(undefined)
}

const text = optional(z.string())
/** Crossref's own records have lists where CSL has text. */
const texts = optional(z.union([z.string().transform((one) => [one]), z.array(z.string())]))
const numberOrText = optional(z.union([z.string(), z.number().transform(String)]))
const date = optional(
  z.object({
    'date-parts': optional(z.array(z.array(z.union([z.number(), z.string()]).nullable().catch(null)))),
    raw: text,
  }),
)
const author = z.object({
  given: text,
  family: text,
  suffix: text,
  'dropping-particle': text,
  'non-dropping-particle': text,
  literal: text,
  name: text,
  ORCID: text,
  affiliation: listOf(z.object({ name: z.string() })),
})

const itemSchema = z.object({
  title: z.union([z.string(), z.array(z.string()).min(1)]),
  subtitle: texts,
  author: listOf(author),
  issued: date,
  published: date,
  abstract: text,
  'container-title': texts,
  volume: numberOrText,
  issue: numberOrText,
  page: numberOrText,
  'article-number': numberOrText,
  license: listOf(z.object({ URL: z.string(), 'content-version': text })),
  copyright: text,
  DOI: text,
  relation: optional(z.object({ 'has-preprint': listOf(z.object({ id: z.string() })) })),
})
type Item = z.infer<typeof itemSchema>

/** The largest collaborations have some 5,000 members. */
const MOST_AUTHORS = 10_000

function draftOf(item: Item, identifier: PaperIdentifier): PaperDraft {
  const published = dateOf(item.issued) ?? dateOf(item.published)
  const left = (item.author?.length ?? 0) - MOST_AUTHORS
  return {
    source: 'doi',
    identifier,
    identifiers: identifiersOf(item),
    title: titleOf(item),
    abstract: textOfMarkup(item.abstract ?? ''),
    authors: item.author?.slice(0, MOST_AUTHORS).map((one) => ({
      ...nameOf(one),
      affiliation: one.affiliation?.map(({ name }) => textOfMarkup(name)).join('; '),
      orcid: one.ORCID,
    })),
    ...(left > 0 ? { others: { missing: left } } : {}),
    published,
    journalReference: journalReferenceOf(item, published),
    license: licenseOf(item),
  }
}

/** Its DOI as the registry writes it, and the preprint at arXiv, unless it names several. */
function identifiersOf({ DOI: doi, relation }: Item): PaperDraft['identifiers'] {
  const preprints = (relation?.['has-preprint'] ?? []).flatMap(({ id }) => {
    const found = parseIdentifier(id)?.identifier
    return found?.scheme === 'arxiv' ? [found.value] : []
  })
  const [preprint, another] = new Set(preprints)
  const scheme = parseIdentifier(doi ?? '')?.identifier.scheme
  const own = scheme === undefined ? [] : [doi]
  return scheme === 'arxiv' || preprint === undefined || another !== undefined ? own : [...own, preprint]
}

function titleOf({ title, subtitle }: Item): string {
  const main = textOfMarkup(typeof title === 'string' ? title : (title[0] ?? '')).trim()
  const sub = textOfMarkup(subtitle?.[0] ?? '').trim()
  if (sub === '' || main.toLowerCase().includes(sub.toLowerCase())) return main
  return `${main}${/[.:?!–—]$/.test(main) ? '' : ':'} ${sub}`
}

function nameOf(name: z.infer<typeof author>): AuthorDraft {
  if (!name.family && !name.given)
    return { name: textOfMarkup(name.literal || name.name || ''), literal: true }
  return {
    family: textOfMarkup(name.family ?? ''),
    given: textOfMarkup(name.given ?? ''),
    droppingParticle: textOfMarkup(name['dropping-particle'] ?? ''),
    nonDroppingParticle: textOfMarkup(name['non-dropping-particle'] ?? ''),
    suffix: textOfMarkup(name.suffix ?? ''),
  }
}

/** As exactly as it is given: a year, a month or a day. */
function dateOf(given: Item['issued']): string | undefined {
  const parts = given?.['date-parts']?.[0] ?? []
  const missing = parts.indexOf(null)
  const numbers = (missing === -1 ? parts : parts.slice(0, missing)).slice(0, 3)
  const written = numbers.length > 0 ? numbers.join('-') : (given?.raw ?? '')
  return parsePublished(written)?.value
}

function journalReferenceOf(item: Item, published: string | undefined): string {
  const name = textOfMarkup(item['container-title']?.[0] ?? '')
  if (name === '') return ''
  const volume = [item.volume, item.issue ? `(${item.issue})` : ''].filter(Boolean).join('')
  const pages = item.page || item['article-number']
  const place = [[name, volume].filter(Boolean).join(' '), pages].filter(Boolean).join(', ')
  return published === undefined ? place : `${place} (${published.slice(0, 4)})`
}

/** The licence of the version of record before those of others; some registries give its address as the copyright. */
function licenseOf({ license, copyright }: Item): string | undefined {
  const ofRecord = license?.find((one) => one['content-version'] === 'vor') ?? license?.[0]
  return ofRecord?.URL ?? (/^https?:\/\//i.test(copyright ?? '') ? (copyright ?? undefined) : undefined)
}

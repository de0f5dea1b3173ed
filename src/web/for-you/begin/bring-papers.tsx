import { parseOrcid } from '../../../accounts/orcid.ts'
import { RATE_LIMITS } from '../../../accounts/rate-limits.ts'
import { importFromFile, MOST_WAITING } from '../../../libraries/imports.ts'
import { papersNamed } from '../../../libraries/match-papers.ts'
import { parseIdentifier } from '../../../papers/identifiers.ts'
import { wholeList } from '../../../ranking/lists.ts'
import { ratePaper, ratePapers } from '../../../recommendation/ratings.ts'
import { SearchAway } from '../../../search/engine-client.ts'
import { findTitled } from '../../../search/find-titled.ts'
import { collectionsOf, createCollection } from '../../../shelves/collections.ts'
import { refused } from '../../errors/show.tsx'
import { readerAction } from '../../forms/reader-action.ts'
import { sentLibraryFile } from '../../libraries/sent-file.ts'
import type { Site } from '../../site.ts'
import { LIBRARY_TITLE, type Refusal } from './begun.ts'
import { again, done } from './answer-again.ts'
import { Lines, linesOf } from './lines.tsx'
import { FULL } from './rate.ts'

/** What asks the search, or the database about many papers. */
const LIMIT = { limit: RATE_LIMITS.library }
/** Papers that are taken from an ORCID: the newest. */
const MOST_OF_ORCID = 200

/** `POST /for-you/begin/titles`: papers by their `titles` or identifiers, one on each line. */
export function bringTitles(site: Site) {
  return readerAction(site, LIMIT, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    const typed = form.text('titles')
    const refuse = (
      reason: Refusal['reason'],
      { kept = typed, status = 422 }: { kept?: string; status?: 422 | 503 } = {},
    ) => again(acting, c, { step: 'titles', reason, typed: kept }, status)
    const lines = linesOf(typed)
    if (!Array.isArray(lines)) return refuse(<p>{lines.problem}</p>)
    if (lines.length === 0) return refuse(<p>Enter the title of a paper.</p>)
    let papers: { line: string; id: number | null }[]
    try {
      papers = await papersOf(own, lines)
    } catch (error) {
      if (!(error instanceof SearchAway)) throw error
      return refuse(<p>We cannot look for titles at the moment. Try again in a minute.</p>, { status: 503 })
    }
    const unknown: string[] = []
    for (const { line, id } of papers) {
      const outcome =
        id === null
          ? ({ ok: false, kind: 'no-paper' } as const)
          : await ratePaper(own.db, { readerId: reader.id, paperId: id, likes: true, now })
      if (!outcome.ok && outcome.kind === 'full') return refused(own, c, FULL)
      if (!outcome.ok) unknown.push(line)
    }
    if (unknown.length === 0) return done(c, 'titles')
    const found = papers.length - unknown.length
    return refuse(
      <>
        {found > 0 && <p>{found === 1 ? 'One paper is saved.' : `${found} papers are saved.`}</p>}
        <p>We could not find {unknown.length === 1 ? 'this one' : 'these'} on this site:</p>
        <Lines lines={unknown} />
      </>,
      { kept: unknown.join('\n') },
    )
  })
}

/** `POST /for-you/begin/orcid`: the papers of a person with an `orcid`. */
export function bringOrcid(site: Site) {
  return readerAction(site, LIMIT, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    const typed = form.text('orcid').slice(0, 100).toWellFormed()
    const refuse = (reason: string) => again(acting, c, { step: 'orcid', reason: <p>{reason}</p>, typed })
    const orcid = parseOrcid(typed)
    if (orcid === null)
      return refuse('That is not an ORCID. Enter one like 0000-0002-1825-0097, and check its digits.')
    const paperIds: number[] = []
    for await (const page of wholeList(own.db, { list: { kind: 'orcid', orcid }, limit: MOST_OF_ORCID }))
      paperIds.push(...page.map(({ id }) => id))
    if (paperIds.length === 0)
      return refuse('No paper here names this ORCID. Many do not: enter some of their titles instead.')
    await ratePapers(own.db, { readerId: reader.id, paperIds, now })
    return done(c, 'orcid')
  })
}

/** `POST /for-you/begin/file` with a `file`, or with its `text`: into the collection “My library”, in the background. */
export function bringFile(site: Site) {
  return readerAction(site, { ...LIMIT, files: true }, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    const text = form.text('text').trim()
    const refuse = (reason: string) =>
      again(acting, c, { step: 'file', reason: <p>{reason}</p>, typed: text })
    const sent = await sentLibraryFile(form)
    if (!sent.ok) return refuse(sent.reason)
    const collections = await collectionsOf(own.db, { readerId: reader.id })
    const known = collections.find(({ title }) => title === LIBRARY_TITLE)
    const made = known
      ? ({ ok: true, id: known.id } as const)
      : await createCollection(own.db, {
          readerId: reader.id,
          facts: { title: LIBRARY_TITLE, description: '', public: false },
          now,
        })
    if (!made.ok) return refuse('You cannot have more collections. Delete one you no longer need first.')
    const started = await importFromFile(own.db, {
      readerId: reader.id,
      collectionId: made.id,
      ...sent.file,
      now,
    })
    if (started.ok) return done(c, 'file')
    return refuse(
      `You can have ${MOST_WAITING} imports under way. Wait until one of them is done, then start this one.`,
    )
  })
}

/** The paper that each line names, by an identifier or by its title. Throws `SearchAway`. */
async function papersOf(
  { db, search }: Site,
  lines: string[],
): Promise<{ line: string; id: number | null }[]> {
  const identified = lines.map((line) => ({ line, identifier: parseIdentifier(line)?.identifier ?? null }))
  const here = await papersNamed(
    db,
    identified.flatMap(({ identifier }) => identifier ?? []),
  )
  const papers: { line: string; id: number | null }[] = []
  for (const { line, identifier } of identified) {
    const id =
      identifier === null
        ? await findTitled(search, { title: line })
        : (here.get(`${identifier.scheme} ${identifier.value}`) ?? null)
    papers.push({ line, id })
  }
  return papers
}

import type { z } from 'zod'
import { displayName } from '../../accounts/reader.ts'
import { authorsTalking } from '../../discussion/authors-talking.ts'
import { categoryName, distinctTopics } from '../../papers/categories.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { nameKey } from '../../papers/names.ts'
import type { Paper } from '../../papers/paper.ts'
import { firstInstant } from '../../papers/calendar.ts'
import { picturesOf } from '../../pictures/pictures.ts'
import { countedElsewhereOf, type CountedElsewhere } from '../../ranking/counted-elsewhere.ts'
import { firstPicksOf, type PaperPick } from '../../shelves/picks.ts'
import type { Site } from '../../web/site.ts'
import type { ListedPaperShape, PaperShape, PersonShape } from './paper.ts'

type Person = z.input<typeof PersonShape>
type PaperJson = z.input<typeof PaperShape>
type ListedJson = z.input<typeof ListedPaperShape>

/** Papers as single ones are sent, in the order in which they came: four queries for all of them. */
export async function presentPapers(site: Site, papers: readonly Paper[]): Promise<PaperJson[]> {
  const ids = papers.map(({ id }) => id)
  const [counts, pictures, picks, talking] = await Promise.all([
    countedElsewhereOf(site.db, ids),
    site.pictures ? picturesOf(site.db, ids) : new Map<number, { digest: string }>(),
    firstPicksOf(site.db, picked(papers)),
    authorsTalking(site.db, discussed(papers)),
  ])
  return papers.map((paper) =>
    toPaperJson(site, paper, {
      counts: counts.get(paper.id) ?? [],
      picture: pictures.get(paper.id)?.digest ?? null,
      pick: picks.get(paper.id) ?? null,
      authorTalks: talking.has(paper.id),
    }),
  )
}

/** Papers as entries of a list. */
export async function presentList(site: Site, papers: readonly Paper[]): Promise<ListedJson[]> {
  return (await presentPapers(site, papers)).map((paper) => {
    const { id: _, authors: __, submittedOnDailyBy, submittedOnDailyAt, publishedAt, ...repeated } = paper
    return {
      paper,
      ...repeated,
      publishedAt: submittedOnDailyAt ?? publishedAt,
      submittedBy: submittedOnDailyBy,
    }
  })
}

function picked(papers: readonly Paper[]): number[] {
  return papers.filter(({ pickCount }) => pickCount > 0).map(({ id }) => id)
}

function discussed(papers: readonly Paper[]): number[] {
  return papers.filter(({ commentCount }) => commentCount > 0).map(({ id }) => id)
}

function toPaperJson(
  site: Site,
  paper: Paper,
  {
    counts,
    picture,
    pick,
    authorTalks,
  }: { counts: CountedElsewhere[]; picture: string | null; pick: PaperPick | null; authorTalks: boolean },
): PaperJson {
  const repository = paper.links.find(
    ({ kind, url }) => kind === 'code' && /^https?:\/\/(?:www\.)?github\.com\//.test(url),
  )
  const stars = counts.find(({ kind }) => kind === 'star')
  return {
    id: paper.address,
    title: paper.title,
    authors: paper.authors.map(({ name, orcid, affiliation }) => ({
      _id: orcid ?? nameKey(name),
      name,
      hidden: false,
      orcid: orcid ?? null,
      affiliation: affiliation ?? null,
    })),
    summary: paper.abstract,
    publishedAt: publishedAt(paper),
    submittedOnDailyAt: paper.edition === null ? null : `${paper.edition}T00:00:00.000Z`,
    submittedOnDailyBy: pick ? curatorPerson(site, pick) : sitePerson(site),
    upvotes: paper.votes,
    upvotesElsewhere: counts.filter(({ kind }) => kind === 'upvote'),
    numComments: paper.commentCount,
    discussionId: paper.uuid,
    source: paper.arxivId !== null ? 'arxiv' : paper.doi !== null ? 'doi' : 'site',
    ai_summary: paper.synopsis,
    ai_keywords: distinctTopics(paper.categories).map(categoryName),
    githubRepo: repository?.url ?? null,
    githubStars: stars?.total ?? null,
    projectPage: paper.links.find(({ kind }) => kind === 'project')?.url ?? null,
    thumbnail: picture === null ? null : `${site.origin}/pictures/${picture}.webp`,
    isAuthorParticipating: authorTalks,
    url: site.origin + addressPath(paper.address),
    arxivId: paper.arxivId,
    doi: paper.doi,
    categories: paper.categories,
    edition: paper.edition,
    heat: paper.heat,
    picks: paper.pickCount,
    withdrawn: paper.withdrawn,
    licenseUrl: paper.licenseUrl,
  }
}

/** To the second where a source gives it so, else the beginning of the day, month or year that is known. */
function publishedAt({ versions, published }: Paper): string | null {
  const first = versions.find(({ number }) => number === 1)
  if (first) return new Date(first.submittedAt).toISOString()
  return published === null ? null : firstInstant(published).toISOString()
}

function curatorPerson(site: Site, { curator }: PaperPick): Person {
  const name = displayName(curator)
  return { user: name, fullname: name, name, avatarUrl: `${site.origin}/favicon.svg`, type: 'user' }
}

function sitePerson({ name, origin }: Site): Person {
  return { user: name, fullname: name, name, avatarUrl: `${origin}/favicon.svg`, type: 'site' }
}

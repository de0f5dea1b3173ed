import { z } from 'zod'
import { localIdentifier } from '../../papers/identifiers.ts'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { outcomeOf, refusalOf, sentenceOf } from './refusal.ts'

const text = z.string().nullish()
const articleSchema = z.object({
  id: text,
  source: text,
  pmcid: text,
  doi: text,
  title: text,
  authorString: text,
  authorList: z
    .object({
      author: z.array(
        z.object({
          fullName: text,
          firstName: text,
          lastName: text,
          collectiveName: text,
          authorId: z.object({ type: text, value: text }).nullish(),
        }),
      ),
    })
    .nullish()
    .catch(undefined),
  journalInfo: z
    .object({ volume: text, issue: text, journal: z.object({ title: text }).nullish() })
    .nullish()
    .catch(undefined),
  pageInfo: text,
  pubYear: text,
  abstractText: text,
  firstPublicationDate: text,
  license: text,
})

const LICENSES: Readonly<Record<string, string>> = {
  'cc by': 'https://creativecommons.org/licenses/by/4.0/',
  'cc by-nc': 'https://creativecommons.org/licenses/by-nc/4.0/',
  'cc by-nd': 'https://creativecommons.org/licenses/by-nd/4.0/',
  'cc by-sa': 'https://creativecommons.org/licenses/by-sa/4.0/',
  'cc by-nc-nd': 'https://creativecommons.org/licenses/by-nc-nd/4.0/',
  'cc by-nc-sa': 'https://creativecommons.org/licenses/by-nc-sa/4.0/',
  cc0: 'https://creativecommons.org/publicdomain/zero/1.0/',
}

/** Results of a search in Europe PMC (its `core` form): articles, and preprints of many servers. */
export function* readEuropePmc(
  results: readonly unknown[],
  { position }: { position: (index: number) => string },
): Generator<HarvestOutcome> {
  for (const [i, result] of results.entries()) {
    const raw = JSON.stringify(result)
    const parsed = articleSchema.safeParse(result)
    if (!parsed.success) {
      yield refusalOf({ position: position(i), reason: sentenceOf(parsed.error) }, raw)
      continue
    }
    const article = parsed.data
    const title = article.title?.replace(/\.$/, '')
    const authors = authorsOf(article)
    const year = article.pubYear ?? article.firstPublicationDate?.slice(0, 4)
    const [first] = authors
    const { volume, issue, journal } = article.journalInfo ?? {}
    yield outcomeOf(
      position(i),
      {
        source: 'europe-pmc',
        identifiers: [article.doi],
        ...(!article.doi && {
          identifier: localIdentifier({
            title: title ?? '',
            firstAuthor: first?.name ?? first?.family ?? undefined,
            year: year ? Number(year) : undefined,
          }),
        }),
        title,
        abstract: article.abstractText,
        authors,
        published: article.firstPublicationDate ?? article.pubYear,
        license: LICENSES[article.license?.trim().toLowerCase() ?? ''],
        ...(journal?.title && {
          publication: {
            type: 'article',
            container: journal.title,
            volume: volume ?? undefined,
            issue: issue ?? undefined,
            pages: article.pageInfo ?? undefined,
          },
        }),
        links:
          article.source && article.id
            ? [{ url: `https://europepmc.org/article/${article.source}/${article.id}` }]
            : [],
      },
      raw,
    )
  }
}

function authorsOf({ authorList, authorString }: z.infer<typeof articleSchema>) {
  if (authorList)
    return authorList.author.map(({ fullName, firstName, lastName, collectiveName, authorId }) => {
      if (collectiveName) return { name: collectiveName, family: undefined }
      const orcid = authorId?.type === 'ORCID' ? { orcid: authorId.value ?? undefined } : {}
      return lastName
        ? { name: undefined, family: lastName, given: firstName ?? undefined, ...orcid }
        : { name: fullName ?? undefined, family: undefined, ...orcid }
    })
  return (authorString ?? '')
    .replace(/\.$/, '')
    .split(', ')
    .filter((name) => name !== '')
    .map((name) => ({ name, family: undefined }))
}

import { categoryName } from '../../papers/categories.ts'
import { hasTerm, withoutTerm, withTerm } from '../../search/query/change-query.ts'
import type { Query, QueryTerm } from '../../search/query/query.ts'
import type { SearchResults } from '../../search/search.ts'
import { queryPath } from './address.ts'

type Facet = { term: QueryTerm; name: string; papers: number }

/** Facets of a kind that are shown. */
const SHOWN = 12

/** How many of the papers found are of which topic, year and kind: links that narrow the search down to them. */
export function Facets({ query, facets }: { query: Query; facets: SearchResults['facets'] }) {
  return (
    <>
      <FacetBox query={query} title="Topics" facets={topics(facets)} />
      <FacetBox query={query} title="Years" facets={years(facets)} />
      <FacetBox query={query} title="Comes with" facets={belongings(facets)} />
    </>
  )
}

function topics({ categories }: SearchResults['facets']): Facet[] {
  return categories.slice(0, SHOWN).map(({ category, papers }) => ({
    term: { kind: 'category', category },
    name: categoryName(category),
    papers,
  }))
}

function years({ years }: SearchResults['facets']): Facet[] {
  return (
    years
      // Those that a date can have.
      .filter(({ year }) => year >= 1000 && year < 3000)
      .slice(0, SHOWN)
      .map(({ year, papers }) => ({
        term: { kind: 'date', from: `${year}-01-01`, to: `${year}-12-31` },
        name: String(year),
        papers,
      }))
  )
}

function belongings({ has }: SearchResults['facets']): Facet[] {
  return (['code', 'data', 'model'] as const)
    .filter((what) => has[what] > 0)
    .map((what) => ({ term: { kind: 'has', what }, name: BELONGINGS[what], papers: has[what] }))
}

const BELONGINGS = { code: 'Code', data: 'Data', model: 'A model' }

function FacetBox({ query, title, facets }: { query: Query; title: string; facets: Facet[] }) {
  if (facets.length === 0) return null
  return (
    <section class="box">
      <h2>{title}</h2>
      <ul class="tally">
        {facets.map(({ term, name, papers }) => (
          <li>
            {hasTerm(query, term) ? (
              <a
                class="in-force"
                href={queryPath(withoutTerm(query, term))}
                title={`Search without “${name}”`}
                aria-current="true"
              >
                <span class="vh">Remove: </span>
                {name} <span aria-hidden="true">×</span>
              </a>
            ) : (
              <a href={queryPath(withTerm(query, term))}>{name}</a>
            )}
            <span class="tally-count">{papers.toLocaleString('en-GB')}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

import { categoryName } from '../../papers/categories.ts'

/** Topics, each with how many papers it has. */
export function TopicTally({ topics }: { topics: readonly { category: string; papers: number }[] }) {
  return (
    <ul class="tally">
      {topics.map(({ category, papers }) => (
        <li>
          <a href={`/topics/${encodeURIComponent(category)}`}>{categoryName(category)}</a>
          <span class="tally-count">{papers.toLocaleString('en-GB')}</span>
        </li>
      ))}
    </ul>
  )
}

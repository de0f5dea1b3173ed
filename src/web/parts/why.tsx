import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import type { CountedElsewhere } from '../../ranking/counted-elsewhere.ts'

/** Sites whose upvotes and comments are imported, by the name of the source that counts them. */
const SITES: Record<string, string> = { huggingface: 'on Hugging Face' }

/** Why a paper is in a list: what drew attention to it, here and elsewhere; nothing for a paper that drew none. */
export function Why({
  paper,
  elsewhere,
}: {
  paper: Pick<Paper, 'address' | 'pickCount' | 'commentCount' | 'links'>
  elsewhere: readonly CountedElsewhere[]
}) {
  const upvotes = elsewhere.filter(({ kind }) => kind === 'upvote')
  const comments = elsewhere.filter(({ kind }) => kind === 'comment')
  // Several sources may count the same stars and citations.
  const [stars, citations] = (['star', 'citation'] as const).map((of) =>
    Math.max(0, ...elsewhere.filter(({ kind }) => kind === of).map(({ total }) => total)),
  )
  if (paper.pickCount === 0 && paper.commentCount === 0 && elsewhere.length === 0) return <></>
  return (
    <ul class="why">
      {paper.pickCount > 0 && (
        <li class="picked">
          {paper.pickCount === 1 ? 'Curators’ pick' : `Picked by ${count(paper.pickCount, 'curator')}`}
        </li>
      )}
      {[...upvotes, ...comments].map(({ kind, origin, total }) => (
        <li>
          {count(total, kind)} {SITES[origin] ?? 'elsewhere'}
        </li>
      ))}
      {stars !== undefined && stars > 0 && (
        <li>
          {count(stars, 'star')}
          {starsOn(paper)}
        </li>
      )}
      {citations !== undefined && citations > 0 && <li>{count(citations, 'citation')}</li>}
      {paper.commentCount > 0 && (
        <li>
          <a href={`${addressPath(paper.address)}#comments`}>{count(paper.commentCount, 'comment')}</a>
        </li>
      )}
    </ul>
  )
}

/** Where the stars of a paper's code are, where that is plain to see. */
function starsOn({ links }: Pick<Paper, 'links'>): string {
  const code = links.find(({ kind }) => kind === 'code')
  return code !== undefined && URL.parse(code.url)?.hostname === 'github.com' ? ' on GitHub' : ' for its code'
}

/** `1 star`, `1,204 stars` */
function count(total: number, noun: string): string {
  return `${total.toLocaleString('en-GB')} ${total === 1 ? noun : `${noun}s`}`
}

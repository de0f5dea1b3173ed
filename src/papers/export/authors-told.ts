import type { Author } from '../harvested-paper.ts'
import type { Paper } from '../paper.ts'

/** Of a larger collaboration, machines are told the first authors; exports have them all. */
const MOST_AUTHORS = 200
const AUTHORS_OF_MANY = 50

/** The authors whom pages tell machines. */
export function authorsTold({ authors }: Pick<Paper, 'authors'>): Author[] {
  return authors.length > MOST_AUTHORS ? authors.slice(0, AUTHORS_OF_MANY) : authors
}

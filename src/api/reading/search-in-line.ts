import { SearchAway } from '../../search/engine-client.ts'
import { atMost } from '../../web/at-most.ts'

/** How many searches of programs run at once, so that people still get their turn. */
export const searchInLine = atMost(3, {
  waiting: 500,
  full: () => new SearchAway('Too many searches are waiting.'),
})

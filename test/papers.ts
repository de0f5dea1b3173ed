import type { HarvestedPaper } from '../src/papers/harvested-paper.ts'
import type { PaperIdentifier } from '../src/papers/identifiers.ts'
import { parseAddress } from '../src/papers/identifiers.ts'

/** An invented statement of a source; `of` are the addresses of its identifiers (`2601.00001`, `doi/10.5555/a`). */
export function stated(
  of: string | [string, ...string[]],
  facts: Partial<Omit<HarvestedPaper, 'identifiers'>> = {},
): HarvestedPaper {
  const [first, ...others] = typeof of === 'string' ? [of] : of
  return {
    source: 'arxiv-oai',
    identifiers: [identifier(first), ...others.map(identifier)],
    title: `On ${first}`,
    ...facts,
  }
}

export function identifier(address: string): PaperIdentifier {
  const parsed = parseAddress(address)
  if (!parsed) throw new Error(`${address} is no address of a paper`)
  return parsed.identifier
}

import type { CompleteRequestParams, CompleteResult } from '@modelcontextprotocol/server'
import type { Asking } from '../api/operation.ts'
import { SearchAway } from '../search/engine-client.ts'
import { suggest } from '../search/suggest.ts'
import { PROMPTS } from './prompts.ts'
import { TEMPLATES } from './resources.ts'
import { badParams } from './bad-params.ts'

const MOST = 10
/** The arguments that take the id of a paper. */
const IDS = new Set(['id', 'a', 'b'])

/** Suggests the ids of papers for words of their titles; nothing for what people say in their own words. */
export async function complete(
  { site }: Asking,
  { ref, argument }: Pick<CompleteRequestParams, 'ref' | 'argument'>,
): Promise<CompleteResult['completion']> {
  const isKnown =
    ref.type === 'ref/prompt'
      ? PROMPTS.some(({ name }) => name === ref.name)
      : TEMPLATES.some(({ uriTemplate }) => uriTemplate === ref.uri)
  if (!isKnown) throw badParams('There is nothing here by that name that could be completed.')
  const text = argument.value.slice(0, 200).trim()
  if (!IDS.has(argument.name) || text === '') return { values: [] }
  try {
    const { papers } = await suggest(site.search, { text, limit: MOST })
    return { values: papers.map(({ path }) => decodeURIComponent(path.slice('/papers/'.length))) }
  } catch (error) {
    if (error instanceof SearchAway) return { values: [] }
    throw error
  }
}

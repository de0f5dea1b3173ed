import type { OptionGroup } from './option-list.ts'

/** How many suggestions of each kind to show. Papers come first: most people who type are looking for a paper. */
const PAPERS = 4
const FEW = 3

type Answer = {
  papers: { title: string; by: string; path: string }[]
  authors: { name: string; papers: number; path: string }[]
  topics: { name: string; category: string; path: string }[]
}

/** Suggestions for what has been typed so far, by kind; none if the site has none. */
export async function fetchSuggestions(text: string, signal: AbortSignal): Promise<OptionGroup[]> {
  const answer = await fetch(`/papers/suggest?${new URLSearchParams({ q: text }).toString()}`, { signal })
  if (!answer.ok) return []
  const { papers, authors, topics } = (await answer.json()) as Answer
  const groups: OptionGroup[] = [
    {
      name: 'Papers',
      options: papers.slice(0, PAPERS).map(({ title, by, path }) => ({ text: title, note: by, path })),
    },
    {
      name: 'Authors',
      short: true,
      options: authors.slice(0, FEW).map(({ name, papers, path }) => ({
        text: name,
        note: papers === 1 ? '1 paper' : `${papers} papers`,
        path,
      })),
    },
    {
      name: 'Topics',
      short: true,
      options: topics
        .slice(0, FEW)
        .map(({ name, category, path }) => ({ text: name, note: name === category ? '' : category, path })),
    },
  ]
  return groups.filter(({ options }) => options.length > 0)
}

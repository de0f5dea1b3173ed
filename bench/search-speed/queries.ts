import { STOP_WORDS } from '../../src/search/text/stop-words.ts'
import { letter, type BenchPaper, type Papers } from './papers.ts'
import { pick, randomFrom } from './random.ts'

/** Queries of one kind, as addresses of the site. */
export type QueryKind = { name: string; paths: string[] }

/** `count` queries of every kind that readers ask, made out of papers that are there. */
export function queryKinds(papers: Papers, { count }: { count: number }): QueryKind[] {
  const kind = (
    name: string,
    make: (paper: BenchPaper, random: () => number) => string | null,
    path: (query: string) => string = searchPath,
  ): QueryKind => ({ name, paths: queriesOf(papers, { count, use: name, make }).map(path) })
  return [
    kind('any words', anyWords),
    kind('one word', (paper, random) => some(wordsOf(paper.title), 1, random)),
    kind('whole title', ({ title }) => title),
    kind('title, 2 words and a letter wrong', misquoted),
    kind('phrase', phrase),
    ...(papers.named ? [kind('author', ({ authors }, random) => `author:"${pick(authors, random)}"`)] : []),
    kind('any words, topic, years', (paper, random) => {
      const words = anyWords(paper, random)
      const year = Number(paper.published.slice(0, 4))
      return words && `${words} cat:${paper.categories[0] ?? ''} year:${year - 1}..${year + 1}`
    }),
    kind('any words, newest first', (paper, random) => {
      const words = anyWords(paper, random)
      return words && `${words} sort:new`
    }),
    kind('any words, last unfinished', unfinished, (query) => `${searchPath(query)}&unfinished=1`),
    kind('suggestions', unfinished, (query) => `/papers/suggest?q=${encodeURIComponent(query)}`),
  ]
}

/** `count` queries of three words of a title, other ones for each use. */
export function anyWordQueries(papers: Papers, { count, use }: { count: number; use: string }): string[] {
  return queriesOf(papers, { count, use, make: anyWords })
}

export function wholeTitles(papers: Papers, { count, use }: { count: number; use: string }): string[] {
  return queriesOf(papers, { count, use, make: ({ title }) => title })
}

export function searchPath(query: string): string {
  return `/papers?q=${encodeURIComponent(query)}`
}

function queriesOf(
  papers: Papers,
  {
    count,
    use,
    make,
  }: { count: number; use: string; make: (paper: BenchPaper, random: () => number) => string | null },
): string[] {
  const random = randomFrom([...use].reduce((hash, letter) => Math.imul(hash, 31) + letter.charCodeAt(0), 17))
  const queries: string[] = []
  for (let tries = 0; queries.length < count && tries < count * 100; tries++) {
    const query = make(papers.at(Math.floor(random() * papers.count)), random)
    if (query) queries.push(query)
  }
  return queries
}

/** What somebody would type: words of letters, without those that say nothing. */
function wordsOf(text: string): string[] {
  const words = text.split(' ').map((word) => word.replace(/^[("'`]+|[)"'`,.:;?!]+$/g, ''))
  return words.filter((word) => /^[A-Za-z][A-Za-z-]+$/.test(word) && !STOP_WORDS.has(word.toLowerCase()))
}

/** So many different words in any order; null where there are fewer. */
function some(words: string[], count: number, random: () => number): string | null {
  const left = [...new Set(words)]
  if (left.length < count) return null
  const chosen = Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0])
  return chosen.join(' ').toLowerCase()
}

function anyWords({ title }: BenchPaper, random: () => number): string | null {
  return some(wordsOf(title), 3, random)
}

function misquoted({ title }: BenchPaper, random: () => number): string | null {
  const words = title.split(' ')
  if (words.length < 5) return null
  for (let dropped = 0; dropped < 2; dropped++) words.splice(Math.floor(random() * words.length), 1)
  const long = words.flatMap((word, i) => (/^[A-Za-z]{5,}$/.test(word) ? [i] : []))
  if (long.length === 0) return null
  const wrong = pick(long, random)
  const word = words[wrong] ?? ''
  const at = 1 + Math.floor(random() * (word.length - 1))
  words[wrong] = `${word.slice(0, at)}${letter(random)}${word.slice(at + 1)}`
  return words.join(' ')
}

/** Two or three words that follow each other. */
function phrase({ abstract }: BenchPaper, random: () => number): string | null {
  const words = abstract.split(' ')
  const length = random() < 0.5 ? 2 : 3
  const from = Math.floor(random() * (words.length - length))
  const chosen = words.slice(from, from + length)
  if (!chosen.every((word) => /^[A-Za-z][A-Za-z-]*$/.test(word)) || wordsOf(chosen.join(' ')).length < 2)
    return null
  return `"${chosen.join(' ')}"`
}

function unfinished(paper: BenchPaper, random: () => number): string | null {
  const words = anyWords(paper, random)?.split(' ')
  const last = words?.pop() ?? ''
  return words && last.length >= 4
    ? [...words, last.slice(0, Math.max(3, Math.floor(last.length / 2)))].join(' ')
    : null
}

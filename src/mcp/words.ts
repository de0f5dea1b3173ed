/** Answers longer than this are not told again in words beside the values. */
const LONGEST = 60_000

/**
 * What a tool answers with, as a text that reads well: a paper as its facts and abstract, a list as numbered lines, a text as
 * it is, and anything else as JSON.
 */
export function wordsFor(answer: Record<string, unknown>): string {
  const text = [answer['markdown'], answer['value']].find((part) => typeof part === 'string')
  if (text !== undefined) return text
  if (isPaper(answer)) return paperWords(answer)
  const lists = Object.entries(answer).filter(
    (part): part is [string, Entry[]] => Array.isArray(part[1]) && part[1].every(isEntry),
  )
  const [list] = lists
  const others = Object.entries(answer).filter(([name]) => name !== list?.[0] && name !== 'next')
  if (list === undefined || lists.length > 1) return cut(JSON.stringify(answer))
  const facts = others
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => `${name}: ${String(value)}`)
  const more =
    answer['next'] === undefined
      ? []
      : [`There is more: add ${JSON.stringify(answer['next'])} to the arguments.`]
  return cut([...facts, ...listWords(list[1]), ...more].join('\n'))
}

type Entry = Record<string, unknown>
type Paper = Entry & { id: string; title: string; url: string }

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPaper(value: Entry): value is Paper {
  return ['id', 'title', 'url'].every((name) => typeof value[name] === 'string') && 'summary' in value
}

function listWords(entries: readonly Entry[]): string[] {
  if (entries.length === 0) return ['There is nothing in this list.']
  return entries.map((entry, i) => {
    if (!isPaper(entry)) return `${i + 1}. ${JSON.stringify(entry)}`
    const summary = typeof entry['summary'] === 'string' ? `\n   ${entry['summary']}` : ''
    return `${i + 1}. ${entry.title}\n   ${[`id ${entry.id}`, ...facts(entry), entry.url].join(' · ')}${summary}`
  })
}

function paperWords(paper: Paper): string {
  const summary = typeof paper['summary'] === 'string' ? paper['summary'] : 'It has no abstract here.'
  return cut(
    [`# ${paper.title}`, [`id ${paper.id}`, ...facts(paper), paper.url].join(' · '), summary].join('\n\n'),
  )
}

function facts(paper: Entry): string[] {
  const authors = Array.isArray(paper['authors']) ? paper['authors'] : []
  const names = authors.map((author: unknown) => (isEntry(author) ? String(author['name']) : String(author)))
  const published = paper['publishedAt']
  const votes = paper['upvotes']
  return [
    names.join(', '),
    typeof published === 'string' ? published.slice(0, 10) : '',
    typeof votes === 'number' && votes > 0 ? `${votes} ${votes === 1 ? 'vote' : 'votes'}` : '',
  ].filter((fact) => fact !== '')
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { parseAddress, type PaperIdentifier } from '../../src/papers/identifiers.ts'
import { SHARED } from '../site.ts'
import { pick, randomFrom } from './random.ts'

/** A paper of the database that is measured. */
export type BenchPaper = {
  identifier: PaperIdentifier
  title: string
  abstract: string
  authors: string[]
  /** The first is the primary one. */
  categories: string[]
  /** An instant in UTC. */
  published: string
  hasCode: boolean
  /** The real papers it is made of, by number: itself, or the two. */
  sources: [number] | [number, number]
}

/** Any number of papers, each made when it is asked for and the same every time: the first `real` of them are real. */
export type Papers = {
  count: number
  real: number
  at(n: number): BenchPaper
  /** Whether authors have names. */
  named: boolean
}

type RealPaper = Omit<BenchPaper, 'authors' | 'hasCode' | 'sources'>

const SEED = 20_260_101
/** Recombined papers spread over these years, ever more a year. */
const [FIRST_DAY, LAST_DAY] = [Date.UTC(1995, 0, 1), Date.UTC(2026, 9, 31)]
/** What only the last paper has: once it is found, all are in. */
export const LAST_WORD = 'qzyvexil'

/**
 * `count` papers: real ones as far as they reach, then recombined ones, whose titles are halves of two real titles of
 * one category and whose abstracts are sentences mostly of the same two. In every other of these a word is misspelt:
 * without new words, a vocabulary would not grow as that of real papers does. The real papers have no authors;
 * all get names put together from those of other real papers, when these are here.
 */
export async function makePapers(file: string, { count }: { count: number }): Promise<Papers> {
  const all = await readPapers(file)
  const real =
    count >= all.length
      ? all
      : Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as RealPaper)
  const ofCategory = new Map<string, number[]>()
  real.forEach(({ categories: [category = ''] }, n) => {
    const members = ofCategory.get(category) ?? []
    members.push(n)
    ofCategory.set(category, members)
  })
  const names = await readNames()

  function recombined(n: number, random: () => number): RealPaper & { sources: [number, number] } {
    const a = Math.floor(random() * real.length)
    const first = real[a] as RealPaper
    const b = pick(ofCategory.get(first.categories[0] ?? '') ?? [a], random)
    const second = real[b] as RealPaper
    const at = FIRST_DAY + (LAST_DAY - FIRST_DAY) * Math.sqrt(random())
    return {
      identifier: doi(`10.5555/bench.${n}`),
      title: `${half(first.title, 'first')} ${half(second.title, 'second')}`,
      abstract: recombinedAbstract([first, second], { real, random }),
      categories: first.categories,
      published: new Date(Math.floor(at)).toISOString(),
      sources: [a, b],
    }
  }

  return {
    count,
    real: real.length,
    named: names !== null,
    at(n) {
      const random = randomFrom(SEED + n)
      const paper =
        n < real.length ? { ...(real[n] as RealPaper), sources: [n] as [number] } : recombined(n, random)
      return {
        ...paper,
        abstract: n === count - 1 ? `${paper.abstract} ${LAST_WORD}.` : paper.abstract,
        authors: names ? authorsFrom(names, random) : [],
        hasCode: n % 3 === 0,
      }
    },
  }
}

async function readPapers(file: string): Promise<RealPaper[]> {
  const papers: RealPaper[] = []
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity })
  for await (const line of lines) {
    const paper = JSON.parse(line) as {
      id: string
      title: string
      abstract: string
      categories: string[]
      published: string
    }
    const identifier = parseAddress(paper.id)?.identifier
    if (!identifier) continue
    papers.push({
      identifier,
      title: tidy(paper.title),
      abstract: tidy(paper.abstract),
      categories: paper.categories,
      published: new Date(`${paper.published.replace(' ', 'T')}Z`).toISOString(),
    })
  }
  return papers
}

export function doi(value: string): PaperIdentifier {
  return { scheme: 'doi', value }
}

function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function half(title: string, which: 'first' | 'second'): string {
  const words = title.split(' ')
  const middle = Math.ceil(words.length / 2)
  return (which === 'first' ? words.slice(0, middle) : words.slice(words.length === 1 ? 0 : middle)).join(' ')
}

/** 6 to 8 sentences of the two papers, about one of seven from any other; half of the texts with a word misspelt. */
function recombinedAbstract(
  pair: [RealPaper, RealPaper],
  { real, random }: { real: RealPaper[]; random: () => number },
): string {
  const own = pair.flatMap(({ abstract }) => sentences(abstract))
  const chosen = Array.from({ length: 6 + Math.floor(random() * 3) }, () => {
    if (random() < 0.15 || own.length === 0) return pick(sentences(pick(real, random).abstract), random)
    return own.splice(Math.floor(random() * own.length), 1)[0] ?? ''
  })
  const text = chosen.join(' ')
  return random() < 0.5 ? misspelt(text, random) : text
}

function sentences(text: string): string[] {
  return text.split(/(?<=[.!?]) (?=[A-Z])/)
}

function misspelt(text: string, random: () => number): string {
  const from = Math.floor(random() * text.length)
  const found = /\b[a-z]{7,12}\b/.exec(text.slice(from))
  if (!found) return text
  const at = from + found.index + 1 + Math.floor(random() * (found[0].length - 2))
  return `${text.slice(0, at)}${letter(random)}${letter(random)}${text.slice(at + 1)}`
}

export function letter(random: () => number): string {
  return pick('abcdefghijklmnopqrstuvwxyz', random)
}

type Names = { given: string[]; family: string[] }

/** The names of real authors, in parts; null (said aloud) where this machine has none. */
async function readNames(): Promise<Names | null> {
  const file = join(SHARED, 'data', 'hf-daily.jsonl.gz')
  if (!existsSync(file)) {
    console.log('SKIPPED: no names of authors are on this machine; papers have none.')
    return null
  }
  const given = new Set<string>()
  const family = new Set<string>()
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity })
  for await (const line of lines) {
    const { authors = [] } = JSON.parse(line) as { authors?: string[] }
    for (const name of authors) {
      const words = tidy(name).split(' ')
      if (words.length < 2) continue
      given.add(words.slice(0, -1).join(' '))
      family.add(words.at(-1) ?? '')
    }
  }
  return { given: [...given], family: [...family] }
}

/** 1 to 8 of them; a few names are on many papers, as in life. */
function authorsFrom({ given, family }: Names, random: () => number): string[] {
  const often = (list: string[]) => list[Math.floor(list.length * random() ** 2)] ?? ''
  return Array.from({ length: 1 + Math.floor(random() * 8) }, () => `${often(given)} ${often(family)}`)
}

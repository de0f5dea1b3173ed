/**
 * Whether a title that somebody pastes brings its paper first: `bench/run titles [N]`. Each of the real titles as it
 * stands, or N of them, is asked of an index in memory, by words alone; of the other ways to type one, 2,000.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { plainText } from '../src/papers/plain-text.ts'
import { find } from '../src/search/index/find.ts'
import { Scores } from '../src/search/index/match-words.ts'
import { addPapers, dueForMerge, mergeHeld, newWordIndex } from '../src/search/index/word-index.ts'
import { parseQuery } from '../src/search/query/parse-query.ts'
import { toIndexedPaper } from '../src/search/to-indexed-paper.ts'
import { realPapers } from './site.ts'

type BenchTitle = { id: number; title: string; plain: string; key: string }

/** Names of systems that everyone knows, in ways in which people type them. */
const NAMES =
  'RoBERTa roberta ROBERTA BERT bert ALBERT DistilBERT XLNet ELECTRA GPT-4 GPT4 gpt-4 BLOOM LLaMA llama Transformer-XL ResNeXt EfficientNet MobileNetV2 YOLOv4 AlphaZero CLIP DeBERTa BigBird Longformer Reformer SqueezeNet DenseNet PyTorch NeRF StyleGAN CycleGAN BLEURT SciBERT BioBERT'.split(
    ' ',
  )

const firstPart = (title: string) => /^(.{3,}?):\s/.exec(title)?.[1] ?? null
/** Ways to type a title; null where there is nothing to vary. */
const WAYS: Record<string, (title: BenchTitle) => string | null> = {
  'in capitals': ({ plain }) => plain.toUpperCase(),
  'in lower case': ({ plain }) => plain.toLowerCase(),
  'without punctuation': ({ plain }) => plain.replace(/[^\p{L}\p{M}\p{N}\s]+/gu, ' '),
  quoted: ({ plain }) => `"${plain}"`,
  'with a full stop': ({ plain }) => `${plain}.`,
  'as plain text, where TeX is in it': ({ title, plain }) => (/[\\$]/.test(title) ? plain : null),
  'as TeX, where TeX is in it': ({ title }) => (/[\\$]/.test(title) ? title : null),
  'with line breaks': ({ title }) => title.replace(/ (?=(?:\S+ ){3})/g, (space) => `${space}\n  `),
  'with - NOT OR AND in it': ({ title }) => (/\s[-(]\w|\b(?:NOT|OR|AND)\b/.test(title) ? title : null),
  'with a colon in it': ({ title }) => (title.includes(':') ? title : null),
  'with quotes in it': ({ title }) => (/["“”«»„]/.test(title) ? title : null),
  'with a hyphen left out': ({ plain }) => (/\p{L}-\p{L}/u.test(plain) ? plain.replaceAll('-', '') : null),
  'with spaces for hyphens': ({ plain }) => (/\p{L}-\p{L}/u.test(plain) ? plain.replaceAll('-', ' ') : null),
  'with another dash': ({ plain }) => (plain.includes('-') ? plain.replaceAll('-', '–') : null),
  'what is before the colon': ({ title }) => firstPart(title),
  'cut off after sixty letters': ({ plain }) => (plain.length > 60 ? `${plain.slice(0, 60)}…` : null),
}
const ASKED = 2_000

function keyOf(title: string): string {
  return plainText(title)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

async function readTitles(file: string) {
  const index = newWordIndex()
  const titles: BenchTitle[] = []
  let batch: ReturnType<typeof toIndexedPaper>[] = []
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
    const { title, abstract, categories, published } = JSON.parse(line) as Record<string, string> & {
      categories: string[]
    }
    if (title === undefined) continue
    const id = titles.length + 1
    titles.push({ id, title, plain: plainText(title), key: keyOf(title) })
    batch.push(
      toIndexedPaper({
        id,
        index_seq: id,
        title,
        abstract: abstract ?? null,
        synopsis: null,
        authors: [],
        categories,
        links: [],
        published: null,
        dated_at: new Date(published ?? 0),
      }),
    )
    if (batch.length < 4_000) continue
    addPapers(index, batch, id)
    batch = []
  }
  addPapers(index, batch, titles.length)
  for (let due = dueForMerge(index); due; due = dueForMerge(index)) {
    for (const _ of mergeHeld(index, due, null)) {
      // Turns.
    }
  }
  return { index, titles }
}

const file = realPapers()
if (file) {
  const { index, titles } = await readTitles(file)
  const sizes = index.segments.map(({ segment: { terms, postings, positions } }) => ({
    terms: terms.count,
    bytes: terms.units.byteLength + terms.count * 16 + postings.byteLength,
    positions: positions.size,
  }))
  const sum = (key: 'terms' | 'bytes' | 'positions') => sizes.reduce((all, size) => all + size[key], 0)
  console.log(
    `${titles.length} titles; ${sum('terms')} terms, ${(sum('bytes') / 2 ** 20).toFixed(1)} MiB in memory, ${(sum('positions') / 2 ** 20).toFixed(1)} MiB of positions`,
  )
  const scratch = new Scores()
  const best = (typed: string, limit = 1) =>
    find(
      { words: index, vectors: null },
      { query: parseQuery(typed), typed, vector: null, offset: 0, limit, unfinished: false, ranked: [] },
      scratch,
    ).hits.map(({ id }) => titles[id - 1])

  const ask = (name: string, asked: { typed: string; title: BenchTitle }[]) => {
    const started = performance.now()
    // Papers of one name are equally meant.
    const isMeant = (found: BenchTitle | undefined, { typed, title }: { typed: string; title: BenchTitle }) =>
      found?.key === title.key || keyOf(firstPart(found?.title ?? '') ?? '?') === keyOf(typed)
    const missed = asked.filter((one) => !isMeant(best(one.typed)[0], one))
    const took = (performance.now() - started) / Math.max(1, asked.length)
    const share = ((asked.length - missed.length) / Math.max(1, asked.length)) * 100
    console.log(
      `  ${name.padEnd(36)} ${share.toFixed(2).padStart(6)}% of ${asked.length} first (${took.toFixed(1)} ms each)`,
    )
    if (process.env['SHOW_MISSED']) {
      for (const { typed } of missed.slice(0, 8))
        console.log(`      ${JSON.stringify(typed)} → ${best(typed)[0]?.title}`)
    }
  }
  const count = Number(process.argv[2] ?? titles.length)
  const spread = (some: BenchTitle[], number: number) =>
    some.filter(
      (_, i) =>
        Math.floor(((i + 1) * number) / some.length) > Math.floor((i * number) / some.length) ||
        some.length <= number,
    )
  ask(
    'as they stand (goal: 99.9%)',
    spread(titles, count).map((title) => ({ typed: title.title, title })),
  )
  for (const [name, vary] of Object.entries(WAYS)) {
    const able = titles.filter((title) => vary(title) !== null)
    ask(
      name,
      spread(able, Math.min(count, ASKED)).map((title) => ({ typed: vary(title) ?? '', title })),
    )
  }
  console.log('  names of systems, and the title that comes first:')
  for (const name of NAMES) console.log(`    ${name.padEnd(16)} ${best(name)[0]?.plain}`)
}

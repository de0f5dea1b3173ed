import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'

export type BenchPaper = { id: string; title: string; abstract: string | null; at: string; edition: string }
/** What a reader chose of each edition, in order of time; of the last one is asked. */
export type History = { reader: string; editions: { edition: string; at: string; papers: Set<string> }[] }

/** Papers by edition in order of time, and the histories of readers, from papers.jsonl(.gz) and readers.jsonl(.gz). */
export async function readReaders(folder: string): Promise<{
  editions: { edition: string; at: string; papers: BenchPaper[] }[]
  histories: History[]
}> {
  const papers = (await lines(folder, 'papers')) as BenchPaper[]
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  const editions = [...Map.groupBy(papers, ({ edition }) => edition)]
    .map(([edition, of]) => ({ edition, at: of[0]?.at ?? '', papers: of }))
    .toSorted(inTime)
  const readers = (await lines(folder, 'readers')) as { reader: string; items: { paper: string }[] }[]
  const histories = readers.flatMap(({ reader, items }): History[] => {
    const chosen = Map.groupBy(items, ({ paper }) => byId.get(paper)?.edition ?? '')
    chosen.delete('')
    const of = [...chosen]
      .map(([edition, in_]) => ({
        edition,
        at: byId.get(in_[0]?.paper ?? '')?.at ?? '',
        papers: new Set(in_.map(({ paper }) => paper)),
      }))
      .toSorted(inTime)
    const last = of.at(-1)
    // What came out on the same day as what is asked for is not known by then.
    const known = of.filter(({ at }) => last && at < last.at)
    return last && known.length > 0 ? [{ reader, editions: [...known, last] }] : []
  })
  return { editions, histories }
}

function inTime(a: { at: string; edition: string }, b: { at: string; edition: string }): number {
  return a.at === b.at ? (a.edition < b.edition ? -1 : 1) : a.at < b.at ? -1 : 1
}

async function lines(folder: string, name: string): Promise<unknown[]> {
  const plain = join(folder, `${name}.jsonl`)
  const file = existsSync(plain)
    ? createReadStream(plain)
    : createReadStream(`${plain}.gz`).pipe(createGunzip())
  const found: unknown[] = []
  for await (const line of createInterface({ input: file }))
    if (line.trim() !== '') found.push(JSON.parse(line))
  return found
}

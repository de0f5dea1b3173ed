/** arXiv's services on this machine with the real papers of a file, whose authors are invented: `arxiv.ts FILE`; prints where it is. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { openArxivServer, type ServedPaper } from '../../src/sources/testing/arxiv-server.ts'

/** As if all had been announced on these days, a few thousand on each. */
const DAYS = Array.from({ length: 20 }, (_, i) => `2026-11-${String(i + 1).padStart(2, '0')}`)

type Line = { id: string; published: string; title: string; abstract: string; categories: string[] }

const file = process.argv[2] ?? ''
const papers: ServedPaper[] = []
for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
  const paper = JSON.parse(line) as Line
  papers.push({
    ...paper,
    authors: Array.from({ length: 1 + (papers.length % 7) }, (_, i) => ({
      keyname: `Family${(papers.length * 7 + i) % 20_000}`,
      forenames: `Given${i}`,
    })),
    versions: [new Date(`${paper.published.replace(' ', 'T')}Z`).toISOString()],
    announced: DAYS[papers.length % DAYS.length] ?? '',
    license: 'http://creativecommons.org/licenses/by/4.0/',
  })
}
const server = await openArxivServer({
  papers: () => papers,
  now: () => new Date(),
  listDay: () => '2026-11-20',
  feedDay: () => '2026-11-20',
})
process.stdout.write(`${server.url}\n`)

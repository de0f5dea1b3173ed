import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { readArxivAtom } from './arxiv-atom.ts'
import { readArxivOai } from './arxiv-oai.ts'
import { readCsl } from './csl.ts'
import type { Format } from './format.ts'
import { readHuggingFace } from './huggingface.ts'
import { readJsonLines } from './jsonl.ts'
import { readRis } from './ris.ts'
import { readTrendingPage, type Bibliography } from './trending-page.ts'

/** The papers of a text in a format. `now` is when it was seen, where it does not say; the others are for pages. */
export async function readFormat(
  format: Format,
  text: AsyncIterable<string>,
  options: { now: Date; bibliography?: Bibliography; date?: string },
): Promise<AsyncIterable<HarvestOutcome>> {
  switch (format) {
    case 'jsonl':
      return readJsonLines(text, { now: options.now })
    case 'huggingface':
      return readHuggingFace(text, { now: options.now })
    case 'arxiv-oai':
      return readArxivOai(text)
    case 'arxiv-atom':
      return readArxivAtom(text)
    case 'bibtex':
      // The parser is large, and nothing else needs it.
      return (await import('./bibtex.ts')).readBibtex(text)
    case 'ris':
      return readRis(text)
    case 'csl':
      return readCsl(text)
    case 'page':
      return readTrendingPage(text, options)
  }
}

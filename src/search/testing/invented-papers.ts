import { vocabularyOf } from '../text/vocabulary.ts'
import { titleKeys } from '../text/title-keys.ts'
import { indexedWords } from '../text/other-spellings.ts'
import type { IndexedPaper } from '../index/indexed-paper.ts'

/** An invented paper as the index takes it. */
export function indexed(
  id: number,
  {
    seq = id,
    title = `Paper ${id}`,
    body = '',
    authors = [],
    categories = [],
    day = '2026-01-15',
    flags = 0,
  }: {
    seq?: number
    title?: string
    body?: string
    authors?: string[][]
    categories?: string[]
    day?: string
    flags?: number
  } = {},
): IndexedPaper {
  const words = { title: indexedWords(title), body: indexedWords(body) }
  return {
    id,
    seq,
    ...words,
    titleKeys: titleKeys(title),
    vocabulary: vocabularyOf([
      { text: title, words: words.title },
      { text: body, words: words.body },
    ]),
    authors,
    categories,
    datedAt: Date.parse(`${day}T00:00:00Z`),
    flags,
  }
}

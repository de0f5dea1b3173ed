import { expect, it } from 'vitest'
import { parseQuery } from './parse-query.ts'
import { wordsOf } from './query.ts'

it.each([
  ['graph nets', 'graph nets'],
  ['"graph  nets" title:fast title:"and small"', 'graph nets fast and small'],
  ['graphs OR networks now', 'graphs networks now'],
  ['graphs -trees NOT "tall bushes" -a OR b', 'graphs'],
  ['graphs author:loon cat:cs.LG has:code date:2024 sort:new', 'graphs'],
  ['graphs OR author:loon', 'graphs'],
  ['author:loon author:"ada loon" cat:cs.LG', ''],
  ['', ''],
])('the words of %s are %s', (text, words) => {
  expect(wordsOf(parseQuery(text))).toBe(words)
})

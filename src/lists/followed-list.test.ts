import { expect, it } from 'vitest'
import { parseListAddress } from './followed-list.ts'

const ORIGIN = 'https://tides.example'

it.each([
  ['/', '/'],
  ['', null],
  [ORIGIN, '/'],
  [`${ORIGIN}/`, '/'],
  ['/index.atom', '/'],
  ['/papers/date', '/'],
  ['/papers/week', '/'],
  ['/papers', '/papers/new'],
  ['/papers?q=', '/papers/new'],
  ['/papers/new/', '/papers/new'],
  [' /papers/trending.rss ', '/papers/trending'],
  ['/papers/top', '/papers/top'],
  ['/papers/top?from=2026-01-01', '/papers/top'],
  ['/papers/picks.feed.json', '/papers/picks'],
  ['/topics/cs.CL', '/topics/cs.CL'],
  ['/topics/', null],
  ['/topics/cs.CL/more', null],
  ['/authors/Ada%20Lovelace', '/authors/ada-lovelace'],
  ['/authors/0000-0002-1825-0097', '/authors/0000-0002-1825-0097'],
  ['/authors/---', null],
  ['/papers?q=graph+learning&page=2', '/papers?q=graph+learning'],
  ['/papers.atom?q=topic%3Acs.CL', '/papers?q=topic%3Acs.CL'],
  [`${ORIGIN}/papers?q=%22tides%22`, '/papers?q=%22tides%22'],
  ['/papers/2601.00001', null],
  ['/papers/suggest?q=a', null],
  ['/papers/date/2026-11-20', null],
  ['/collections/abc123def456', '/collections/abc123def456'],
  ['/collections/new', null],
  ['/desk', null],
  ['//tides.example/papers/new', null],
  ['https://elsewhere.example/papers/new', null],
  ['javascript:alert(1)', null],
  ['/topics/%E0%A4%A', null],
])('%j is the list at %j', (text, address) =>
  expect(parseListAddress(text, ORIGIN)?.address ?? null).toBe(address),
)

it('reads its own addresses as they are', () => {
  for (const address of [
    '/',
    '/papers/new',
    '/topics/astro-ph.GA',
    '/authors/ada-lovelace',
    '/papers?q=a%26b',
  ])
    expect(parseListAddress(address, '')?.address).toBe(address)
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openRequestCounts, routeOf } from './request-counts.ts'

it.each([
  ['/', 'front_page'],
  ['/?after=x', 'front_page'],
  ['http://tides.example/papers/new', 'list'],
  ['/papers', 'search'],
  ['/papers?q=a', 'search'],
  ['/papers/suggest?q=a', 'search'],
  ['/papers/trending', 'list'],
  ['/papers/date/2026-11-20', 'edition'],
  ['/papers/2601.00001', 'paper'],
  ['/papers/doi/10.5555/x', 'paper'],
  ['/papers/constructor', 'paper'],
  ['/topics/cs.CL', 'list'],
  ['/digests/front-page/2026-11-28', 'list'],
  ['/topics/cs.CL.atom', 'feed'],
  ['/index.rss', 'feed'],
  ['/papers.feed.json?q=a', 'feed'],
  ['/papers/new.jsonl?limit=3', 'export'],
  ['/papers/2601.00001.bib', 'paper'],
  ['/desk/sources', 'desk'],
  ['/assets/s.css', 'asset'],
  ['/metrics', 'machine'],
  ['/constructor', 'other'],
  ['/wp-login.php', 'other'],
] as const)('%s is of the kind %s', (url, route) => expect(routeOf('GET', url)).toBe(route))

it('counts few kinds, whatever is asked', () => {
  const counts = openRequestCounts()
  const before = counts.routes().size
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 100, max: 599 }), fc.string(), (url, status, method) => {
      counts.count({ method, url, status, ms: 3, atHand: false })
    }),
  )
  expect(counts.routes().size).toBe(before)
  const statuses = [...counts.routes().values()].flatMap((route) => [...route.statuses.keys()])
  expect(statuses.filter((status) => !/^[1-5]xx$/.test(status))).toEqual([])
})

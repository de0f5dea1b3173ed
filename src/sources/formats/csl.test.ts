import { expect, it } from 'vitest'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'
import { readCsl } from './csl.ts'

const read = (value: unknown) => collect(readCsl(feed(JSON.stringify(value))))

it('reads what reference managers and registries write', async () => {
  const outcomes = await read([
    {
      id: 'lee2020',
      type: 'paper-conference',
      title: ['Tides of <i>lakes</i>'],
      author: [
        { family: 'Humboldt', given: 'Alexander', 'dropping-particle': 'von' },
        { family: 'Berg', given: 'Ludo', 'non-dropping-particle': 'van den', suffix: 'Jr.' },
        { literal: 'The Lake Collaboration' },
        { family: '"von Neumann"', given: 'John' },
        { literal: 'et al.' },
      ],
      issued: { 'date-parts': [['2020', 2]] },
      'container-title': 'Proceedings of Lakes',
      volume: 7,
      page: '1-9',
      DOI: '10.5555/Lakes',
      number: 'arXiv:2001.01234',
      abstract: '<jats:p>One.</jats:p><jats:p>Two.</jats:p>',
    },
    { id: 'x', type: 'thesis', genre: 'Master’s thesis', title: 'Lakes', publisher: 'Lake School' },
    { id: 'y', type: 'book' },
  ])
  expect(refusalsIn(outcomes)).toEqual([expect.stringMatching(/^record 3 \(line 1\): It has no title\.$/)])
  expect(papersIn(outcomes)).toMatchObject([
    {
      source: 'csl',
      identifiers: [
        { scheme: 'doi', value: '10.5555/lakes' },
        { scheme: 'arxiv', value: '2001.01234' },
      ],
      title: 'Tides of lakes',
      abstract: 'One.\n\nTwo.',
      authors: [
        { name: 'Alexander von Humboldt', droppingParticle: 'von' },
        { name: 'Ludo van den Berg Jr.', nonDroppingParticle: 'van den', suffix: 'Jr.' },
        { name: 'The Lake Collaboration', kind: 'collaboration' },
        { name: 'John von Neumann', family: 'von Neumann', given: 'John' },
      ],
      authorsTruncated: true,
      published: { precision: 'month', value: '2020-02' },
      journalReference: 'Proceedings of Lakes 7, 1-9 (2020)',
      publication: { type: 'inproceedings', container: 'Proceedings of Lakes', volume: '7', pages: '1-9' },
    },
    { title: 'Lakes', publication: { type: 'mastersthesis', publisher: 'Lake School' } },
  ])
})

it.each([
  [{ 'date-parts': [[2019, 5, 3]] }, '2019-05-03'],
  [{ 'date-parts': [[2019, 13]] }, '2019'],
  ['2019-05-03', '2019-05-03'],
  ['2019-05/..', '2019-05'],
  [2019, '2019'],
  [{ literal: 'in press' }, undefined],
])('dates %j', async (issued, value) => {
  const [paper] = papersIn(await read([{ id: 'x', type: 'book', title: 'Lakes', issued }]))
  expect(paper?.published?.value).toBe(value)
})

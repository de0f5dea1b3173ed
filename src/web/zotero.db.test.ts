import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { openSite } from '../../test/site.ts'
import { zoteroOn } from '../../test/zotero.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'

const AUTHORS: HarvestedPaper['authors'] = [
  { name: 'Ada B. van Loon', family: 'van Loon', given: 'Ada B.' },
  { name: 'Ana Ramón y Cajal', family: 'Ramón y Cajal', given: 'Ana' },
  { name: 'The Tide Collaboration', kind: 'collaboration' },
  { name: 'Plato' },
]
const PUBLISHED = { precision: 'day' as const, value: '2026-01-14' }

const PREPRINT = stated('2601.00001', {
  title: 'Tides & currents: 50\\% of <all> "seas" at $O(n^2)$',
  abstract: 'We measure all tides; some = twice.',
  authors: AUTHORS,
  published: PUBLISHED,
  categories: ['cs.CL'],
})
const ARTICLE = stated(['doi/10.5555/tides.2', '2601.00002'], {
  title: 'Tides in a journal',
  abstract: 'What came out.',
  authors: AUTHORS,
  published: PUBLISHED,
  publication: {
    type: 'article',
    container: 'Journal of Tides & Seas',
    volume: '4',
    issue: '2',
    pages: '1--9',
  },
  categories: ['cs.CL'],
})
const TALK = stated('doi/10.5555/tides.3', {
  title: 'Tides at a conference',
  authors: AUTHORS,
  published: PUBLISHED,
  publication: { type: 'inproceedings', container: 'Proceedings of the Tide Conference', pages: '10--12' },
  categories: ['cs.CL'],
})
const THESIS = stated('doi/10.5555/tides.4', {
  title: 'Tides: a thesis',
  authors: [{ name: 'Ada B. van Loon', family: 'van Loon', given: 'Ada B.' }],
  published: { precision: 'year', value: '2026' },
  publication: { type: 'phdthesis', publisher: 'University of the Sea' },
  categories: ['cs.CL'],
})

describeWithDatabase('what Zotero would save', (db) => {
  async function open() {
    const { app, record } = openSite(db())
    await record([PREPRINT, ARTICLE, TALK, THESIS])
    return async (path: string) => {
      const answer = await app.request(path)
      expect(answer.status).toBe(200)
      return zoteroOn(await answer.text(), { url: `https://tides.example${path}` })
    }
  }
  const creators = [
    { firstName: 'Ada B.', lastName: 'van Loon' },
    { firstName: 'Ana', lastName: 'Ramón y Cajal' },
    { firstName: '', lastName: 'The Tide Collaboration' },
    { firstName: '', lastName: 'Plato' },
  ]
  const found = {
    preprint: {
      itemType: 'preprint',
      title: 'Tides & currents: 50% of <all> "seas" at O(n²)',
      creators,
      publisher: 'arXiv',
      url: 'https://tides.example/papers/2601.00001',
    },
    article: {
      itemType: 'journalArticle',
      title: 'Tides in a journal',
      publicationTitle: 'Journal of Tides & Seas',
      volume: '4',
      issue: '2',
      creators,
      DOI: '10.5555/tides.2',
    },
    talk: { itemType: 'conferencePaper', title: 'Tides at a conference', creators, DOI: '10.5555/tides.3' },
    thesis: {
      itemType: 'thesis',
      title: 'Tides: a thesis',
      creators: creators.slice(0, 1),
      DOI: '10.5555/tides.4',
    },
  }

  it('of a list is a choice of all its papers', async () => {
    const on = await open()
    for (const path of ['/', '/papers/new', '/topics/cs.CL', '/authors/plato', '/papers?q=tides']) {
      const offered = await on(path)
      expect([path, offered?.translator]).toEqual([path, 'COinS'])
      const byTitle = new Map(offered?.items.map((item) => [item['title'], item]))
      expect(byTitle.get(found.preprint.title)).toMatchObject({
        ...found.preprint,
        date: '2026-01-14',
        DOI: '10.48550/arXiv.2601.00001',
      })
      expect(byTitle.get(found.article.title)).toMatchObject({
        ...found.article,
        date: '2026-01-14',
        pages: '1–9',
      })
      expect(byTitle.get(found.talk.title)).toMatchObject({
        ...found.talk,
        publicationTitle: 'Proceedings of the Tide Conference',
      })
      // A year has no edition but that of its first day, and the thesis is somebody else’s.
      if (path === '/' || path.startsWith('/authors')) continue
      expect(byTitle.get(found.thesis.title)).toMatchObject({
        ...found.thesis,
        publisher: 'University of the Sea',
        type: 'PhD thesis',
      })
      expect(offered?.items).toHaveLength(4)
    }
  })

  it('of a paper’s page is the paper, with its abstract and its PDF', async () => {
    const on = await open()
    expect(await on('/papers/2601.00001')).toMatchObject({
      translator: 'Embedded Metadata',
      items: [
        {
          ...found.preprint,
          creators: withoutBodies(creators),
          date: '2026/01/14',
          number: 'arXiv:2601.00001',
          abstractNote: 'We measure all tides; some = twice.',
          attachments: [{ url: 'https://arxiv.org/pdf/2601.00001', mimeType: 'application/pdf' }],
        },
      ],
    })
    expect(await on('/papers/2601.00002')).toMatchObject({
      items: [
        { ...found.article, creators: withoutBodies(creators), pages: '1-9', abstractNote: 'What came out.' },
      ],
    })
    expect(await on('/papers/doi/10.5555/tides.3')).toMatchObject({
      items: [
        {
          ...found.talk,
          creators: withoutBodies(creators),
          conferenceName: 'Proceedings of the Tide Conference',
        },
      ],
    })
    expect(await on('/papers/doi/10.5555/tides.4')).toMatchObject({
      translator: 'Embedded Metadata',
      items: [{ ...found.thesis, university: 'University of the Sea', date: '2026' }],
    })
  })
})

/** Zotero divides whatever a tag names without a comma; Google Scholar would not know what to do with one at the end. */
function withoutBodies(creators: { firstName: string; lastName: string }[]) {
  return creators.map((creator) =>
    creator.lastName === 'The Tide Collaboration'
      ? { firstName: 'The Tide', lastName: 'Collaboration' }
      : creator,
  )
}

import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { openSite, wordsOf } from '../../../test/site.ts'

describeWithDatabase('a topic that has two categories', (db) => {
  const PAIRS = [
    ['cs.NA', 'math.NA', 'Numerical Analysis'],
    ['cs.SY', 'eess.SY', 'Systems and Control'],
    ['math.IT', 'cs.IT', 'Information Theory'],
    ['math.MP', 'math-ph', 'Mathematical Physics'],
    ['q-fin.EC', 'econ.GN', 'General Economics'],
    ['stat.TH', 'math.ST', 'Statistics Theory'],
  ] as const

  /** How many of the three papers a page lists. */
  const listed = (page: string) => new Set(page.match(/Solvers with (?:both|one|the other)/g)).size

  async function open(alias: string, topic: string) {
    const site = openSite(db())
    await site.record([
      stated('2601.00001', {
        title: 'Solvers with both',
        categories: [topic, alias],
        primaryCategory: topic,
      }),
      stated('2601.00002', { title: 'Solvers with one', categories: [alias], primaryCategory: alias }),
      stated('2601.00003', { title: 'Solvers with the other', categories: [topic], primaryCategory: topic }),
    ])
    const html = async (path: string) => (await site.app.request(path)).text()
    return { ...site, html, read: async (path: string) => wordsOf(await html(path)) }
  }

  it.each(PAIRS)('%s and %s are one', async (alias, topic, name) => {
    const { app, html, read } = await open(alias, topic)
    const old = await app.request(`/topics/${alias}.atom`)
    expect([old.status, old.headers.get('location')]).toEqual([301, `/topics/${topic}.atom`])
    const page = await html(`/topics/${topic}`)
    expect(wordsOf(page)).toContain(`Topic ${topic} ${name} 3 papers, newest first`)
    expect(listed(page)).toBe(3)
    expect((await read('/topics')).split(name)).toHaveLength(2)
    expect(await read('/topics')).toContain(`${name}3`)

    const found = await html('/papers?q=solvers')
    expect(wordsOf(found).split(name)).toHaveLength(2)
    expect(wordsOf(found)).toContain(`${name}3`)
    for (const category of [alias, topic, alias.toLowerCase()])
      expect(listed(await html(`/papers?q=solvers+cat:${category}`))).toBe(3)
    // The archives of both names still hold the paper.
    expect(await html(`/papers?q=one+cat:${alias.split('.')[0]}`)).toContain('Solvers with one')
    expect((await read('/papers/2601.00001')).split(`Topics ${name}`)).toHaveLength(2)
  })

  it('is found in whatever case its name is written, as are other topics', async () => {
    const { app, record } = await open('math.MP', 'math-ph')
    await record([stated('2601.00004', { categories: ['cs.LG', 'Tidal Waves'], primaryCategory: 'cs.LG' })])
    const leadsTo = async (path: string) => {
      const answer = await app.request(path)
      return answer.headers.get('location') ?? answer.status
    }
    expect(await leadsTo('/topics/cs.lg')).toBe('/topics/cs.LG')
    expect(await leadsTo('/topics/CS.lg.rss')).toBe('/topics/cs.LG.rss')
    expect(await leadsTo('/topics/MATH-PH')).toBe('/topics/math-ph')
    expect(await leadsTo('/topics/math.mp')).toBe('/topics/math-ph')
    expect(await leadsTo('/topics/tidal%20waves')).toBe('/topics/Tidal%20Waves')
    expect(await leadsTo('/topics/cs.LG')).toBe(200)
    expect(await leadsTo('/topics/cs.ai')).toBe(404)
  })

  it('is suggested once, by either name', async () => {
    const { app } = await open('cs.NA', 'math.NA')
    for (const typed of ['cs.NA', 'math.na', 'numerical an']) {
      const answer = await app.request(`/papers/suggest?q=${encodeURIComponent(typed)}`)
      expect(((await answer.json()) as { topics: unknown[] }).topics).toEqual([
        { category: 'math.NA', name: 'Numerical Analysis', path: '/topics/math.NA' },
      ])
    }
  })
})

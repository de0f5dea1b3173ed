import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { pythonWith } from '../../test/python.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, openSite, TIME_ZONE } from '../../test/site.ts'
import { hidePaper } from '../moderation/hide-paper.ts'
import { mergePapers } from '../moderation/merge-papers.ts'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'
import { createSiteServer } from '../serve-site.ts'

const run = promisify(execFile)

/** What a harvester brought home (testing/). */
type Harvest = {
  name: string
  deletedRecord: string
  formats: string[]
  sets: string[]
  identifiers: string[]
  records: {
    identifier: string
    datestamp: string
    sets: string[]
    deleted: boolean
    metadata: Record<string, (string | null)[]> | null
  }[]
}

const python = await pythonWith(['sickle==0.7.0', 'oaipmh-scythe==0.16.0', 'lxml==6.1.3'])
if (python === null) console.warn('The harvesters of OAI-PMH are not tested: there is no Python to run them.')

describeWithDatabase('harvesters', (db) => {
  /** A site of so many papers on a port of this machine, from which harvesters take what there is. */
  async function serve(count: number) {
    const { site, app, cache, requests, record } = openSite(db())
    const server = createSiteServer({ app, cache, requests }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    site.origin = url
    await record(
      Array.from({ length: count }, (_, i) =>
        stated(`2601.${String(10_000 + i)}`, {
          title: `On tide ${i}`,
          abstract: 'Of $x^2$ & <waves>.',
          categories: [i % 2 === 0 ? 'cs.CL' : 'math.AG', 'physics.ao-ph'],
          published: { precision: 'day', value: i % 3 === 0 ? '2026-01-14' : '2026-01-13' },
          authors: [{ name: 'Ada Quill', family: 'Quill', given: 'Ada' }],
        }),
      ),
    )
    const harvest = async (harvester: string, asked: Record<string, string>): Promise<Harvest> => {
      const script = join(PACKAGE_ROOT, 'src', 'oai', 'testing', `with_${harvester}.py`)
      const { stdout } = await run(python ?? '', [script, `${url}/oai`, JSON.stringify(asked)], {
        maxBuffer: 64 * 1024 * 1024,
      })
      return JSON.parse(stdout) as Harvest
    }
    const idOf = async (address: string) =>
      (await db().selectFrom('papers').select('id').where('address', '=', address).executeTakeFirstOrThrow())
        .id
    return { url, record, harvest, idOf, [Symbol.asyncDispose]: async () => void server.close() }
  }

  it.skipIf(python === null).each([
    ['sickle', 'GET'],
    ['scythe', 'POST'],
  ])(
    'such as %s (%s) take a site whole, hear what is gone, and take parts',
    async (harvester, method) => {
      await using site = await serve(1_100)
      const { reader: curator } = await signIn(db(), { curator: true })
      const by = { curatorId: curator.id, reason: 'spam', now: NOON }
      await site.record([stated('doi/10.5555/dunes', { title: 'Dunes', source: 'crossref' })])
      await hidePaper(db(), { paperId: await site.idOf('2601.10003'), ...by })
      await mergePapers(db(), {
        keptId: await site.idOf('2601.10004'),
        mergedId: await site.idOf('doi/10.5555/dunes'),
        timeZone: TIME_ZONE,
        ...by,
      })
      const asked = { http_method: method, metadataPrefix: 'oai_dc' }

      const whole = await site.harvest(harvester, asked)
      expect(whole).toMatchObject({
        name: 'Tide Lines',
        deletedRecord: 'persistent',
        formats: ['oai_dc', 'arXiv'],
        sets: [
          'topic',
          'edition',
          'topic:cs.CL',
          'topic:math.AG',
          'topic:physics.ao-ph',
          'edition:2026-01-13',
          'edition:2026-01-14',
        ],
      })
      expect(whole.records).toHaveLength(1_101)
      expect(whole.identifiers).toEqual(whole.records.map(({ identifier }) => identifier))
      expect(new Set(whole.identifiers).size).toBe(1_101)
      const titles = whole.records.flatMap(({ metadata }) => metadata?.['title'] ?? [])
      expect(new Set(titles).size).toBe(1_099)
      expect(whole.records.filter(({ deleted }) => deleted)).toHaveLength(2)
      expect(whole.records[0]?.metadata).toMatchObject({
        creator: ['Quill, Ada'],
        description: ['Of x² & <waves>.'],
        date: ['2026-01-14'],
        identifier: [`${site.url}/papers/2601.10000`, 'https://arxiv.org/abs/2601.10000'],
      })

      const arxiv = await site.harvest(harvester, { ...asked, metadataPrefix: 'arXiv' })
      expect(arxiv.records).toHaveLength(1_100)
      expect(arxiv.records[0]?.metadata).toMatchObject({
        id: ['2601.10000'],
        keyname: ['Quill'],
        categories: ['cs.CL physics.ao-ph'],
        abstract: ['  Of $x^2$ & <waves>.\n'],
      })

      const topic = await site.harvest(harvester, { ...asked, set: 'topic:cs.CL' })
      expect(topic.records).toHaveLength(550)
      expect(topic.records.every(({ sets }) => sets.includes('topic:cs.CL'))).toBe(true)
      // What is gone is still told of in the sets that it was in.
      const hidden = await site.harvest(harvester, { ...asked, set: 'topic:math.AG' })
      expect(hidden.records.filter(({ deleted }) => deleted)).toHaveLength(1)
      const edition = await site.harvest(harvester, { ...asked, set: 'edition:2026-01-14' })
      expect(edition.records).toHaveLength(367)

      // From the last change on, there is that change and little else.
      const newest = whole.records.at(-1)?.datestamp ?? ''
      const lately = await site.harvest(harvester, { ...asked, from: newest })
      expect(lately.records.map(({ identifier }) => identifier)).toContain(whole.records.at(-1)?.identifier)
      const untilThen = await site.harvest(harvester, { ...asked, until: newest })
      expect(untilThen.records).toHaveLength(1_101)
      const days = { from: whole.records[0]?.datestamp.slice(0, 10) ?? '', until: newest.slice(0, 10) }
      expect((await site.harvest(harvester, { ...asked, ...days })).records).toHaveLength(1_101)
    },
    120_000,
  )
})

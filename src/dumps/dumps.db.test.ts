import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { post, signIn } from '../../test/readers.ts'
import { OTHER, openPeopledSite, SHOWN } from '../../test/security/peopled-site.fixture.ts'
import { snapshot } from '../../test/security/snapshot.fixture.ts'
import { NOON, openSite } from '../../test/site.ts'
import { verifyHeat } from '../ranking/verify-heat.ts'
import { dumpTo, importFrom, newDatabase, pagesOf, publicPaths } from './dumped-site.fixture.ts'

describeWithDatabase('a dump', (db) => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-dump-'))
  let count = 0
  const newFile = () => join(folder, `${++count}.zip`)
  let other: Awaited<ReturnType<typeof newDatabase>>
  beforeEach(async () => {
    other = await newDatabase(`moved_${randomUUID().replaceAll('-', '')}`)
  })
  afterEach(() => other.close())
  afterAll(() => rmSync(folder, { recursive: true }))

  it('gives an empty site the same pages, order, heat, votes, threads and addresses', async () => {
    const site = await openPeopledSite(db(), { pictures: false })
    const file = newFile()
    await dumpTo(db(), file)
    const { new: imported } = await importFrom(other.db, file)
    expect(imported).toBe(3)
    const paths = await publicPaths(db())
    const moved = openSite(other.db, { pictures: false })
    const [there, here] = [await pagesOf(site.app, paths), await pagesOf(moved.app, paths)]
    for (const path of paths) {
      // Of a comment that a curator hid, only its place comes along.
      const expected = (there[path] ?? '').replaceAll(
        /<b class="comment-writer">[^<]*<\/b>(?=(?:(?!<\/li>)[\s\S])*?Hidden by a curator)/g,
        (writer) => (path === `/papers/${OTHER}` ? '' : writer),
      )
      expect([path, here[path]]).toEqual([path, expected])
    }
    expect((await verifyHeat(other.db)).differences).toEqual([])
  })

  it('changes nothing when it is imported again', async () => {
    await openPeopledSite(db())
    const file = newFile()
    await dumpTo(db(), file)
    await importFrom(other.db, file)
    const whole = async () => ({
      ...(await snapshot(other.db)),
      imports: null,
      imported_sites: null,
    })
    const before = await whole()
    expect(await importFrom(other.db, file)).toMatchObject({ new: 0, updated: 0 })
    expect(await whole()).toEqual(before)
    // Nor at home.
    const home = await snapshot(db())
    expect(await importFrom(db(), file)).toMatchObject({ new: 0, updated: 0 })
    expect({ ...(await snapshot(db())), imports: null, imported_sites: null }).toEqual({
      ...home,
      imports: null,
      imported_sites: null,
    })
  })

  it('counts the votes of readers of both sites once each', async () => {
    await openPeopledSite(db())
    const file = newFile()
    await dumpTo(db(), file)
    await importFrom(other.db, file)
    const moved = openSite(other.db)
    const { cookie } = await signIn(other.db)
    await post(moved.app, `/papers/${SHOWN}/vote`, { vote: '1' }, { cookie })
    const votes = async (of: typeof other.db) =>
      (await of.selectFrom('papers').select('votes').where('arxiv_id', '=', SHOWN).executeTakeFirstOrThrow())
        .votes
    const at = await votes(db())
    expect(await votes(other.db)).toBe(at + 1)
    expect((await verifyHeat(other.db)).differences).toEqual([])
    // There, somebody votes, and one takes their vote back.
    await openSite(db()).app.request('/')
    const { cookie: third } = await signIn(db())
    await post(openSite(db()).app, `/papers/${SHOWN}/vote`, { vote: '1' }, { cookie: third })
    const later = newFile()
    const now = new Date(NOON.getTime() + 3_600_000)
    await dumpTo(db(), later, { now })
    await importFrom(other.db, later, { now })
    expect(await votes(other.db)).toBe(at + 2)
    expect((await verifyHeat(other.db)).differences).toEqual([])
    await expect(importFrom(other.db, file, { now })).rejects.toThrow('A newer dump of Tide Lines')
    // And back: the votes of our own readers are known here.
    const back = newFile()
    await dumpTo(other.db, back, { now })
    await importFrom(db(), back, { now })
    expect(await votes(db())).toBe(at + 2)
    expect((await verifyHeat(db())).differences).toEqual([])
  })
})

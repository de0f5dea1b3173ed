import { chmod, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { editionsByTitle, harvestFrom } from '../testing/harvest.ts'

const NOW = new Date('2026-01-15T20:00:00Z')

describeWithDatabase('a folder', (db) => {
  let path: string
  beforeEach(async () => void (path = await mkdtemp(join(tmpdir(), 'broadsheet-folder-'))))
  afterEach(() => rm(path, { recursive: true }))
  const put = async (name: string, text: string, { at = '2026-01-15T19:00:00Z' } = {}) => {
    await writeFile(join(path, name), text)
    await utimes(join(path, name), new Date(at), new Date(at))
  }
  const harvest = (more = {}) =>
    harvestFrom(db(), 'http://127.0.0.1:9', { kind: 'folder', settings: { folder: path }, now: NOW, ...more })
  const bibtex = (title: string) =>
    `@article{a, title={${title}}, author={Lee, Ann}, year={2026}, doi={10.5555/x.1}}`

  it('gives what is put into it, each file once until it changes', async () => {
    await put('a.bib', bibtex('Tides'))
    await put('b.jsonl', `{"id": "2601.00001", "title": "Lakes"}\n{"id": "2601.00002"}\n`)
    await put('notes.txt', 'Nothing of the kind.')
    await put('.hidden.bib', bibtex('Hidden'))
    await symlink('/etc/passwd', join(path, 'c.bib'))
    const run = await harvest()
    expect(run).toMatchObject({ outcome: 'whole', counts: { new: 2, quarantined: 2 } })
    expect(await harvest()).toMatchObject({ counts: { new: 0, updated: 0, unchanged: 0, quarantined: 0 } })
    await put('a.bib', bibtex('Tides, revised'))
    expect(await harvest()).toMatchObject({ counts: { updated: 1, quarantined: 0 } })
    expect((await editionsByTitle(db())).map(([title]) => title)).toEqual(['Lakes', 'Tides, revised'])
  })

  it('waits for a file that is still being written', async () => {
    await put('a.bib', bibtex('Tides'), { at: '2026-01-15T19:59:55Z' })
    expect(await harvest()).toMatchObject({ outcome: 'whole', counts: { new: 0 } })
    expect(await harvest({ now: new Date('2026-01-15T20:01:00Z') })).toMatchObject({ counts: { new: 1 } })
  })

  it('that is not there, or that somebody named on a page, is not read', async () => {
    expect(await harvest({ settings: { folder: join(path, 'gone') } })).toMatchObject({
      outcome: 'failed',
      reason: `There is no folder or file ${join(path, 'gone')}.`,
    })
    await db().deleteFrom('sources').execute()
    await put('a.bib', bibtex('Tides'))
    await expect(harvest({ trusted: false })).rejects.toThrow('can only be added on the machine itself')
    await expect(harvest({ settings: { folder: 'relative' } })).rejects.toThrow('whole path')
  })

  it('may be named by a link, and gives a file that got another name only once', async () => {
    await put('a.bib', bibtex('Tides'))
    const link = `${path}-link`
    await symlink(path, link)
    try {
      const settings = { folder: link }
      expect(await harvest({ settings })).toMatchObject({ outcome: 'whole', counts: { new: 1 } })
      await rename(join(path, 'a.bib'), join(path, 'b.bib'))
      expect(await harvest({ settings })).toMatchObject({ outcome: 'whole', counts: { unchanged: 0 } })
    } finally {
      await rm(link)
    }
  })

  it('gives its other files where one may not be read', async ({ skip }) => {
    // Root may read everything.
    if (process.getuid?.() === 0) skip()
    await put('a.bib', bibtex('Tides'))
    await chmod(join(path, 'a.bib'), 0o000)
    await put('b.jsonl', `{"id": "2601.00001", "title": "Lakes"}\n`)
    expect(await harvest()).toMatchObject({
      outcome: 'failed',
      counts: { new: 1 },
      reason: `This program may not read ${join(path, 'a.bib')}.`,
    })
  })
})

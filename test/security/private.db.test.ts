import { buffer } from 'node:stream/consumers'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { dumpTo } from '../../src/dumps/dumped-site.fixture.ts'
import { openDump } from '../../src/dumps/read-dump.ts'
import { describeWithDatabase } from '../database.ts'
import { NOON } from '../site.ts'
import { openPeopledSite, SHOWN, type Field } from './peopled-site.fixture.ts'
import { addressesOf } from './routes.fixture.ts'

/** What only its reader may see, each with a word that is nowhere else. */
const PRIVATE: Partial<Record<Field, string>> = {
  'private note': 'Zanzibarnote zyx',
  'interest name': 'Zanzibarinterest zyx',
  'followed author': 'Zanzibarauthor zyx',
  'remembered search': 'Zanzibarsearch zyx',
}

describeWithDatabase('what is a reader’s own', (db) => {
  it('is on no page, in no feed, no answer to programs, no dump and no log of anybody else', async () => {
    const lines: string[] = []
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const site = await openPeopledSite(db(), { log, text: (field) => PRIVATE[field] ?? `Some ${field}` })
    const { app, cookies } = site
    const searches = ['', '.atom', '.rss', '.feed.json', '.json', '.bib', '/suggest'].map(
      (suffix) => `/papers${suffix}?q=zanzibarnote`,
    )
    const paths = [
      ...addressesOf(app, 'GET', site),
      ...searches,
      '/api/papers/search?q=zanzibarnote',
      '/notes?q=zanzibarnote',
      '/oai?verb=ListRecords&metadataPrefix=oai_dc',
    ]
    for (const cookie of ['', cookies.bert, cookies.cora])
      for (const path of paths) {
        const answer = await app.request(path, { headers: { cookie } })
        // What is asked for is said again.
        const said = (await answer.text()).replaceAll(/zanzibarnote(?! zyx)/g, '')
        expect([path, /zanzibar|zyx/i.exec(said)?.[0]]).toEqual([path, undefined])
      }
    // Their reader has it all.
    const own = async (path: string) => (await app.request(path, { headers: { cookie: cookies.ada } })).text()
    for (const path of ['/notes', `/papers/${SHOWN}`, '/papers?q=zanzibarnote'])
      expect([path, await own(path)]).toEqual([path, expect.stringContaining('Zanzibarnote zyx')])
    const account = await own('/settings/export')
    for (const text of Object.values(PRIVATE)) expect(account).toContain(text)
    expect(lines).not.toEqual([])
    expect(lines.join('\n').replaceAll(/zanzibarnote(?! zyx)/g, '')).not.toMatch(/zanzibar|zyx/i)

    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-private-'))
    const file = join(folder, 'dump.zip')
    await dumpTo(db(), file)
    const { zip } = await openDump(file, { now: NOON })
    let read = ''
    for (const entry of zip.entries.values()) read += String(await buffer(await zip.read(entry)))
    zip.close()
    rmSync(folder, { recursive: true })
    expect(read).toContain(SHOWN)
    expect(read).not.toMatch(/zanzibar|zyx/i)
  })
})

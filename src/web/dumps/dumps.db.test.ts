import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { openSite } from '../../../test/site.ts'
import { writeNightlyDump } from '../../dumps/nightly.ts'

describeWithDatabase('dumps', (db) => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-dumps-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const nightly = (now: string) =>
    writeNightlyDump(db(), {
      folder,
      site: { name: 'Tide Lines', url: 'https://tides.example' },
      timeZone: 'UTC',
      curators: [],
      program: '1.2.3',
      now: new Date(now),
    })

  it('are written once a night, kept for a while, listed, and sent whole or in parts', async () => {
    const { app, record } = openSite(db(), { dumpsFolder: folder })
    expect(await (await app.request('/dumps')).text()).toContain('There is no dump yet.')
    expect((await app.request('/dumps/latest')).status).toBe(404)
    await record([stated('2601.00001')])
    expect(await nightly('2026-01-15T02:59:00Z')).toEqual({ kind: 'not-due' })
    expect(await nightly('2026-01-15T03:00:00Z')).toMatchObject({ kind: 'written' })
    expect(await nightly('2026-01-15T23:00:00Z')).toEqual({ kind: 'not-due' })
    writeFileSync(join(folder, 'broadsheet-dump-2026-01-16.zip.partial'), 'half')

    const name = 'broadsheet-dump-2026-01-15.zip'
    const bytes = readFileSync(join(folder, name))
    const site = openSite(db(), { dumpsFolder: folder })
    const page = await (await site.app.request('/dumps')).text()
    expect([...page.matchAll(/href="(\/dumps\/[^"]*)"/g)].map(([, path]) => path)).toEqual([
      `/dumps/${name}`,
      '/dumps/latest',
    ])
    const get = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
      const answer = await site.app.request(path, { method, headers })
      return { answer, status: answer.status, body: Buffer.from(await answer.arrayBuffer()) }
    }
    expect((await get('/dumps/latest')).answer.headers.get('location')).toBe(`/dumps/${name}`)
    const whole = await get(`/dumps/${name}`)
    expect([whole.status, whole.body.equals(bytes)]).toEqual([200, true])
    const etag = whole.answer.headers.get('etag') ?? ''
    const head = await get(`/dumps/${name}`, {}, 'HEAD')
    expect([head.status, head.answer.headers.get('content-length'), head.body.length]).toEqual([
      200,
      String(bytes.length),
      0,
    ])
    const part = await get(`/dumps/${name}`, { range: 'bytes=100-', 'if-range': etag })
    expect([part.status, part.answer.headers.get('content-range')]).toEqual([
      206,
      `bytes 100-${bytes.length - 1}/${bytes.length}`,
    ])
    expect(part.body.equals(bytes.subarray(100))).toBe(true)
    expect((await get(`/dumps/${name}`, { 'if-none-match': etag })).status).toBe(304)
    expect((await get(`/dumps/${name}`, { range: `bytes=${bytes.length}-` })).status).toBe(416)
    const odd = await get(`/dumps/${name}?page=2`)
    expect([odd.status, String(odd.body)]).toEqual([400, expect.stringContaining('does not take “page”')])
    for (const path of ['/dumps/..%2Fsecret', '/dumps/broadsheet-dump-2026-01-16.zip.partial', '/dumps/x'])
      expect([path, (await get(path)).status]).toEqual([path, 404])
    expect((await get(`/dumps/${name}`, {}, 'POST')).status).toBe(405)
  })

  it('are kept for a week, and the first of three months before it', async () => {
    for (let day = 1; day <= 28; day++) {
      const two = String(day).padStart(2, '0')
      for (const month of ['02', '03', '04', '05']) {
        if (month === '05' && day > 10) continue
        writeFileSync(join(folder, `broadsheet-dump-2026-${month}-${two}.zip`), 'a dump')
      }
    }
    expect(await nightly('2026-05-11T04:00:00Z')).toMatchObject({ kind: 'written' })
    const page = await (await openSite(db(), { dumpsFolder: folder }).app.request('/dumps')).text()
    expect([...page.matchAll(/>broadsheet-dump-([\d-]*)\.zip</g)].map(([, day]) => day)).toEqual([
      ...['11', '10', '09', '08', '07', '06', '05'].map((day) => `2026-05-${day}`),
      '2026-05-01',
      '2026-04-01',
      '2026-03-01',
    ])
  })
})

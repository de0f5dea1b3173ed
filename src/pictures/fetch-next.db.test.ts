import { afterEach, beforeEach, expect, it } from 'vitest'
import sharp from 'sharp'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { openSite, TIME_ZONE } from '../../test/site.ts'
import { openOutgoingClient, ServiceAway } from '../outgoing/client.ts'
import { openRegistries, redirectsTo, sends, type Registries } from '../sources/look-up/registries.fixture.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { fetchNextPicture } from './fetch-next.ts'

const NOW = new Date('2026-01-15T20:00:00Z')
const CC_BY = 'https://creativecommons.org/licenses/by/4.0'

const image = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#a33' } })

const page = (figures: string, base = '<base href="/html/2601.00001v1/">') =>
  `<!DOCTYPE html><html><head><title>Tides</title>${base}</head><body><img src="logo.png" width="400" height="300">
<figure class="ltx_table"><img src="table.png" class="ltx_graphics"></figure>${figures}</body></html>`
const FIGURE = `<figure id="S1.F1" class="ltx_figure"><img src="x%201.png" class="ltx_graphics" width="700" height="400" alt="Refer to caption">
<figcaption class="ltx_caption"><span class="ltx_tag">Figure 1: </span>Tides at <math alttext="x^{2}"><mi>x</mi></math>, by day &amp; night.</figcaption></figure>`

describeWithDatabase('the picture of a paper', (db) => {
  let server: Registries
  let now = NOW
  beforeEach(async () => {
    server = await openRegistries()
    now = NOW
  })
  afterEach(() => server.close())

  const record = (id: string, more = {}) =>
    recordHarvest(db(), [stated(id, { licenseUrl: CC_BY, announced: '2026-01-15', ...more })], {
      now: NOW,
      timeZone: TIME_ZONE,
    })
  const fetchNext = () =>
    fetchNextPicture(db(), {
      client: openOutgoingClient({ db: db(), userAgent: 'a test', now: () => now, wait: async () => {} }),
      pagesUrl: server.url,
      now: () => now,
      signal: new AbortController().signal,
    })
  const has = (path: string, bytes: Buffer, type = 'image/png') =>
    server.on(path, (response) => response.writeHead(200, { 'content-type': type }).end(bytes))
  const kept = () => db().selectFrom('paper_pictures').selectAll().executeTakeFirst()

  it('is the first figure of its HTML edition, made small, beside its story and on its page', async () => {
    await record('2601.00001', { authors: [{ name: 'Ann Lee' }, { name: 'Bo Ek' }] })
    server.on('/html/2601.00001v1', sends(page(FIGURE)))
    const withNotes = image(1_400, 700).withExif({ IFD0: { Copyright: 'someone' } })
    has('/html/2601.00001v1/x%201.png', await withNotes.png().toBuffer())
    expect(await fetchNext()).toBe(true)
    expect(await fetchNext()).toBe(false)
    const row = await kept()
    expect(row).toMatchObject({ width: 640, height: 320, caption: 'Tides at x², by day & night.' })
    const made = await sharp(row?.image ?? Buffer.alloc(0)).metadata()
    expect([made.format, made.exif]).toEqual(['webp', undefined])

    const { app, cache } = openSite(db(), { now: NOW })
    const src = `/pictures/${row?.digest}.webp`
    expect(await (await app.request('/')).text()).toContain(
      `<img src="${src}" width="640" height="320" alt="Tides at x², by day &amp; night."`,
    )
    const own = await (await app.request('/papers/2601.00001')).text()
    expect(own).toContain(`<meta property="og:image" content="https://tides.example${src}"/>`)
    expect(own).toContain(
      'Figure: Ann Lee and others, made smaller, <a href="https://creativecommons.org/licenses/by/4.0">',
    )
    const served = await app.request(src)
    expect([
      served.status,
      served.headers.get('content-type'),
      served.headers.get('x-content-type-options'),
    ]).toEqual([200, 'image/webp', 'nosniff'])
    expect(Buffer.from(await served.arrayBuffer())).toEqual(row?.image)
    // One that is hidden, withdrawn or under another licence is shown no more.
    for (const change of [
      { hidden: true },
      { withdrawn: true },
      { license_url: 'http://arxiv.org/licenses/nonexclusive-distrib/1.0' },
    ]) {
      await db()
        .updateTable('papers')
        .set({ hidden: false, withdrawn: false, license_url: CC_BY, ...change })
        .execute()
      cache.drop('everything')
      expect([change, (await app.request(src)).status]).toEqual([change, 404])
    }
    const off = openSite(db(), { now: NOW, pictures: false })
    await db().updateTable('papers').set({ license_url: CC_BY }).execute()
    expect(await (await off.app.request('/')).text()).not.toContain('/pictures/')
  })

  it('is looked for only where the licence lets it be shown', async () => {
    await record('2601.00001', { licenseUrl: 'http://arxiv.org/licenses/nonexclusive-distrib/1.0/' })
    await record('2601.00002', { licenseUrl: undefined })
    await record('doi/10.5555/x')
    expect(await fetchNext()).toBe(false)
    expect(server.asked).toEqual([])
    for (const licence of [
      'http://creativecommons.org/licenses/by-nc-nd/4.0/',
      'https://creativecommons.org/publicdomain/zero/1.0/',
    ]) {
      await record('2601.00001', { licenseUrl: licence, asOf: '2026-01-15T00:00:00.000Z' })
      await db().deleteFrom('paper_pictures').execute()
      expect([licence, await fetchNext()]).toEqual([licence, true])
    }
  })

  it('is none where there is no edition, no figure, or nothing that can be shown, and is tried again while young', async () => {
    await record('2601.00001')
    const noise = await image(400, 300).png().toBuffer()
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><script>alert(1)</script></svg>'
    const cases: [string, () => void | Promise<void>][] = [
      ['no edition', () => {}],
      ['an error page', () => server.on('/html/2601.00001v1', sends('<html>Not available</html>'))],
      ['no image', () => server.on('/html/2601.00001v1', sends(page(FIGURE)))],
      ['cut short', () => has('/html/2601.00001v1/x%201.png', noise.subarray(0, 200))],
      ['SVG', () => has('/html/2601.00001v1/x%201.png', Buffer.from(svg), 'image/svg+xml')],
      ['a dot', async () => has('/html/2601.00001v1/x%201.png', await image(3, 3).png().toBuffer())],
      ['a line', async () => has('/html/2601.00001v1/x%201.png', await image(2_000, 120).png().toBuffer())],
      ['text', () => has('/html/2601.00001v1/x%201.png', Buffer.from('not an image'))],
      [
        'elsewhere',
        () =>
          server.on('/html/2601.00001v1', sends(page(FIGURE.replace('x%201.png', 'http://10.0.0.1/x.png')))),
      ],
      [
        'data',
        () =>
          server.on(
            '/html/2601.00001v1',
            sends(page(FIGURE.replace('x%201.png', 'data:image/png;base64,AAAA'))),
          ),
      ],
      [
        'inside',
        () => {
          server.on('/html/2601.00001v1', sends(page(FIGURE)))
          server.on('/html/2601.00001v1/x%201.png', redirectsTo('http://169.254.169.254/latest'))
        },
      ],
    ]
    for (const [name, set] of cases) {
      await set()
      now = new Date(now.getTime() + 9 * 3_600_000)
      await db().updateTable('papers').set({ recorded_at: now }).execute()
      const done = await fetchNext().catch((error: unknown) =>
        error instanceof ServiceAway ? 'away' : error,
      )
      expect([name, done === true || done === 'away', (await kept())?.digest ?? null]).toEqual([
        name,
        true,
        null,
      ])
    }
    const pixels = await image(9_000, 9_000).png().toBuffer()
    has('/html/2601.00001v1/x%201.png', pixels)
    server.on('/html/2601.00001v1', sends(page(FIGURE)))
    now = new Date(now.getTime() + 9 * 3_600_000)
    expect([await fetchNext(), (await kept())?.digest ?? null]).toEqual([true, null])
    has('/html/2601.00001v1/x%201.png', noise)
    expect(await fetchNext()).toBe(false)
    now = new Date(now.getTime() + 9 * 3_600_000)
    expect([await fetchNext(), typeof (await kept())?.digest]).toEqual([true, 'string'])
  })
})

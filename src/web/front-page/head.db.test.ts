import { XMLValidator } from 'fast-xml-parser'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../test/site.ts'
import { deleteAccount } from '../../readers/delete-account.ts'

const DAY = '2026-01-14'
const FORM = `/desk/editions/${DAY}`
const HEAD = `${FORM}/head`
const PAGE = `/papers/date/${DAY}`

describeWithDatabase('the head of an edition', (db) => {
  async function open({ papers = 4 } = {}) {
    const opened = openSite(db())
    const { app } = opened
    await opened.record(
      Array.from({ length: papers }, (_, i) =>
        stated(`2601.${String(i + 1).padStart(5, '0')}`, {
          title: `Paper ${i + 1}`,
          published: { value: DAY, precision: 'day' },
        }),
      ),
    )
    const curator = await signIn(db(), { curator: true, name: 'Cleo & <co>', isPublic: true })
    const write = (fields: Record<string, string>, who: { cookie?: string } = curator) =>
      post(app, HEAD, fields, who)
    const html = async (path: string, cookie = '') =>
      (await app.request(path, { headers: { cookie } })).text()
    const read = async (path: string, cookie = '') => wordsOf(await html(path, cookie))
    /** The papers of a page, in its order, with their ranks. */
    const order = async (path = PAGE) =>
      [
        ...(await html(path)).matchAll(
          /<li(?: class="[^"]*")?(?: value="(\d+)")?(?: class="[^"]*")?>(?:(?!<\/li>)[\s\S])*?entry-title"><a href="[^"]*">Paper (\d+)/g,
        ),
      ].map(([, rank, paper]) => `${rank ?? '-'}: ${paper}`)
    return { ...opened, curator, write, html, read, order }
  }
  const heads = () => db().selectFrom('edition_heads').selectAll().execute()

  it('is written by curators only, and by none who were suspended', async () => {
    const { app, write, read } = await open()
    const fields = { note: 'Read these.', top: '' }
    expect((await write(fields, {})).headers.get('location')).toBe('/sign-in?to=%2F')
    const reader = await signIn(db())
    const suspended = await signIn(db(), { curator: true, suspendedAt: NOON })
    for (const { cookie } of [reader, suspended]) {
      expect((await write(fields, { cookie })).status).toBe(403)
      for (const path of [FORM, '/desk/editions'])
        expect((await app.request(path, { headers: { cookie } })).status).toBe(403)
      expect(await read(PAGE, cookie)).not.toContain('Write a note')
    }
    expect((await app.request(FORM)).headers.get('location')).toMatch(/^\/sign-in/)
    expect(await heads()).toEqual([])
  })

  it('is on the page of its day and the front page, signed, until it is cleared', async () => {
    const { app, curator, write, html, read } = await open()
    expect(
      (await app.request('/desk/editions', { headers: { cookie: curator.cookie } })).headers.get('location'),
    ).toBe(FORM)
    expect(await read(PAGE, curator.cookie)).toContain('Write a note, or choose the top story')
    expect(await read(PAGE)).not.toContain('note')
    expect(await read('/papers/week/2026-W03')).toContain('Paper 1')

    const written = await write({ note: '  A *quiet* day,\r\nwith $x^2$ and arXiv:2601.00001. ', seen: '' })
    expect([written.status, written.headers.get('location')]).toEqual([303, PAGE])
    for (const path of [PAGE, '/']) {
      expect(await read(path)).toMatch(
        /A quiet day, with x2 and arXiv:2601.00001. Cleo & <co> , curator, just now/,
      )
      expect(await html(path)).toContain(`<a href="/readers/${curator.reader.id}">`)
    }
    expect(await read('/papers/week/2026-W03')).not.toContain('quiet')
    expect(await read('/papers/month/2026-01')).not.toContain('quiet')
    expect(await html(FORM, curator.cookie)).toContain(
      'A *quiet* day,\nwith $x^2$ and arXiv:2601.00001.</textarea>',
    )
    expect(await read('/moderation')).not.toContain('Cleo')

    expect((await write({ note: ' \n ', top: '' })).status).toBe(303)
    expect(await heads()).toEqual([])
    expect(await read(PAGE)).not.toContain('quiet')
  })

  it('puts the top story first, once, and leaves the others their ranks', async () => {
    const { write, order, read, html, curator } = await open()
    const ranked = (await order()).map((place) => place.split(': ')[1])
    const [first, second, third, fourth] = ranked
    await write({ note: '', top: `2601.0000${third}` })
    expect(await order()).toEqual([`3: ${third}`, `1: ${first}`, `2: ${second}`, `4: ${fourth}`])
    expect(await read('/')).toContain('Top story, chosen by curators, ranked 3rd')
    expect(await html('/')).not.toContain('head-note')
    expect(await html(FORM, curator.cookie)).toMatch(/<option value="2601.0000\d" selected="">3\. Paper/)
    await write({ note: '', top: `2601.0000${first}` })
    expect(await order()).toEqual([`1: ${first}`, `2: ${second}`, `3: ${third}`, `4: ${fourth}`])
    expect(await read('/papers/week/2026-W03')).not.toContain('Top story')
  })

  it('brings a top story of a later page to the first one, and repeats it where it is ranked', async () => {
    const { write, html, order } = await open({ papers: 103 })
    const next =
      /<a class="pager-next" href="([^"]*)"/.exec(await html(PAGE))?.[1]?.replaceAll('&amp;', '&') ?? ''
    const last = /entry-title"><a href="\/papers\/([\d.]+)"/.exec(await html(next))?.[1] ?? ''
    expect((await write({ note: '', top: last })).status).toBe(303)
    const places = await order()
    expect(places).toHaveLength(101)
    expect([places[0], places[1]?.split(':')[0], places[100]?.split(':')[0]]).toEqual([
      `-: ${Number(last.slice(5))}`,
      '1',
      '100',
    ])
    expect(await html(next)).toContain(`/papers/${last}"`)
    expect(await html(next)).not.toContain('Top story')
    expect(await html(PAGE)).toContain(next.replaceAll('&', '&amp;'))
  })

  it('is ignored once its paper is hidden, follows it when papers are merged, and asks for one of the edition', async () => {
    const { app, record, write, order, curator, read } = await open()
    await write({ note: '', top: '2601.00002' })
    const idOf = async (arxivId: string) =>
      (await db().selectFrom('papers').select('id').where('arxiv_id', '=', arxivId).executeTakeFirstOrThrow())
        .id
    const id = await idOf('2601.00002')
    expect((await order())[0]).toMatch(/: 2$/)
    await post(app, `/desk/papers/${id}/hiding`, { reason: 'Spam.' }, curator)
    expect(await read(PAGE)).not.toMatch(/Top story|Paper 2/)
    const refused = await write({ note: 'Kept as typed', top: '2601.00002' })
    const page = await refused.text()
    expect([refused.status, wordsOf(page)]).toEqual([
      422,
      expect.stringContaining('no longer in this edition'),
    ])
    expect(page).toContain('Kept as typed</textarea>')
    await post(app, `/desk/papers/${id}/hiding/end`, { reason: 'Not spam.' }, curator)
    expect((await order())[0]).toMatch(/: 2$/)

    await record([
      stated('doi/10.5555/twin', {
        source: 'bibtex',
        title: 'Twin',
        published: { value: DAY, precision: 'day' },
      }),
      stated('2601.00099', { published: { value: '2026-01-13', precision: 'day' } }),
    ])
    await write({ note: '', top: 'doi/10.5555/twin' })
    expect(await read(PAGE)).toMatch(/Top story.*Twin.*Paper 1/)
    const twin = await db()
      .selectFrom('papers')
      .select('id')
      .where('doi', '=', '10.5555/twin')
      .executeTakeFirstOrThrow()
    const merged = await post(
      app,
      `/desk/papers/${twin.id}/merger`,
      { with: '2601.00003', reason: 'One work.' },
      curator,
    )
    expect(merged.status).toBe(303)
    expect((await heads())[0]?.top_paper_id).toBe(await idOf('2601.00003'))
    expect(await read(PAGE)).toContain('Top story')

    for (const top of ['2601.00099', '2699.99999', '../../x', "';--"])
      expect((await write({ note: '', top })).status).toBe(422)
  })

  it('says what is wrong, and shows what it would look like', async () => {
    const { app, write, curator } = await open()
    const long = await write({ note: 'x'.repeat(2_001), top: '' })
    expect([long.status, wordsOf(await long.text())]).toEqual([
      422,
      expect.stringContaining('A note can have up to 2,000 characters; yours has 2,001.'),
    ])
    const preview = await write({ note: 'Soon **bold**', top: '2601.00001', preview: '1' })
    const shown = await preview.text()
    expect(shown).toContain('Soon <strong>bold</strong>')
    expect(shown).toContain('value="2601.00001" selected')
    for (const path of ['/desk/editions/2026-01-02', '/desk/editions/2026-02-30', "/desk/editions/';--"]) {
      expect((await app.request(path, { headers: { cookie: curator.cookie } })).status).toBe(404)
      expect((await post(app, `${path}/head`, { note: 'x', top: '' }, curator)).status).toBe(404)
    }
    expect(await heads()).toEqual([])
  })

  it('has a desk that says when there is no edition yet', async () => {
    const { app } = openSite(db())
    const { cookie } = await signIn(db(), { curator: true })
    const page = await app.request('/desk/editions', { headers: { cookie } })
    expect(wordsOf(await page.text())).toContain('There is no edition yet.')
  })

  it('is not replaced by a curator who has not seen it, unless they say so again', async () => {
    const { write, read } = await open()
    const dora = await signIn(db(), { curator: true, name: 'Dora' })
    await write({ note: 'By Cleo.', top: '', seen: '' })
    const late = await write({ note: 'By Dora.', top: '', seen: '' }, dora)
    const page = await late.text()
    expect([late.status, wordsOf(page)]).toEqual([
      409,
      expect.stringMatching(/Another curator changed.*By Cleo\..*By Dora\./),
    ])
    // The same again, as by a double click, is no conflict.
    expect((await write({ note: 'By Cleo.', top: '', seen: '' })).status).toBe(303)
    expect((await write({ note: '', top: '', seen: '' }, dora)).status).toBe(409)
    const seen = /name="seen" value="([^"]+)"/.exec(page)?.[1] ?? ''
    expect((await write({ note: 'By Cleo.', top: '2601.00001', seen }, dora)).status).toBe(303)
    expect(await read(PAGE)).toMatch(/By Cleo\. Cleo/)
    expect((await write({ note: 'By Dora.', top: '', seen }, dora)).status).toBe(303)
    expect(await read(PAGE)).toMatch(/By Dora\. Dora , curator/)
  })

  it('runs no script, whatever the note says', async () => {
    const { write, html, curator } = await open()
    const note =
      '<script>alert(1)</script> <img src=x onerror=alert(2)>\n\n[a](javascript:alert(3)) ![b](https://x.example/"onload=alert(4))\n\n</textarea><b>$</section>$'
    await write({ note, top: '' })
    for (const page of [await html(PAGE), await html(FORM, curator.cookie)]) {
      expect(page).not.toMatch(/<script>alert|<img src=x|href="javascript|"onload|<b>\$/)
    }
    for (const suffix of ['.atom', '.rss']) {
      const feed = await html(`${PAGE}${suffix}`)
      expect(XMLValidator.validate(feed)).toBe(true)
      expect(feed).not.toMatch(/<script|<img/)
    }
  })

  it('is the first entry of the edition’s feeds, before the top story', async () => {
    const { write, html } = await open()
    type Item = { id: string; title: string; content_html: string; url: string; authors?: { name: string }[] }
    const items = async (path: string) =>
      (JSON.parse(await html(`${path}.feed.json`)) as { items: Item[] }).items
    const before = await html(`${PAGE}.atom`)
    await write({ note: 'See [these](https://x.example/a) & $x^2$.\nNow.', top: '2601.00002' })
    const [note, top, ...others] = await items('/index')
    expect(note).toMatchObject({
      title: 'Note on the edition of Wednesday, 14 January 2026',
      url: `https://tides.example${PAGE}`,
      content_html: '<p>See these (https://x.example/a) &amp; x².<br>Now.</p>',
      authors: [{ name: 'Cleo & <co>' }],
    })
    expect(note?.id).toMatch(/^urn:uuid:[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    expect([top?.title, others.length]).toEqual(['Paper 2', 3])
    for (const path of [PAGE, '/papers/date']) expect((await items(path))[0]?.id).toBe(note?.id)
    for (const path of ['/papers/week', '/papers/month/2026-01', '/papers/new'])
      expect((await items(path)).map(({ title }) => title)).not.toContain(note?.title)
    for (const suffix of ['.atom', '.rss']) {
      const xml = await html(`${PAGE}${suffix}`)
      expect(XMLValidator.validate(xml)).toBe(true)
      expect(xml.indexOf(note?.id ?? '')).toBeLessThan(xml.indexOf('Paper 2'))
    }
    await write({ note: '', top: '' })
    expect(await html(`${PAGE}.atom`)).toBe(before)
  })

  it('stays when its curator leaves, without their name, and is in their export', async () => {
    const { cache, write, curator, read, html } = await open()
    await write({ note: 'So long.', top: '2601.00002' })
    const account = JSON.parse(await html('/settings/export', curator.cookie)) as Record<string, unknown>
    expect(account['edition_heads']).toMatchObject([
      { edition: DAY, note: 'So long.', top_story: '2601.00002' },
    ])
    await deleteAccount(db(), { readerId: curator.reader.id, now: NOON })
    cache.drop('everything')
    expect(await heads()).toMatchObject([{ curator_id: null, note: 'So long.' }])
    expect(await read(PAGE)).toMatch(/So long\. A former curator , just now/)
    expect(await html(`${PAGE}.feed.json`)).not.toContain('Cleo')
  })
})

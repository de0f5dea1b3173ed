import { HtmlValidate } from 'html-validate'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { openSite } from '../../../test/site.ts'
import { findPaper } from '../../papers/find.ts'
import { Picks } from '../picks/picks.tsx'
import { InCollections } from './links.tsx'
import { PaperActions, paperActions } from '../reading-list/paper-actions.tsx'
import { renderPage } from '../layout.tsx'
import { writeFileSync } from 'node:fs'

describeWithDatabase('scratch', (db) => {
  it('is valid', async () => {
    const { app, site, record } = openSite(db())
    await record([1, 2, 3, 4].map((n) => stated(`2601.0000${n}`, { title: `Paper ${n}`, abstract: 'Long words. '.repeat(30) })))
    const { cookie, reader } = await signIn(db(), { curator: true, name: 'Cleo' })
    const made = await post(app, '/collections', { title: 'Tides', description: 'a\nb', public: 'on', paper: '2601.00001' }, { cookie })
    const path = made.headers.get('location') ?? ''
    for (const n of [2, 3, 4]) await post(app, `${path}/papers/add`, { paper: `2601.0000${n}` }, { cookie })
    await post(app, `${path}/papers/note`, { paper: '2601.00002', note: 'Some\nnote' }, { cookie })
    await post(app, '/collections', { title: 'Other' }, { cookie })
    await post(app, '/papers/2601.00001/pick', { pick: '1', note: 'Some\nnote' }, { cookie })
    await post(app, '/papers/2601.00001/save', {}, { cookie })
    await post(app, '/papers/2601.00002/save', {}, { cookie })
    await post(app, '/papers/2601.00002/read', {}, { cookie })
    await post(app, '/papers/2601.00003/not-for-me', {}, { cookie })
    const paper = await findPaper(db(), { scheme: 'arxiv', value: '2601.00001' })
    if (!paper) throw new Error('')
    const own = { ...site, viewer: { reader, sessionId: '' } }
    const actions = await paperActions(own, paper)
    const validator = new HtmlValidate({
      root: true,
      extends: ['html-validate:recommended', 'html-validate:standard'],
      elements: ['html5', { 'paper-list': { flow: true }, 'vote-form': { flow: true, phrasing: true }, 'theme-switch': { flow: true, phrasing: true }, 'search-box': { flow: true } }] as never,
      rules: { 'no-raw-characters': 'off', 'void-style': 'off', 'doctype-style': 'off', 'no-trailing-whitespace': 'off', 'attribute-boolean-style': 'off', 'attr-quotes': 'off', 'long-title': 'off', 'require-sri': 'off', 'no-inline-style': 'off' } as never,
    })
    const pages: Record<string, string> = {}
    for (const p of ['/collections', '/collections/new?paper=2601.00001', path, '/reading-list', '/reading-list/not-for-me', '/papers/picks'])
      pages[p] = await (await app.request(p, { headers: { cookie } })).text()
    pages['paper'] = String(renderPage(own, { head: { title: 'x', description: 'x', path: '/x' }, children: (
      <article class="paper"><header class="paper-head"><h1>x</h1><Picks picks={actions.picks} /></header><div class="with-rail"><div class="paper-body">y</div>
      <aside class="rail" aria-label="About this paper"><PaperActions site={own} paper={paper} actions={actions} /><InCollections collections={actions.inPublic} /></aside></div></article>) }))
    const wrong: string[] = []
    for (const [p, html] of Object.entries(pages)) {
      writeFileSync(`/tmp/collections-page-${p.replaceAll(/\W+/g, '-')}.html`, html)
      const report = await validator.validateString(html)
      for (const r of report.results) for (const m of r.messages) wrong.push(`${p}: ${m.ruleId} ${m.message} ${m.selector}`)
    }
    expect(wrong).toEqual([])
  })
})

import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../database.ts'
import { post } from '../readers.ts'
import { expectInert, expectInertMail } from './check-markup.fixture.ts'
import { ALONE, HIDDEN, openPeopledSite, OTHER, SHOWN, type Field } from './peopled-site.fixture.ts'
import { addressesOf } from './routes.fixture.ts'

/** What would run where a text is taken for markup, for an attribute, for a script, an address, mathematics or Markdown. */
const CORPUS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</title><script>alert(1)</script>',
  '</textarea><iframe srcdoc="x">',
  '</script><script>alert(1)</script>',
  '<!--><img src=x onerror=alert(1)>-->',
  '" onmouseover="alert(1)" x="',
  "' onfocus=alert(1) autofocus x='",
  'javascript:alert(1)',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1) "t")',
  '[x](data:text/html,<script>alert(1)</script>)',
  '![x](https://evil.example/x.png"onerror=alert(1))',
  '<a href="javas&#99;ript:alert(1)">x</a>',
  '<https://evil.example/"onclick=alert(1)>',
  '$\\href{javascript:alert(1)}{x}$',
  '$<img src=x onerror=alert(1)>$',
  '$\\text{</math><script>alert(1)</script>}$',
  '$\\unicode{x3c}\\style{x}{y}\\class{a"b}{c}$',
  ']]><script>alert(1)</script><![CDATA[',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '{{constructor.constructor("alert(1)")()}}',
  '\\u003cscript>alert(1)\\u003c/script>',
  '`<script>alert(1)</script>`',
  'https://evil.example/<script>"x',
  '<math><mtext><mglyph><style><img src=x onerror=alert(1)>',
  '\u2028</p><form action=//evil.example>',
  'x\u202E<b>\u200Bscript',
]
const LONGEST: Partial<Record<Field, number>> = { name: 80, 'collection title': 120, 'pick note': 500 }
/** Signs that hide letters are taken off names. */
const NAMES = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}]/gu

describeWithDatabase('a text', (db) => {
  it.each([0, 1, 2])('stays a text wherever it is shown (%i)', { timeout: 120_000 }, async (round) => {
    let turn = round * 7
    const planted = (field: Field) => {
      // Where there is room all of them, else another one each time.
      const all = [...CORPUS.slice(turn % CORPUS.length), ...CORPUS.slice(0, turn % CORPUS.length)].join(
        field === 'comment' ? '\n\n' : ' ',
      )
      turn++
      const text = all.slice(0, LONGEST[field] ?? 900)
      return field === 'name' ? text.replaceAll(NAMES, '') : text.toWellFormed()
    }
    const site = await openPeopledSite(db(), { text: planted })
    const { app, cookies, collections, comments, papers } = site
    const typed = CORPUS.join(' ')
    const said = encodeURIComponent(CORPUS[round * 7 + 1] ?? '')
    const queries = ['q', 'after', 'to', 'paper', 'problem', 'error', 'a', 'token']
      .map((name) => `${name}=${said}`)
      .join('&')
    const paths = addressesOf(app, 'GET', site).filter((path) => !path.startsWith('/auth/'))
    const asked = [
      ...paths,
      ...paths.filter((path) => !path.startsWith('/desk/')).map((path) => `${path}?${queries}`),
      `/papers?q=${said}`,
      `/papers/${said}`,
      `/authors/${said}`,
      `/topics/${said}`,
      `/papers/explain?a=${SHOWN}&b=${OTHER}`,
    ]
    let shown = 0
    for (const [who, cookie] of [['nobody', ''], ...Object.entries(cookies)] as const)
      // The addresses that say something too are the same for everybody.
      for (const path of who === 'nobody' || who === 'cora' ? asked : paths) {
        const text = await expectSafe([who, path], await app.request(path, { headers: { cookie } }))
        if (text.includes('alert(1)')) shown++
      }
    expect(shown).toBeGreaterThan(100)
    // What is refused comes back as it was typed.
    for (const [who, path, fields] of [
      ['nobody', '/sign-in', { email: typed, to: typed }],
      ['ada', '/settings/profile', { name: typed, orcid: typed }],
      ['ada', '/settings/delete', { confirm: typed }],
      ['ada', '/collections', { title: typed, description: typed, paper: typed }],
      ['ada', `/collections/${collections.open}/edit`, { title: '', description: typed }],
      ['ada', `/papers/${SHOWN}/comments`, { body: typed, preview: '1' }],
      ['ada', `/papers/${SHOWN}/comments`, { body: typed.repeat(30) }],
      ['nina', `/comments/${comments.shown}/reply`, { body: typed }],
      ['ada', `/comments/${comments.shown}/edit`, { body: typed, preview: '1' }],
      ['bert', `/papers/${OTHER}/flag`, { reason: typed, note: typed }],
      ['ada', '/papers/submit', { paper: typed, note: typed }],
      ['ada', '/papers/submit', { paper: ALONE, note: typed }],
      ['cora', `/desk/papers/${papers[SHOWN]}/merger`, { with: typed, reason: typed }],
    ] as const) {
      const cookie = who === 'nobody' ? {} : { cookie: cookies[who] }
      await expectSafe([who, path], await post(app, path, { ...fields }, cookie))
    }
    // And mails are plain text, one line to a head.
    for (const mail of await db().selectFrom('outgoing_mail').selectAll().execute()) {
      expect(mail.subject).not.toMatch(/[\r\n]/)
      if (mail.html_body !== null) expectInertMail('mail', mail.html_body)
    }
    expect(await (await app.request(`/papers/${HIDDEN}`)).text()).not.toContain('alert(1)')
  })

  it('is found by this test where it does not stay one', () => {
    for (const page of [
      '<p><script>alert(1)</script></p>',
      '<img src="x">',
      '<p onclick="x">',
      '<a href="javascript:x">',
      '<p>a < b</p>',
      "<a title='x'>",
      '<form action="//evil.example">',
      '<p style="x">',
      '<script src="//evil.example/x.js"></script>',
      '<!-- x -->',
    ])
      expect(() => expectInert('page', page)).toThrow('expected')
    expect(() =>
      expectInert('page', '<!doctype html><p>a &lt; b <a href="https://x.example/?a=1&amp;b">x</a></p>'),
    ).not.toThrow()
  })
})

async function expectSafe(where: unknown, answer: Response): Promise<string> {
  const text = await answer.text()
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? ''
  expect([where, answer.status < 500, answer.headers.get('x-content-type-options')]).toEqual([
    where,
    true,
    'nosniff',
  ])
  for (const value of answer.headers.values())
    expect([where, /alert\(1\)>|[\r\n]/.test(value)]).toEqual([where, false])
  if (text === '') return text
  if (type === 'text/html') {
    const isMail = answer.headers.get('content-security-policy')?.includes('sandbox')
    if (isMail) expectInertMail(where, text)
    else expectInert(where, text)
  } else if (type.endsWith('json') || type === 'application/jsonl') {
    const records = type.endsWith('json') ? [text] : text.split('\n').slice(0, -1)
    for (const record of records) eachHtml(JSON.parse(record), (html) => expectInert(where, html))
  } else if ((type.endsWith('xml') && type !== 'image/svg+xml') || type === 'text/x-opml') {
    expect([where, XMLValidator.validate(text)]).toEqual([where, true])
    const parser = new XMLParser({ ignoreAttributes: false, processEntities: true, htmlEntities: true })
    for (const html of contentsOf(parser.parse(text))) expectInert(where, html)
  } else {
    // What a browser might take for a page is none.
    expect([where, type]).toEqual([
      where,
      expect.stringMatching(
        /^(?:text\/(?:plain|markdown)|application\/x-(?:bibtex|research-info-systems)|image\/svg\+xml)$/,
      ),
    ])
  }
  return text
}

/** The HTML that feeds carry in JSON. */
function eachHtml(value: unknown, check: (html: string) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inside] of Object.entries(value)) {
    if (name === 'content_html' && typeof inside === 'string') check(inside)
    else eachHtml(inside, check)
  }
}

/** The HTML that feeds carry in Atom (`content` and `summary` of type html) and RSS (`description` and `content:encoded` of items). */
function contentsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inside]) => {
    if (/^(?:content|content:encoded|description|summary|title)$/.test(name)) {
      const isHtml =
        typeof inside === 'object' &&
        inside !== null &&
        '@_type' in inside &&
        inside['@_type'] === 'html' &&
        '#text' in inside
      if (isHtml) return [String(inside['#text'])]
      if (name === 'content:encoded') return [String(inside)]
    }
    return contentsOf(inside)
  })
}

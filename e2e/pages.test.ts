import { AxeBuilder } from '@axe-core/playwright'
import { HtmlValidate } from 'html-validate'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { DIFFICULT_PAPERS, ORDINARY_PAPERS } from './difficult-papers.ts'
import { PAGE_KINDS } from './page-kinds.ts'
import { openDatabase, useSite } from './site.ts'

const KINDS = Object.entries(PAGE_KINDS)
/** Kinds of pages of which no two are made alike. */
const ONE_OF_EACH_MAKE = [
  'the newest edition',
  'a day without edition',
  'a paper of the sample',
  'a version of a paper',
  'a paper by sixty authors',
  'a withdrawn paper',
  'a paper of which little is known',
  'trending',
  'topics',
  'a topic',
  'a name',
  'a person',
  'about',
  'about ranking',
  'an address that leads nowhere',
] as const
const papers = [...DIFFICULT_PAPERS, ...ORDINARY_PAPERS]

describeInBrowser('Every kind of page, with papers that try the layout', (openPage) => {
  const site = useSite({ papers })

  for (const width of [320, 1600]) {
    it(`fits ${width} px`, async () => {
      const page = await openPage({ viewport: { width, height: 800 } })
      const wide: string[] = []
      for (const [name, path] of KINDS) {
        await page.goto(site().origin + path)
        for (const what of await whatStandsOut(page)) wide.push(`${name}: ${what}`)
      }
      expect(wide).toEqual([])
    })
  }

  // No colour depends on the width, and no layout on the colours.
  for (const { colorScheme, width } of [
    { colorScheme: 'light', width: 1280 },
    { colorScheme: 'dark', width: 390 },
  ] as const) {
    it(`can be used by everybody, ${colorScheme} at ${width} px`, async () => {
      const page = await openPage({ colorScheme, viewport: { width, height: 800 } })
      const barriers: string[] = []
      for (const name of ONE_OF_EACH_MAKE) {
        await page.goto(site().origin + PAGE_KINDS[name])
        for (const barrier of await barriersOn(page)) barriers.push(`${name}: ${barrier}`)
      }
      expect(barriers).toEqual([])
    })
  }

  it('is valid HTML', async () => {
    const faults: string[] = []
    for (const [name, path] of KINDS) {
      for (const fault of await faultsOf(await (await fetch(site().origin + path)).text()))
        faults.push(`${name}: ${fault}`)
    }
    expect(faults).toEqual([])
  })

  it('leads from page to page of a long list, and back', async () => {
    const page = await openPage()
    await page.goto(`${site().origin}/papers/new`)
    const seen = await page.locator('.entry-title').allInnerTexts()
    await page.getByRole('link', { name: 'More papers' }).click()
    await page.waitForURL('**/papers/new?after=*')
    const more = await page.locator('.entry-title').allInnerTexts()
    expect(new Set([...seen, ...more]).size).toBe(91 + papers.length)
    expect(await whatStandsOut(page)).toEqual([])
    expect(await barriersOn(page)).toEqual([])
    await page.getByRole('link', { name: 'Back to the beginning' }).click()
    await page.waitForURL('**/papers/new')
  })

  it('typesets formulas and shows markup in facts as text', async () => {
    const page = await openPage()
    await page.goto(site().origin + PAGE_KINDS['a paper with formulas'])
    expect(await page.locator('h1 math').count()).toBe(4)
    expect(await page.locator('.abstract math[display=block]').count()).toBe(1)
    expect(await page.locator('.abstract code.tex').innerText()).toContain(String.raw`\notamacro`)
    await page.goto(site().origin + PAGE_KINDS['a paper with markup in its facts'])
    expect(await page.locator('h1').innerText()).toContain('<script>alert("title")</script> & other “tags”')
    expect(await page.locator('h1 *').count()).toBe(0)
    expect(await page.locator('.abstract').innerText()).toContain('<b onclick="alert(1)">bold</b>')
  })
})

describeInBrowser('Pages that say that something is wrong', (openPage) => {
  const site = useSite()

  it('a site without papers says how to bring some in', async () => {
    const database = await openDatabase(site().data)
    await database.query('truncate papers cascade')
    await database.query('notify papers_changed')
    await database.end()
    const page = await openPage({ viewport: { width: 320, height: 640 } })
    for (const path of ['/', '/papers/trending', '/papers/new', '/papers/top', '/topics']) {
      await expect
        .poll(async () => {
          await page.goto(site().origin + path)
          return page.locator('.blank').innerText()
        })
        .toMatch(/no papers here yet|No papers have come in|No paper here has drawn/)
      expect(await whatStandsOut(page), path).toEqual([])
      expect(await barriersOn(page), path).toEqual([])
      expect(await faultsOf(await (await fetch(site().origin + path)).text()), path).toEqual([])
    }
  })

  it('a fault of ours is owned, with a number', async () => {
    const database = await openDatabase(site().data)
    await database.query('alter table papers rename to papers_gone')
    const page = await openPage({ viewport: { width: 320, height: 640 } })
    const answer = await page.goto(`${site().origin}/papers/2412.19723`)
    expect(answer?.status()).toBe(500)
    expect(await page.locator('.blank').innerText()).toMatch(/on our side[\s\S]*number: [0-9a-f]{8}/)
    expect(await whatStandsOut(page)).toEqual([])
    expect(await barriersOn(page)).toEqual([])
    expect(await faultsOf((await answer?.text()) ?? '')).toEqual([])
    await database.query('alter table papers_gone rename to papers')
    await database.end()
    expect((await fetch(`${site().origin}/papers/new`)).status).toBe(200)
  })
})

/** What makes a page scroll sideways: the elements that reach beyond its right or left edge. */
async function whatStandsOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    const beyond = [...document.body.querySelectorAll('*')].filter((element) => {
      const { left, right } = element.getBoundingClientRect()
      const scrollsByItself = element.parentElement?.closest('math, pre, .sections ul')
      return (right > root.clientWidth + 0.5 || left < -0.5) && !scrollsByItself
    })
    const innermost = beyond.filter((element) => !beyond.some((other) => other.parentElement === element))
    return innermost.map((element) => `${element.outerHTML.slice(0, 200)} is beyond the edge`)
  })
}

const GUIDELINES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Breaches of the accessibility guidelines and of good practice that axe finds. */
async function barriersOn(page: Page): Promise<string[]> {
  // The hundredth entry of a list is made as the tenth is, and looking at each takes seconds.
  await page.evaluate(() => {
    for (const entry of document.querySelectorAll('.entries > li:nth-child(n + 11)')) entry.remove()
  })
  const { violations } = await new AxeBuilder({ page })
    .options({ runOnly: GUIDELINES, resultTypes: ['violations'] })
    // There are no frames; without them it need not open a page of its own.
    .setLegacyMode()
    .analyze()
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${impact} ${id} at ${target.join(' ')}: ${failureSummary}`),
  )
}

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:standard'],
  elements: ['html5'],
  rules: {
    // How the renderer writes what HTML lets one write in several ways.
    'void-style': 'off',
    'doctype-style': 'off',
    'attribute-empty-style': 'off',
    // Papers have the titles that they have.
    'long-title': 'off',
  },
})

/** What is not valid in a page's HTML. */
async function faultsOf(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`),
  )
}

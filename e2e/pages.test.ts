import { beforeAll, expect, it } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { DIFFICULT_PAPERS, ORDINARY_PAPERS } from './difficult-papers.ts'
import { barriersOn, faultsOf, whatStandsOut } from './inspect.ts'
import { PAGE_KINDS } from './page-kinds.ts'
import { openDatabase } from './site.ts'
import { untilIndexed, useSite } from './use-site.ts'

const KINDS = Object.entries(PAGE_KINDS)
/** Kinds of pages of which no two are made alike. */
const ONE_OF_EACH_MAKE = (
  [
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
    'about search',
    'a search',
    'a search that is narrowed down',
    'a search without results',
    'why papers are similar',
    'the sign-in page',
    'public collections',
    'the moderation log',
    'an address that leads nowhere',
  ] as const
).map((name) => [name, PAGE_KINDS[name]] as const)
const papers = [...DIFFICULT_PAPERS, ...ORDINARY_PAPERS]

describeInBrowser('Every kind of page, with papers that try the layout', (openPage) => {
  const site = useSite({ papers })
  beforeAll(() => untilIndexed(site(), 91 + papers.length))

  for (const { width, kinds } of [
    { width: 320, kinds: KINDS },
    { width: 1600, kinds: ONE_OF_EACH_MAKE },
  ]) {
    it(`fits ${width} px`, async () => {
      const page = await openPage({ viewport: { width, height: 800 } })
      const wide: string[] = []
      for (const [name, path] of kinds) {
        await page.goto(site().origin + path)
        for (const what of await whatStandsOut(page)) wide.push(`${name}: ${what}`)
      }
      expect(wide).toEqual([])
    })
  }

  // No colour depends on the width, no layout on the colours, and nothing else on either.
  for (const { colorScheme, width, ofTheScreen } of [
    { colorScheme: 'light', width: 1280, ofTheScreen: false },
    { colorScheme: 'dark', width: 390, ofTheScreen: true },
  ] as const) {
    it(`can be used by everybody, ${colorScheme} at ${width} px`, async () => {
      const page = await openPage({ colorScheme, viewport: { width, height: 800 } })
      const barriers: string[] = []
      for (const [name, path] of ONE_OF_EACH_MAKE) {
        await page.goto(site().origin + path)
        for (const barrier of await barriersOn(page, { ofTheScreen })) barriers.push(`${name}: ${barrier}`)
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
    for (const last of [50, 100]) {
      await page.getByRole('link', { name: 'More papers' }).click()
      await page.waitForURL(`**/papers/new?after=*&n=${last}`)
      seen.push(...(await page.locator('.entry-title').allInnerTexts()))
    }
    expect(new Set(seen).size).toBe(91 + papers.length)
    expect(await whatStandsOut(page)).toEqual([])
    expect(await barriersOn(page)).toEqual([])
    await page.getByRole('link', { name: 'Back to the first page' }).click()
    await page.waitForURL('**/papers/new')
  })

  it('typesets formulas and shows markup in facts as text', async () => {
    const page = await openPage()
    await page.goto(site().origin + PAGE_KINDS['a paper with formulas'])
    expect(await page.locator('h1 math').count()).toBe(4)
    expect(await page.locator('.abstract math[display=block]').count()).toBe(1)
    expect(await page.locator('.abstract code.tex').innerText()).toContain(String.raw`\notamacro`)
    await page.goto(site().origin + PAGE_KINDS['a paper with markup in its facts'])
    expect(await page.locator('h1').innerText()).toContain(
      '<script src=//evil.example>alert("title")</script> & other “tags”',
    )
    expect(await page.locator('h1 *').count()).toBe(0)
    // What registries write is read as they mean it; what is no markup of theirs stays to be seen.
    expect(await page.locator('.abstract').innerText()).toContain('text: bold <b onclick=alert(1)>bolder &')
    expect(await page.locator('.abstract b').count()).toBe(0)
  })
})

describeInBrowser('Pages that say that something is wrong', (openPage) => {
  const site = useSite()

  it('a site without papers says how to bring some in', async () => {
    const database = await openDatabase(site().data)
    await database.query('delete from papers')
    await database.query('notify papers_changed')
    await database.end()
    const page = await openPage({ viewport: { width: 320, height: 640 } })
    for (const path of ['/', '/papers/trending', '/papers/new', '/papers/top', '/topics']) {
      await expect
        .poll(async () => {
          await page.goto(site().origin + path)
          return page.locator('.blank').innerText()
        })
        .toMatch(/no papers here yet|There are no papers yet|No paper here has drawn/)
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

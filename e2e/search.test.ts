import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { ORDINARY_PAPERS } from './difficult-papers.ts'
import { barriersOn, whatStandsOut } from './inspect.ts'
import { untilIndexed, useSite } from './use-site.ts'

describeInBrowser('A reader who looks for something', (openPage) => {
  const site = useSite()
  beforeAll(() => untilIndexed(site(), 91))

  it('is met with suggestions, walks them with the arrows and opens one', async () => {
    const page = await openPage()
    await page.goto(site().origin)
    await page.keyboard.press('/')
    expect(await isInBox(page)).toBe(true)
    await page.keyboard.type('genesis')
    const box = page.getByRole('combobox', { name: 'Search papers' })
    const option = page.getByRole('option').first()
    await option.waitFor()
    expect(await option.innerText()).toMatch(/^OS-Genesis: Automating[\s\S]*Qiushi Sun/)
    expect(await box.getAttribute('aria-expanded')).toBe('true')
    expect(await box.getAttribute('aria-activedescendant')).toBeNull()
    expect(await page.getByRole('status').innerText()).toMatch(/^\d+ suggestions?$/)

    await page.keyboard.press('ArrowDown')
    expect(await box.getAttribute('aria-activedescendant')).toBe(await option.getAttribute('id'))
    expect(await option.getAttribute('aria-selected')).toBe('true')
    expect(await isInBox(page)).toBe(true)
    // Before the first option is the text itself, and before that the last one.
    await page.keyboard.press('ArrowUp')
    expect(await box.getAttribute('aria-activedescendant')).toBeNull()
    await page.keyboard.press('ArrowUp')
    expect(await page.getByRole('option').last().getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/papers/2412.19723')
  })

  it('finds authors and topics as well, also with the pointer', async () => {
    const page = await openPage()
    await page.goto(`${site().origin}/about`)
    await page.getByLabel('Search papers').fill('qiushi sun')
    await page.getByRole('group', { name: 'Authors' }).getByRole('option').first().click()
    await page.waitForURL('**/authors/qiushi-sun')
    await page.getByLabel('Search papers').fill('computation and lang')
    await page.getByRole('group', { name: 'Topics' }).getByRole('option', { name: 'cs.CL' }).click()
    await page.waitForURL('**/topics/cs.CL')
  })

  it('searches with Enter, and keeps the keys of the text', async () => {
    const page = await openPage()
    await page.goto(site().origin)
    await page.keyboard.press('/')
    await page.keyboard.type('agents/')
    await page.keyboard.press('Home')
    await page.keyboard.type('language ')
    await page.keyboard.press('End')
    await page.keyboard.press('Backspace')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/papers?q=language+agents')
    expect(await page.locator('h1').innerText()).toBe('language agents')
    expect(await page.getByLabel('Search papers').inputValue()).toBe('language agents')
    expect(await page.locator('mark').count()).toBeGreaterThan(0)
  })

  it('leaves by Escape, step by step, and by going elsewhere', async () => {
    const page = await openPage()
    await page.goto(site().origin)
    await page.keyboard.press('/')
    await page.keyboard.type('lang')
    await page.getByRole('listbox').waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('listbox').isVisible()).toBe(false)
    expect(await page.getByLabel('Search papers').inputValue()).toBe('lang')
    await page.keyboard.press('ArrowDown')
    await page.getByRole('listbox').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    expect(await page.getByLabel('Search papers').inputValue()).toBe('')
    await page.keyboard.press('Escape')
    expect(await isInBox(page)).toBe(false)

    for (const leave of [() => page.keyboard.press('Tab'), () => page.locator('.motto').click()]) {
      await page.getByLabel('Search papers').fill('lang')
      await page.getByRole('listbox').waitFor()
      await leave()
      expect(await page.getByRole('listbox').isVisible()).toBe(false)
    }
    // A slash that is typed elsewhere, or with another key, is only that.
    await page.locator('.motto').click()
    await page.keyboard.press('Control+/')
    expect(await isInBox(page)).toBe(false)
  })

  it('is not disturbed by an answer that comes late or not at all', async () => {
    const page = await openPage()
    await page.goto(site().origin)
    const held: (() => void)[] = []
    await page.route('**/papers/suggest?q=genes', async (route) => {
      await new Promise<void>((resolve) => held.push(resolve))
      await route.fulfill({
        json: { papers: [{ title: 'Late', by: '', path: '/late' }], authors: [], topics: [] },
      })
    })
    await page.route('**/papers/suggest?q=broken', (route) => route.fulfill({ body: 'no JSON' }))
    await page.getByLabel('Search papers').fill('genes')
    await expect.poll(() => held.length).toBe(1)
    await page.getByLabel('Search papers').fill('genesis')
    await page.getByRole('option', { name: 'OS-Genesis' }).waitFor()
    held[0]?.()
    await page.getByLabel('Search papers').fill('broken')
    await page.getByRole('listbox').waitFor({ state: 'hidden' })
    expect(await page.getByText('Late', { exact: true }).count()).toBe(0)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/papers?q=broken')
  })
})

describeInBrowser('A reader on a page of results', (openPage) => {
  const site = useSite({ papers: ORDINARY_PAPERS })
  beforeAll(() => untilIndexed(site(), 91 + ORDINARY_PAPERS.length))

  it('sees the results change while typing', async () => {
    const page = await openPage()
    await page.goto(`${site().origin}/papers?q=setting`)
    const before = await page.locator('.entry-title').allInnerTexts()
    await page.keyboard.press('/')
    await page.keyboard.press('End')
    await page.keyboard.type(' of type note 7')
    await expect.poll(() => page.locator('h1').innerText()).toBe('setting of type note 7')
    expect(page.url()).toBe(`${site().origin}/papers?q=setting+of+type+note+7`)
    expect(await page.title()).toBe('setting of type note 7 · Broadsheet')
    expect(await isInBox(page)).toBe(true)
    expect(await page.getByRole('status').innerText()).toMatch(/^[\d,]+ results?$/)
    expect(await page.locator('.entry-title').allInnerTexts()).not.toEqual(before)
    expect(await page.locator('link[type="application/atom+xml"]').getAttribute('href')).toBe(
      '/papers.atom?q=setting+of+type+note+7',
    )
    expect(await page.getByRole('listbox').isVisible(), 'suggestions over the results').toBe(false)

    // What the address says is what a reload shows, and the keys of lists work on.
    await page.reload()
    expect(await page.locator('h1').innerText()).toBe('setting of type note 7')
    await page.getByLabel('Search papers').fill('zzzzzz author:nobody')
    await expect.poll(() => page.getByRole('status').innerText()).toBe('No results')
    await page.getByLabel('Search papers').fill('typ')
    await expect.poll(() => page.locator('.entry').count()).toBeGreaterThan(0)
    await page.locator('.kicker').first().click()
    await page.keyboard.press('j')
    const title = await page.evaluate(() => (document.activeElement as HTMLElement).innerText)
    await page.keyboard.press('o')
    await page.waitForURL('**/papers/2*')
    expect(await page.locator('h1').innerText()).toBe(title)
    await page.goBack({ waitUntil: 'commit' })
    await expect.poll(() => page.url()).toBe(`${site().origin}/papers?q=typ`)
    expect(await page.getByLabel('Search papers').inputValue()).toBe('typ')
  })

  it('never sees the results of what is no longer typed', async () => {
    const page = await openPage()
    await page.goto(`${site().origin}/papers?q=setting`)
    const held: (() => void)[] = []
    await page.route('**/papers?q=slow&unfinished=1', async (route) => {
      await new Promise<void>((resolve) => held.push(resolve))
      await route.continue()
    })
    const cancelled = page.waitForEvent('requestfailed', (request) => request.url().includes('q=slow'))
    await page.getByLabel('Search papers').fill('slow')
    await page.locator('main[aria-busy=true]').waitFor()
    expect(await page.locator('h1').innerText()).toBe('setting')
    await page.getByLabel('Search papers').fill('type')
    await cancelled
    await expect.poll(() => page.locator('h1').innerText()).toBe('type')
    await page.locator('main:not([aria-busy])').waitFor()
    held[0]?.()
    await page.unrouteAll({ behavior: 'wait' })
    expect(await page.locator('h1').innerText()).toBe('type')
    expect(page.url()).toBe(`${site().origin}/papers?q=type`)
  })

  it('keeps the last results while the site does not answer, and is told', async () => {
    const page = await openPage()
    await page.goto(`${site().origin}/papers?q=setting`)
    const before = await page.locator('.entry-title').allInnerTexts()
    await page.route('**/papers?q=*&unfinished=1', (route) => route.fulfill({ body: 'a proxy’s page' }))
    await page.getByLabel('Search papers').fill('type')
    const line = page.locator('main').getByText('The site is not responding.')
    await line.waitFor()
    expect(await line.innerText()).toContain('These are still the results for “setting”.')
    expect(await page.getByRole('status').innerText()).toContain('not responding')
    expect(await page.locator('.entry-title').allInnerTexts()).toEqual(before)
    await page.unrouteAll()
    await page.getByLabel('Search papers').fill('type note')
    await expect.poll(() => page.locator('h1').innerText()).toBe('type note')
    expect(await line.count()).toBe(0)
  })

  it('finds the last searches on this device again, until they are forgotten', async () => {
    const page = await openPage()
    for (const text of ['setting', 'author:quill', 'type']) {
      await page.goto(site().origin)
      await page.getByLabel('Search papers').fill(text)
      await page.keyboard.press('Enter')
      await page.waitForURL('**/papers?q=*')
    }
    await page.goto(`${site().origin}/about`)
    await page.keyboard.press('/')
    const recent = page.getByRole('group', { name: 'Recent searches' }).getByRole('option')
    expect(await recent.allInnerTexts()).toEqual(['type', 'author:quill', 'setting'])
    expect(await page.getByRole('status').innerText()).toBe('3 recent searches')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/papers?q=author%3Aquill')

    await page.goto(`${site().origin}/about`)
    await page.keyboard.press('/')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).not.toBe('Search papers')
    await page.getByRole('button', { name: 'Clear recent searches' }).click()
    expect(await page.getByRole('listbox').isVisible()).toBe(false)
    expect(await isInBox(page)).toBe(true)
    expect(await page.evaluate(() => localStorage.getItem('recent-searches'))).toBeNull()
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('listbox').isVisible()).toBe(false)
  })

  it('searches as well where the browser may remember nothing', async () => {
    const page = await openPage()
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError')
        },
      })
    })
    await page.goto(site().origin)
    await page.keyboard.press('/')
    expect(await page.getByRole('listbox').isVisible()).toBe(false)
    await page.keyboard.type('setting')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/papers?q=setting')
    await page.getByLabel('Search papers').fill('setting type')
    await expect.poll(() => page.locator('h1').innerText()).toBe('setting type')
  })

  it('needs no JavaScript', async () => {
    const page = await openPage({ javaScriptEnabled: false })
    await page.goto(site().origin)
    expect(await page.locator('.search-key').isVisible(), 'a key that does nothing').toBe(false)
    await page.getByRole('searchbox', { name: 'Search papers' }).fill('note')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/papers?q=note')
    expect(await page.locator('.entry').count()).toBe(25)
    await page.getByRole('link', { name: 'More results' }).click()
    await page.waitForURL('**/papers?q=note&page=2*')
    await page.getByRole('link', { name: 'Previous results' }).click()
    await page.waitForURL('**/papers?q=note')
    await page.getByRole('link', { name: 'New', exact: true }).last().click()
    await page.waitForURL('**/papers?q=note+sort%3Anew')
    await page.locator('.rail').getByRole('link', { name: 'Computation and Language' }).click()
    await page.waitForURL('**/papers?q=note+cat%3Acs.CL+sort%3Anew')
    await page.locator('.filters a').click()
    await page.waitForURL('**/papers?q=note+sort%3Anew')
    await page.getByRole('searchbox', { name: 'Search papers' }).fill('2408.08435')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.waitForURL('**/papers/2408.08435')
  })

  it('finds by meaning what says it in other words, and papers that are near', async () => {
    const page = await openPage()
    await expect
      .poll(
        async () => {
          await page.goto(`${site().origin}/papers?q=teaching+machines+to+use+computers`)
          return page.locator('main').innerText()
        },
        { timeout: 90_000 },
      )
      .toContain('By meaning')
    expect(await page.locator('.edition-count').innerText()).toContain('in meaning')
    const similar = page.getByRole('region', { name: 'Similar papers' })
    // The page may have been made, and kept for half a minute, before the meaning of this paper was known.
    await expect
      .poll(
        async () => {
          await page.goto(`${site().origin}/papers/2412.19723`)
          return similar.locator('li').count()
        },
        { timeout: 60_000 },
      )
      .toBeGreaterThan(2)
    const other = await similar.locator('.similar-title').first().innerText()
    await similar.getByRole('link', { name: 'Why?' }).first().click()
    await page.waitForURL('**/papers/explain?*')
    expect(await page.locator('.compared h2').allInnerTexts()).toEqual([
      'OS-Genesis: Automating GUI Agent Trajectory Construction via Reverse Task Synthesis',
      other,
    ])
    expect(await page.locator('.pairs li').count()).toBeGreaterThan(0)
    expect(await page.locator('.closeness').first().getAttribute('title')).toMatch(/^0\.\d\d out of 1/)
    await page.getByRole('link', { name: 'Back to the first paper' }).click()
    await page.waitForURL('**/papers/2412.19723')
  })
})

describeInBrowser('The search box', (openPage) => {
  const site = useSite()
  beforeAll(() => untilIndexed(site(), 91))

  for (const { colorScheme, width } of [
    { colorScheme: 'light', width: 320 },
    { colorScheme: 'dark', width: 1280 },
  ] as const) {
    it(`can be used by everybody, ${colorScheme} at ${width} px`, async () => {
      const page = await openPage({ colorScheme, viewport: { width, height: 800 } })
      await page.goto(`${site().origin}/about`)
      await page.getByLabel('Search papers').fill('language')
      await page.getByRole('option').first().waitFor()
      await page.keyboard.press('ArrowDown')
      expect(await barriersOn(page)).toEqual([])
      expect(await whatStandsOut(page)).toEqual([])
      const sizes = await page
        .getByRole('option')
        .evaluateAll((options) => options.map((option) => option.getBoundingClientRect().height))
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(24)

      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Enter')
      await page.waitForURL('**/papers?q=language')
      await page.getByLabel('Search papers').fill('')
      await page.getByRole('group', { name: 'Recent searches' }).waitFor()
      expect(await barriersOn(page)).toEqual([])
      expect(await whatStandsOut(page)).toEqual([])
    })
  }
})

function isInBox(page: Page): Promise<boolean> {
  return page.evaluate(() => document.activeElement?.id === 'search')
}

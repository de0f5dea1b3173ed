import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { importPapers } from './site.ts'
import { useSite } from './use-site.ts'

describeInBrowser('A reader at the keyboard', (openPage) => {
  const site = useSite()

  it('walks the papers with j and k, opens one with o and is back at it with u', async () => {
    const page = await openPage()
    await page.goto(site().origin)
    expect(await page.locator('.keys').isVisible()).toBe(true)
    const titles = await page.locator('.entry-title').allInnerTexts()
    await page.keyboard.press('j')
    expect(await focusedText(page)).toBe(titles[0])
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    expect(await focusedText(page)).toBe(titles[2])
    expect(await outlineOf(page.locator(':focus'))).toBeGreaterThan(0)
    await page.keyboard.press('k')
    expect(await focusedText(page)).toBe(titles[1])

    await page.keyboard.press('o')
    await page.waitForURL('**/papers/*')
    expect(await page.locator('h1').innerText()).toBe(titles[1])
    await page.keyboard.press('u')
    await page.waitForURL(`${site().origin}/`, { waitUntil: 'commit' })
    expect(await focusedText(page)).toBe(titles[1])
    await page.keyboard.press('j')
    expect(await focusedText(page)).toBe(titles[2])
  })

  it('stays on the first and the last paper', async () => {
    const page = await openPage()
    await page.goto(`${site().origin}/topics/cs.AI`)
    const titles = await page.locator('.entry-title').allInnerTexts()
    await page.keyboard.press('k')
    expect(await focusedText(page)).toBe(titles[0])
    for (let i = 0; i < titles.length + 2; i++) await page.keyboard.press('j')
    expect(await focusedText(page)).toBe(titles.at(-1))
    expect(await isInView(page.locator(':focus'))).toBe(true)
  })

  it('gets to the front page with u from a paper opened on its own', async () => {
    const page = await openPage()
    await page.goto(`${site().origin}/papers/2412.19723`)
    await page.keyboard.press('u')
    await page.waitForURL(`${site().origin}/`)
  })

  it('keeps the keys of the browser', async () => {
    const page = await openPage()
    await page.goto(site().origin)
    for (const key of ['Control+j', 'Control+k', 'Alt+j', 'Meta+j']) await page.keyboard.press(key)
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
    await page.keyboard.press('j')
    await page.keyboard.press('Control+o')
    expect(page.url()).toBe(`${site().origin}/`)
    await page.goto(`${site().origin}/papers/2412.19723`)
    await page.keyboard.press('Control+u')
    expect(page.url()).toBe(`${site().origin}/papers/2412.19723`)
  })

  it('skips to the content with the first Tab', async () => {
    const page = await openPage()
    await page.goto(site().origin)
    await page.keyboard.press('Tab')
    expect(await focusedText(page)).toBe('Skip to content')
    expect(await isInView(page.locator(':focus'))).toBe(true)
    const size = await page.locator(':focus').boundingBox()
    expect(size?.height).toBeGreaterThanOrEqual(24)
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true)
  })

  it('always sees where the focus is, in the order of the page', async () => {
    const page = await openPage({ viewport: { width: 390, height: 700 } })
    await page.goto(site().origin)
    let last = -1
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab')
      const focus = page.locator(':focus')
      expect(await outlineOf(focus), await focusedText(page)).toBeGreaterThan(0)
      expect(await isInView(focus), await focusedText(page)).toBe(true)
      const place = await focus.evaluate((element) => [...document.querySelectorAll('*')].indexOf(element))
      expect(place).toBeGreaterThan(last)
      last = place
    }
  })
})

describeInBrowser('A reader who comes back', (openPage) => {
  const site = useSite()
  const hour = 3_600_000

  it('sees which papers came in since the last visit', async () => {
    const page = await openPage()
    const marked = () => page.locator('.entry:has(.new-mark) .entry-title a').allInnerTexts()
    const now = Date.now()
    await page.goto(`${site().origin}/papers/new`)
    expect(await marked(), 'on the first visit').toEqual([])

    await importPapers(site().data, [
      { id: '2507.90001', title: 'A paper that came in later', published: '2025-07-09' },
    ])
    await page.clock.setFixedTime(now + 0.4 * hour)
    await page.reload()
    expect(await page.locator('.entry-title').first().innerText(), 'shown at once').toBe(
      'A paper that came in later',
    )
    expect(await marked(), 'within the first visit').toEqual([])

    await page.evaluate((seen) => localStorage.setItem('seen-at', String(seen)), now)
    await page.clock.setFixedTime(now + 2 * hour)
    await page.reload()
    expect(await marked(), 'on the second visit').toEqual(['A paper that came in later'])
    await page.clock.setFixedTime(now + 2.3 * hour)
    await page.goto(site().origin)
    expect(await marked(), 'later in that visit, on another page').toEqual(['A paper that came in later'])
    await page.clock.setFixedTime(now + 30 * hour)
    await page.reload()
    expect(await marked(), 'on the third visit').toEqual([])
  })

  it('has the theme of the device, or the one chosen', async () => {
    for (const [device, other] of [
      ['light', 'dark'],
      ['dark', 'light'],
    ] as const) {
      const page = await openPage({ colorScheme: device })
      await page.addInitScript(() => {
        // The theme at the moment at which there is first something that could be painted.
        const observer = new MutationObserver(() => {
          if (!document.body) return
          Object.assign(window, { themeAtFirst: document.documentElement.dataset['theme'] ?? 'none' })
          observer.disconnect()
        })
        observer.observe(document, { childList: true, subtree: true })
      })
      const themeAtFirst = () =>
        page.evaluate(() => (window as unknown as { themeAtFirst: string }).themeAtFirst)

      await page.goto(site().origin)
      expect(await shade(page)).toBe(device)
      expect(await themeAtFirst()).toBe('none')
      await page.getByRole('button', { name: `Switch to the ${other} theme` }).click()
      expect(await shade(page)).toBe(other)
      await page.getByRole('button', { name: `Switch to the ${device} theme` }).focus()

      await page.reload()
      expect(await themeAtFirst()).toBe(other)
      expect(await shade(page)).toBe(other)
      await page.goto(`${site().origin}/about`)
      expect(await shade(page)).toBe(other)
      await page.getByRole('button', { name: `Switch to the ${device} theme` }).press('Enter')
      expect(await shade(page)).toBe(device)
    }
  })

  it('follows the device when that changes while the page is open', async () => {
    const page = await openPage({ colorScheme: 'light' })
    await page.goto(site().origin)
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await shade(page)).toBe('dark')
    expect(await page.getByRole('button', { name: 'Switch to the light theme' }).isVisible()).toBe(true)
  })

  it('whose browser remembers nothing can still read, walk and switch', async () => {
    const page = await openPage({ colorScheme: 'light' })
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError')
        },
      })
    })
    await page.goto(site().origin)
    await page.keyboard.press('j')
    expect(await page.evaluate(() => document.activeElement?.closest('.entry') !== null)).toBe(true)
    await page.getByRole('button', { name: 'Switch to the dark theme' }).click()
    expect(await shade(page)).toBe('dark')
  })
})

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => (document.activeElement as HTMLElement).innerText)
}

/** The width of an element's outline in pixels, 0 where it has none. */
function outlineOf(element: Locator): Promise<number> {
  return element.evaluate((focused) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(focused)
    return outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth)
  })
}

/** Whether any of an element can be seen without scrolling. */
function isInView(element: Locator): Promise<boolean> {
  return element.evaluate((focused) =>
    [...focused.getClientRects()].some(
      ({ top, bottom, left, right }) =>
        top < innerHeight && bottom > 0 && left < innerWidth && right > 0 && bottom - top > 1,
    ),
  )
}

/** Whether a page is light or dark, by the colour behind its text. */
function shade(page: Page): Promise<'light' | 'dark'> {
  return page.evaluate(() => {
    const channels = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g)?.map(Number)
    return Math.max(...(channels ?? [])) > 127 ? 'light' : 'dark'
  })
}

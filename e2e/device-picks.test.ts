import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { barriersOn, faultsOf, whatStandsOut } from './inspect.ts'
import { useSite } from './use-site.ts'

const KEPT = 'for-you-picks'

describeInBrowser('A reader without an account who picks papers', (openPage) => {
  const site = useSite()
  const there = () => `${site().origin}/for-you`
  const open = async (page: Page) => {
    await page.goto(there())
    await page.getByRole('heading', { name: 'Your picks' }).waitFor()
  }
  const titles = (page: Page) => page.locator('.entries .entry-title').allInnerTexts()
  const pick = async (page: Page, nth: number) => {
    const entry = page.locator('.entries > li').nth(nth)
    const title = await entry.locator('.entry-title').innerText()
    await entry.getByRole('button', { name: /^Pick/ }).click()
    return title
  }
  const said = (page: Page) => page.locator('device-picks [role=status]').innerText()
  const kept = (page: Page) =>
    page.evaluate((name) => JSON.parse(localStorage.getItem(name) ?? '[]') as { title: string }[], KEPT)

  it('gets the papers in another order, is told why, and sends nothing', async () => {
    const page = await openPage()
    await open(page)
    await page.waitForLoadState('networkidle')
    const printed = await titles(page)
    expect(printed.length).toBeGreaterThan(5)
    const asked: string[] = []
    page.context().on('request', (request) => asked.push(`${request.method()} ${request.url()}`))

    const [first, second] = [await pick(page, 4), await pick(page, 6)]
    expect(await said(page)).toBe('Picked. The papers most like your picks come first.')
    const ordered = await titles(page)
    expect(ordered).not.toEqual(printed)
    expect(ordered.toSorted()).toEqual(printed.toSorted())
    expect(ordered.slice(0, 2).toSorted()).toEqual([first, second].toSorted())
    const reasons = page.locator('.because', { hasText: 'Because you picked' })
    const shares = await reasons.first().locator('li').allInnerTexts()
    expect(shares[0]).toMatch(/^Because you picked .+, \d+%$/)
    expect([first, second]).toContain(await reasons.first().locator('a').first().innerText())

    await page.locator('device-picks summary').click()
    await page
      .getByRole('button', { name: `Remove pick: ${first}` })
      .first()
      .click()
    expect((await kept(page)).map(({ title }) => title)).toEqual([second])
    await page.getByRole('button', { name: 'Forget all picks' }).click()
    expect(await said(page)).toBe('All picks are forgotten.')
    expect(await titles(page)).toEqual(printed)
    expect(await page.evaluate(() => document.activeElement?.closest('device-picks') !== null)).toBe(true)
    expect(asked).toEqual([])
    expect(await page.evaluate((name) => localStorage.getItem(name), KEPT)).toBe(null)
  })

  it('stays at the paper that they picked, with the keyboard too', async () => {
    const page = await openPage()
    await open(page)
    const entry = page.locator('.entries > li').nth(5)
    const title = await entry.locator('.entry-title').innerText()
    await entry.getByRole('button', { name: /^Pick/ }).focus()
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      `Remove pick: ${title}`,
    )
    const box = await page.locator(':focus').boundingBox()
    expect(box?.y).toBeGreaterThanOrEqual(0)
    expect(box?.y).toBeLessThan(800)
    await page.keyboard.press('Enter')
    expect(await kept(page)).toEqual([])
  })

  it('finds the picks again, also of papers that are no longer there, and in another tab', async () => {
    const page = await openPage()
    await open(page)
    const title = await pick(page, 2)
    // As if its edition had gone by: only what the device kept is left of it.
    await page.evaluate((name) => {
      const [first] = JSON.parse(localStorage.getItem(name) ?? '[]') as object[]
      localStorage.setItem(name, JSON.stringify([{ ...first, id: 999_999 }]))
    }, KEPT)
    await open(page)
    expect((await titles(page))[0]).toBe(title)
    expect(await page.locator('.because').first().innerText()).toMatch(/^Because you picked .+, 100%$/)

    const other = await page.context().newPage()
    await open(other)
    await other.getByRole('button', { name: 'Forget all picks' }).click()
    await page.getByText('Pick papers that interest you').waitFor()
  })

  it('leaves out picks that cannot be compared any more, and says so', async () => {
    const page = await openPage()
    await open(page)
    const printed = await titles(page)
    await pick(page, 2)
    await page.evaluate((name) => {
      const [first] = JSON.parse(localStorage.getItem(name) ?? '[]') as object[]
      localStorage.setItem(name, JSON.stringify([{ ...first, id: 999_999, kind: 'another' }]))
    }, KEPT)
    await open(page)
    expect(await titles(page)).toEqual(printed)
    await page.locator('device-picks summary').click()
    expect(await page.locator('device-picks .rows').innerText()).toContain('it no longer counts')
  })

  it.each([
    ['holds something else', `localStorage.setItem('${KEPT}', '{"a":')`, 'could not be read'],
    [
      'is full',
      `Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }`,
      'There is no room left',
    ],
    [
      'is forbidden',
      `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })`,
      'does not let this site store anything',
    ],
  ])('goes on where the storage %s', async (_, before, says) => {
    const page = await openPage()
    await page.addInitScript(before)
    await open(page)
    if (before.startsWith('localStorage')) expect(await said(page)).toContain(says)
    const title = await pick(page, 3)
    if (!before.startsWith('localStorage')) expect(await said(page)).toContain(says)
    expect((await titles(page))[0]).toBe(title)
    await pick(page, 5)
    expect(await page.locator('device-picks summary').innerText()).toBe('2 papers')
  })

  it('is told that it takes JavaScript, and reads the papers without', async () => {
    const page = await openPage({ javaScriptEnabled: false })
    await page.goto(there())
    expect(await page.locator('device-picks .notice').isVisible()).toBe(true)
    expect(await page.locator('device-picks .notice').innerText()).toContain('turn on JavaScript')
    expect((await titles(page)).length).toBeGreaterThan(5)
    expect(await page.getByRole('button', { name: /^Pick/ }).count()).toBe(0)
  })

  it('can use it on any screen', async () => {
    expect(await faultsOf(await (await fetch(there())).text())).toEqual([])
    for (const { width, colorScheme } of [
      { width: 320, colorScheme: 'dark' },
      { width: 1600, colorScheme: 'light' },
    ] as const) {
      const page = await openPage({ viewport: { width, height: 800 }, colorScheme })
      await open(page)
      await pick(page, 2)
      await pick(page, 4)
      await page.locator('device-picks summary').click()
      expect(await whatStandsOut(page)).toEqual([])
      expect(await barriersOn(page)).toEqual([])
    }
  })
})

import type { Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { barriersOn, faultsOf, whatStandsOut } from './inspect.ts'
import { runVerb } from './site.ts'
import { useSite } from './use-site.ts'

describeInBrowser('A reader of their own front page', (openPage) => {
  const site = useSite()
  const go = (page: Page, path: string) => page.goto(site().origin + path)
  async function enter(page: Page, email: string): Promise<void> {
    const printed = await runVerb(site().data, ['user', 'link', email, '--new'])
    await page.goto(printed.trim().replace(/^http:\/\/[^/]+/, site().origin))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${site().origin}/`)
  }
  const titles = (page: Page) => page.locator('.entries .entry-title').allInnerTexts()

  it('begins with topics, votes, and finds a tuned page that says why; on a phone it is whole', async () => {
    const page = await openPage()
    await enter(page, 'ada@example.org')
    await go(page, '/for-you')
    expect(await page.locator('main').innerText()).toContain('We do not know yet what you read')
    await page.getByRole('link', { name: 'Tell us what you read' }).click()
    await page.waitForURL('**/for-you/begin')
    expect(await barriersOn(page)).toEqual([])

    await go(page, '/papers/2412.19723')
    const voted = await page.locator('h1').innerText()
    // The button is pressed at once; the vote is there when it is answered.
    const answered = page.waitForResponse((response) => response.url().endsWith('/vote'))
    await page.locator('.vote button').first().click()
    await answered
    await go(page, '/for-you')
    expect(await page.locator('main').innerText()).toMatch(/Based on 1 paper/)
    expect(await titles(page)).not.toContain(voted)
    const why = page.locator('main', { hasText: 'Because you voted for' })
    expect(await why.innerText()).toContain(voted.slice(0, 40))
    expect(await barriersOn(page)).toEqual([])

    await vi.waitFor(
      async () => {
        await go(page, '/settings/interests')
        expect(await page.getByRole('button', { name: /^Pause/ }).count()).toBe(1)
      },
      { timeout: 40_000, interval: 1_000 },
    )
    expect(await barriersOn(page)).toEqual([])
    for (const path of ['/for-you', '/for-you/begin', '/settings/interests']) {
      await page.setViewportSize({ width: 390, height: 844 })
      await go(page, path)
      expect([path, await whatStandsOut(page)]).toEqual([path, []])
      const sent = await page.context().request.get(site().origin + path)
      expect([path, await faultsOf(await sent.text())]).toEqual([path, []])
    }
  })

  it('is as good without JavaScript', async () => {
    const page = await openPage({ javaScriptEnabled: false })
    await enter(page, 'bea@example.org')
    await go(page, '/papers/2412.19723')
    await page.locator('.vote button').first().click()
    await go(page, '/for-you')
    const before = await titles(page)
    expect(await page.locator('main').innerText()).toContain('Because you voted for')
    await page.getByRole('button', { name: 'I have seen these' }).click()
    await page.waitForURL('**/for-you*')
    const [first = ''] = before
    expect((await titles(page))[0]).not.toBe(first)
  })
})

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { DIFFICULT_PAPERS } from './difficult-papers.ts'
import { barriersOn, whatStandsOut } from './inspect.ts'
import { useSite } from './use-site.ts'

/** A paper with formulas in its title. */
const PAPER = '/papers/2507.90002'

describeInBrowser('A paper on another site', (openPage) => {
  const site = useSite({ papers: DIFFICULT_PAPERS })
  let other: Server | undefined
  afterEach(async () => {
    other?.closeAllConnections()
    await new Promise((resolve) => (other ? other.close(resolve) : resolve(null)))
    other = undefined
  })

  /** A page of somebody else that has this HTML, and where it is. */
  async function publish(html: string): Promise<string> {
    const server = createServer((_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      answer.end(`<!doctype html><html lang="en"><title>A blog</title><h1>A blog</h1>${html}</html>`)
    })
    other = server
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  /** What a paper's page offers to paste, by name. */
  async function snippets(): Promise<Map<string, string>> {
    const page = await openPage()
    await page.goto(site().origin + PAPER)
    await page.getByText('Embed this paper').click()
    const offered = await page
      .locator('.embed dl > div')
      .evaluateAll((rows) =>
        rows.map((row) => [
          row.querySelector('dt')?.textContent ?? '',
          row.querySelector('code')?.textContent ?? '',
        ]),
      )
    return new Map(offered as [string, string][])
  }

  it('is a card in a frame, from what its page offers to paste, and leads to its page', async () => {
    const html = (await snippets()).get('Card, in HTML') ?? ''
    const url = await publish(html)
    const page = await openPage({}, { others: [new URL(url).origin] })
    await page.goto(url)
    const card = page.frameLocator('iframe')
    const title = card.getByRole('heading').getByRole('link')
    await title.waitFor()
    expect(await title.locator('math').count()).toBeGreaterThan(0)
    expect(await card.locator('.foot').textContent()).toBe('0 votes9 July 2025')
    // The style is that of the policy, and nothing is cut off or has to be scrolled to.
    expect(await card.locator('main').evaluate((card) => getComputedStyle(card).borderTopWidth)).toBe('3px')
    const room = await card
      .locator('html')
      .evaluate(({ scrollHeight, clientHeight, scrollWidth, clientWidth }) => [
        scrollHeight - clientHeight,
        scrollWidth - clientWidth,
      ])
    expect(room).toEqual([0, 0])
    const [opened] = await Promise.all([page.context().waitForEvent('page'), title.click()])
    await opened.waitForLoadState()
    expect(opened.url()).toBe(site().origin + PAPER)
    // In a tab of its own, where its scripts run again.
    expect(await opened.evaluate(() => customElements.get('theme-switch') !== undefined)).toBe(true)
  })

  it('is a badge', async () => {
    const html = (await snippets()).get('Badge, in HTML') ?? ''
    const url = await publish(html)
    const page = await openPage({}, { others: [new URL(url).origin] })
    await page.goto(url)
    const badge = page.locator('img')
    await badge.evaluate(async (image: HTMLImageElement) => image.decode())
    const { width = 0, height } = (await badge.boundingBox()) ?? {}
    expect(height).toBe(20)
    expect(width).toBeGreaterThan(80)
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`can be read by everybody, ${colorScheme}, from narrow to wide`, async () => {
      const page = await openPage({ colorScheme })
      const found: string[] = []
      for (const width of [220, 560]) {
        await page.setViewportSize({ width, height: 240 })
        for (const address of [
          '2507.90001',
          '2507.90002',

          '2507.90007',
          '2101.00001',
        ]) {
          await page.goto(`${site().origin}/papers/${address}/card`)
          for (const what of await whatStandsOut(page)) found.push(`${width} ${address}: ${what}`)
          for (const barrier of await barriersOn(page, {
            ofTheScreen: colorScheme === 'dark' || width > 220,
          }))
            found.push(`${width} ${address}: ${barrier}`)
        }
      }
      expect(found).toEqual([])
    })
})

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { useSite } from './use-site.ts'

const SAMPLE = join(import.meta.dirname, '..', 'db', 'seed', 'sample-edition.json')

describeInBrowser('A newcomer opens the front page', (openPage) => {
  const site = useSite({ fresh: true })

  it('finds the sample edition, in its order', async () => {
    const page = await openPage()
    await page.goto(site().origin)
    const sample = JSON.parse(await readFile(SAMPLE, 'utf8')) as {
      papers: { rank: number; title: string }[]
    }
    const titles = await page.locator('.entry-title').allInnerTexts()
    expect(titles).toHaveLength(91)
    const expected = sample.papers.toSorted((a, b) => a.rank - b.rank).map(({ title }) => title)
    // A dash as TeX writes it is printed as one.
    expect(titles).toEqual(expected.map((title) => title.replaceAll('--', '–')))
    expect(await page.title()).toBe('Broadsheet')
    expect(await page.locator('.nameplate').innerText()).toBe('Broadsheet')
    expect(await page.locator('h1').innerText()).toBe('Tuesday, 8 July 2025')
    expect(await page.locator('.edition-count').innerText()).toBe('91 papers')
  })

  for (const width of [390, 1280]) {
    it(`sees nothing move while the page loads at ${width} px`, async () => {
      const page = await openPage({ viewport: { width, height: 800 } })
      await page.addInitScript(() => {
        const shifts: number[] = []
        Object.assign(window, { shifts })
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value)
        }).observe({ type: 'layout-shift', buffered: true })
      })
      await page.goto(site().origin, { waitUntil: 'networkidle' })
      await framesPainted(page)
      const moved = await page.evaluate(() =>
        (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
      )
      expect(moved).toBeLessThan(0.02)
    })
  }

  it('loads little: script under 30 kB, style under 20 kB, and all of it is there', async () => {
    const page = await openPage()
    const loaded: { path: string; kind: string; status: number; bytes: Promise<number> }[] = []
    page.on('response', (response) => {
      const request = response.request()
      loaded.push({
        path: new URL(response.url()).pathname,
        kind: request.resourceType(),
        status: response.status(),
        bytes: request.sizes().then(({ responseBodySize }) => responseBodySize),
      })
    })
    await page.goto(site().origin, { waitUntil: 'networkidle' })
    expect(loaded.filter(({ status }) => status !== 200)).toEqual([])
    // The browser asks for the icon when it likes.
    const kinds = loaded.filter(({ path }) => path !== '/favicon.svg').map(({ kind }) => kind)
    expect(new Set(kinds)).toEqual(new Set(['document', 'script', 'stylesheet', 'font']))
    const total = async (kind: string) => {
      const sizes = await Promise.all(loaded.filter((one) => one.kind === kind).map(({ bytes }) => bytes))
      return sizes.reduce((sum, size) => sum + size, 0)
    }
    expect(await total('script')).toBeGreaterThan(0)
    expect(await total('script')).toBeLessThan(30_000)
    expect(await total('stylesheet')).toBeGreaterThan(0)
    expect(await total('stylesheet')).toBeLessThan(20_000)
    const icon = await page.request.get(`${site().origin}/favicon.svg`)
    expect(icon.status()).toBe(200)
    expect(icon.headers()['content-type']).toContain('image/svg+xml')
  })

  it('sees the letters the site is set in', async () => {
    const page = await openPage()
    await page.goto(site().origin, { waitUntil: 'networkidle' })
    // `font-display: optional` may leave the first view in another face; the next has it from the cache.
    await page.goto(`${site().origin}/papers/trending`, { waitUntil: 'networkidle' })
    const faces = await page.evaluate(async () => {
      await document.fonts.ready
      return [...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family)
    })
    expect(faces).toContain('Newsreader')
  })

  it('reads everything and follows every link without JavaScript', async () => {
    const page = await openPage({ javaScriptEnabled: false })
    await page.goto(site().origin)
    expect(await page.locator('.entry').count()).toBe(91)
    expect(await page.locator('.keys').isVisible(), 'keys that do nothing').toBe(false)

    const first = page.locator('.entry').first()
    const title = await first.locator('.entry-title').innerText()
    await first.locator('.entry-title a').click()
    await page.waitForURL('**/papers/2412.19723')
    expect(await page.locator('h1').innerText()).toBe(title)
    expect(await page.locator('.synopsis p').first().isVisible()).toBe(true)

    const author = page.locator('#authors a').first()
    const name = await author.innerText()
    await author.click()
    await page.waitForURL('**/authors/*')
    expect(await page.locator('h1').innerText()).toBe(name)
    expect(await page.locator('.entry-title').allInnerTexts()).toContain(title)

    await page.getByRole('link', { name: 'Topics', exact: true }).click()
    await page.waitForURL('**/topics')
    await page.locator('.tally a').first().click()
    await page.waitForURL('**/topics/*')
    expect(await page.locator('.kicker').innerText()).toMatch(/^topic/i)
    expect(await page.locator('.entry').count()).toBeGreaterThan(0)

    await page.getByRole('link', { name: 'Week', exact: true }).click()
    await page.waitForURL('**/papers/week/*')
    expect(await page.locator('h1').innerText()).toBe('Week 28, 7 to 13 July 2025')
    expect(await page.locator('.entry').count()).toBe(91)

    await page.getByRole('link', { name: 'About Broadsheet' }).click()
    await page.waitForURL('**/about')
    expect(await page.locator('h1').innerText()).toBe('A front page for research')
  })

  it('gets to an edition by the calendar', async () => {
    const page = await openPage()
    await page.goto(site().origin)
    await page.locator('.calendar a', { hasText: /^8$/ }).click()
    await page.waitForURL('**/papers/date/2025-07-08')
    expect(await page.locator('.calendar [aria-current=page]').innerText()).toBe('8')
  })

  it('can print the page: papers in dark on light, without what only a screen can use', async () => {
    const page = await openPage({ colorScheme: 'dark' })
    await page.addInitScript(() => localStorage.setItem('theme', 'dark'))
    await page.goto(site().origin)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    for (const hidden of ['.sections', '.rail', '.colophon', '.skip']) {
      expect(await page.locator(hidden).isVisible(), hidden).toBe(false)
    }
    expect(await page.locator('.entry-title').first().isVisible()).toBe(true)
    const ink = await page.evaluate(() => getComputedStyle(document.body).color)
    const [red = 255, green = 255, blue = 255] = ink.match(/\d+/g)?.map(Number) ?? []
    expect(Math.max(red, green, blue), `ink ${ink}`).toBeLessThan(100)
  })
})

describe('Every link inside the site', () => {
  const site = useSite()
  const MOST = 300

  it('leads somewhere', async () => {
    const start = [
      '/',
      '/papers/2412.19723',
      '/topics',
      '/about',
      '/about/ranking',
      '/about/search',
      '/papers?q=language',
    ]
    const asked = new Set<string>(start)
    const dead: string[] = []
    for (const path of start) {
      for (const link of await linksOf(site().origin, path)) if (asked.size < MOST) asked.add(link)
    }
    const waiting = [...asked]
    const worker = async () => {
      for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
        const { status } = await fetch(site().origin + path)
        if (status !== 200) dead.push(`${path} ${status}`)
      }
    }
    await Promise.all(Array.from({ length: 6 }, worker))
    expect(asked.size).toBeGreaterThan(200)
    expect(dead).toEqual([])
  })
})

/** The addresses within the site that a page refers to, from the root. */
async function linksOf(origin: string, path: string): Promise<string[]> {
  const html = await (await fetch(origin + path)).text()
  return [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)]
    .map(([, href = '']) => new URL(href.replaceAll('&amp;', '&'), origin + path))
    .filter((url) => url.origin === origin)
    .map(({ pathname, search }) => pathname + search)
}

async function framesPainted(page: Page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { barriersOn, faultsOf, whatStandsOut } from './inspect.ts'
import { runVerb } from './site.ts'
import { useSite } from './use-site.ts'

describeInBrowser('A reader of lists', (openPage) => {
  const site = useSite()
  async function enter(page: Page, email: string): Promise<void> {
    const printed = await runVerb(site().data, ['user', 'link', email, '--new'])
    await page.goto(printed.trim().replace(/^http:\/\/[^/]+/, site().origin))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${site().origin}/`)
  }
  const entry = (page: Page, n: number) => page.locator('.entry').nth(n)
  const view = (page: Page) => page.locator('html').getAttribute('data-view')
  const heightOf = async (element: Locator) => (await element.boundingBox())?.height ?? 0

  for (const javaScriptEnabled of [true, false]) {
    it(`chooses headlines, and finds them again, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const page = await openPage({ javaScriptEnabled })
      await page.goto(`${site().origin}/papers/new`)
      const before = await heightOf(entry(page, 5))
      await page.getByRole('button', { name: 'Headlines' }).click()
      await expect.poll(() => view(page)).toBe('headlines')
      await expect.poll(() => heightOf(entry(page, 5))).toBeLessThan(before / 2)
      expect(await page.getByRole('button', { name: 'Headlines' }).getAttribute('aria-pressed')).toBe('true')
      expect(page.url()).toBe(`${site().origin}/papers/new`)
      // Another page, and the device without an account tomorrow.
      await expect
        .poll(async () => {
          await page.goto(site().origin)
          return view(page)
        })
        .toBe('headlines')
      expect(await entry(page, 0).locator('.lede').isVisible()).toBe(false)
      expect(await whatStandsOut(page)).toEqual([])
      if (javaScriptEnabled) expect(await barriersOn(page)).toEqual([])
      await page.getByRole('button', { name: 'Stories' }).click()
      await expect.poll(() => entry(page, 0).locator('.lede').isVisible()).toBe(true)
    })
  }

  it('never sees the other view first, nor anything move', async () => {
    const page = await openPage()
    const { hostname: domain } = new URL(site().origin)
    await page.context().addCookies([{ name: 'broadsheet.view', value: 'headlines', domain, path: '/' }])
    await page.addInitScript(() => {
      const shifts: number[] = []
      Object.assign(window, { shifts })
      new PerformanceObserver((list) => {
        for (const shift of list.getEntries()) shifts.push((shift as unknown as { value: number }).value)
      }).observe({ type: 'layout-shift', buffered: true })
    })
    const html = await (await page.goto(site().origin, { waitUntil: 'networkidle' }))?.text()
    expect(html).toContain('<html lang="en" data-view="headlines">')
    expect(await faultsOf(html ?? '')).toEqual([])
    const moved = await page.evaluate(() =>
      (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
    )
    expect(moved).toBeLessThan(0.02)
  })

  it('votes, saves and marks papers with keys, and learns which there are', async () => {
    const page = await openPage()
    await enter(page, 'ada@example.org')
    const vote = entry(page, 1).locator('.vote button')
    const before = Number(await vote.getAttribute('data-votes'))
    await page.keyboard.press('v')
    expect(await page.locator('.vote [aria-pressed=true]').count(), 'no paper is chosen yet').toBe(0)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('v')
    await expect.poll(() => vote.getAttribute('aria-pressed')).toBe('true')
    expect(await vote.getAttribute('data-votes')).toBe(String(before + 1))
    await page.keyboard.press('s')
    await expect
      .poll(() => entry(page, 1).locator('[name=save]').innerText())
      .toBe('Remove from reading list')
    expect(await page.locator('paper-list > [role=status]').innerText()).toBe('Saved to your reading list.')
    await page.keyboard.press('x')
    await expect.poll(() => entry(page, 1).getAttribute('class')).toContain('not-for-me')
    expect(await entry(page, 1).locator('.entry-title').isVisible()).toBe(true)
    expect(await entry(page, 1).locator('.lede').isVisible()).toBe(false)
    expect(await barriersOn(page)).toEqual([])
    await page.keyboard.press('x')
    await expect.poll(() => entry(page, 1).locator('.lede').isVisible()).toBe(true)
    await page.keyboard.press('x')
    await expect.poll(() => entry(page, 1).getByRole('button', { name: 'Show again' }).count()).toBe(1)
    // The vote has moved it up.
    const id = await entry(page, 1).getAttribute('id')
    await page.reload()
    await expect.poll(() => page.locator(`#${id}`).getAttribute('class')).toContain('not-for-me')
    await page.keyboard.press('h')
    await expect.poll(() => view(page)).toBe('headlines')
    await page.keyboard.press('h')
    await expect.poll(() => view(page)).toBe('full')

    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    expect(await help.locator('kbd').allInnerTexts()).toEqual([
      'j',
      'k',
      'o',
      'v',
      's',
      'x',
      'h',
      'u',
      '/',
      '?',
    ])
    expect(await barriersOn(page)).toEqual([])
    // They can be turned off: software that people speak to has keys of its own.
    await help.getByLabel('Use these keys on this device').uncheck()
    await help.getByRole('button', { name: 'Close' }).click()
    await page.keyboard.press('h')
    await page.keyboard.press('?')
    expect([await view(page), await help.isVisible()]).toEqual(['full', false])
    await page.getByRole('button', { name: 'all keys' }).click()
    await help.getByLabel('Use these keys on this device').check()
    await page.keyboard.press('Escape')
    await page.keyboard.press('h')
    await expect.poll(() => view(page)).toBe('headlines')
  })

  for (const javaScriptEnabled of [true, false]) {
    it(`votes before signing in, and the vote is cast, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const email = javaScriptEnabled ? 'bo@example.org' : 'cy@example.org'
      const page = await openPage({ javaScriptEnabled })
      await page.goto(`${site().origin}/papers/new`)
      const title = await entry(page, 2).locator('.entry-title').innerText()
      await entry(page, 2).locator('.vote button').click()
      await page.waitForURL('**/sign-in?to=*')
      expect(await page.locator('.notice').innerText()).toContain(`cast your vote for ${title}`)
      const outbox = join(site().data, 'outbox')
      const known = new Set(await readdir(outbox).catch(() => []))
      await page.getByLabel('Email address').fill(email)
      await page.getByRole('button', { name: 'Email me a link' }).click()
      await page.waitForURL('**/sign-in/sent')
      const mail = await expect
        .poll(async () => {
          const names = await readdir(outbox).catch(() => [])
          return names.filter((name) => name.endsWith('.eml') && !known.has(name))
        })
        .toHaveLength(1)
        .then(async () => {
          const name = (await readdir(outbox)).find((one) => one.endsWith('.eml') && !known.has(one)) ?? ''
          return readFile(join(outbox, name), 'utf8')
        })
      const text = mail.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=')
      await page.goto(/http:\S+/.exec(text)?.[0] ?? '')
      await page.getByRole('button', { name: 'Sign in and vote' }).click()
      await page.waitForURL(/\/papers\/new#p\d+$/)
      expect(await entry(page, 2).locator('.vote button').getAttribute('aria-pressed')).toBe('true')
    })
  }

  it('sees the page set in columns where there is room, each story under the one above', async () => {
    const page = await openPage({ viewport: { width: 1_600, height: 1_000 } })
    await page.goto(site().origin)
    const boxes = await page
      .locator('.entries > li')
      .evaluateAll((items) =>
        items.slice(0, 9).map((item) => item.getBoundingClientRect().toJSON() as DOMRect),
      )
    const [lead, second, third, fourth, fifth, sixth] = boxes
    if (!lead || !second || !third || !fourth || !fifth || !sixth) throw new Error('too few papers')
    expect(lead.width).toBeGreaterThan(1.9 * second.width)
    expect([second.top, fourth.top, fifth.top]).toEqual([lead.top, third.top, third.top])
    expect([third.left, fifth.left, sixth.left]).toEqual([lead.left, second.left, third.left])
    expect(sixth.top).toBeGreaterThan(third.bottom - 1)
    // The rail goes along to the end.
    const rail = page.locator('.rail')
    for (const place of [0, 2_000, 4_000]) {
      await page.evaluate((top) => scrollTo(0, top), place)
      expect(await rail.evaluate((box) => box.getBoundingClientRect().bottom)).toBeGreaterThan(500)
      expect(await rail.evaluate((box) => box.getBoundingClientRect().top)).toBeLessThan(500)
    }
    await page.setViewportSize({ width: 1_280, height: 800 })
    const tops = await page
      .locator('.entries > li')
      .evaluateAll((items) => items.slice(0, 4).map((item) => item.getBoundingClientRect().left))
    expect(new Set(tops).size).toBe(1)
  })
})

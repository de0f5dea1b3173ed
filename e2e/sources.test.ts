import { rm } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { lastAnnounced } from '../src/sources/arxiv-calendar.ts'
import { openArxivServer, type ArxivServer, type ServedPaper } from '../src/sources/testing/arxiv-server.ts'
import { describeInBrowser } from './browser.ts'
import { barriersOn, faultsOf, whatStandsOut } from './inspect.ts'
import { dataFolder, openDatabase, processesIn, runVerb, startSite, type RunningSite } from './site.ts'

const HOLIDAYS = new Set(['2026-11-26', '2026-12-24', '2026-12-25', '2026-12-31', '2027-01-01'])
const DAY = lastAnnounced(new Date(), { holidays: HOLIDAYS })
const MONTH = `${DAY.slice(2, 4)}${DAY.slice(5, 7)}`
const PAPERS = Array.from({ length: 40 }, (_, n): ServedPaper => ({
  id: `${MONTH}.${String(n + 1).padStart(5, '0')}`,
  title: `Estimating tides $\\hat\\theta_{${n}}$ by the moon`,
  abstract: 'We estimate tides by the moon, and are content.',
  authors: [{ keyname: 'Müller', forenames: 'Änne' }],
  categories: [n % 3 === 0 ? 'stat.ME' : 'stat.AP'],
  versions: [new Date(Date.parse(`${DAY}T12:00:00Z`) - 2 * 86_400_000).toISOString()],
  announced: DAY,
}))

describeInBrowser('The owner of a new site', (openPage) => {
  let arxiv: ArxivServer
  let site: RunningSite
  beforeAll(async () => {
    arxiv = await openArxivServer({
      papers: () => PAPERS,
      now: () => new Date(),
      listDay: () => DAY,
      feedDay: () => DAY,
    })
    site = await startSite(await dataFolder(), {
      ARXIV_RSS_URL: arxiv.url,
      ARXIV_OAI_URL: `${arxiv.url}/oai`,
      ARXIV_URL: arxiv.url,
      ARXIV_LIST_URL: arxiv.url,
      // It knows nothing.
      CROSSREF_URL: arxiv.url,
      HF_URL: arxiv.url,
      CURATORS: 'ada@example.org',
    })
  })
  afterAll(async () => {
    expect(await site.stop(), 'exit code').toBe(0)
    await arxiv.close()
    expect(await processesIn(site.data), 'processes left over').toEqual([])
    await rm(site.data, { recursive: true })
  })
  const link = () => /Choose your field at (\S+)/.exec(site.said())?.[1] ?? ''

  /** A page in all its looks: nothing beyond the edges of a phone, no barriers, no faults. */
  async function expectSound(path: string, page: Page): Promise<void> {
    for (const [width, colorScheme] of [
      [320, 'dark'],
      [1280, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      const answer = await page.goto(path)
      const faults = await faultsOf((await answer?.text()) ?? '')
      const barriers = await barriersOn(page, { ofTheScreen: width === 320 })
      expect([path, width, faults, barriers, await whatStandsOut(page)]).toEqual([path, width, [], [], []])
    }
  }

  it('chooses a field by the link on the console, and the day’s edition comes', async () => {
    await vi.waitFor(() => expect(link()).not.toBe(''))
    const page = await openPage({ javaScriptEnabled: false })
    await page.goto(link())
    await page.getByRole('button', { name: /^Statistics/ }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/welcome/begun*')
    // The page looks again by itself.
    await page.getByRole('link', { name: 'See the front page' }).waitFor({ timeout: 90_000 })
    await page.getByRole('link', { name: 'See the front page' }).click()
    expect(await page.locator('.edition-count').innerText()).toBe('40 papers')
    // The sample edition stays, dated by its day.
    await page.goto(`${site.origin}/papers/date/2025-07-08`)
    expect(await page.locator('.edition-count').innerText()).toBe('91 papers')
    const again = await page.goto(link())
    expect(again?.status()).toBe(404)
  }, 180_000)

  it('looks after the sources at the desk', async () => {
    const db = await openDatabase(site.data)
    await db.query(`insert into quarantined_records (source_id, digest, position, record, reason, first_at, last_at)
      select id, 'x', 'record 7', '<record>${'x'.repeat(500)}', 'It has no title.', now(), now() from sources where name = 'arxiv'`)
    await runVerb(site.data, ['sources', 'add', 'huggingface', '--name', 'busy'])
    await db.query(`update source_tasks set failures = 6, next_at = now() + interval '1 hour',
      trouble = 'Hugging Face answered with status 503' where source_id = (select id from sources where name = 'busy')`)
    const page = await openPage()
    await signIn(page, 'ada@example.org')
    for (const path of [
      '/desk/sources',
      '/desk/sources/arxiv',
      '/desk/quarantine',
      '/desk/arxiv-holidays',
      '/welcome/begun',
    ])
      await expectSound(site.origin + path, page)
    await page.goto(`${site.origin}/desk/sources`)
    await page.getByText('Resting after').waitFor()
    await page.locator('summary', { hasText: 'arXiv' }).click()
    await page.getByLabel('Categories').first().fill('Tides!')
    await page.getByRole('button', { name: 'Add arXiv' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').innerText()).toContain('“Tides!”')
    await db.end()
  }, 180_000)

  it('finds nothing of the sort offered to readers', async () => {
    const page = await openPage()
    await page.goto(site.origin)
    expect(await page.locator('main').innerText()).not.toContain('Choose your field')
    await page.goto(`${site.origin}/welcome/begun`)
    expect(page.url()).toBe(`${site.origin}/`)
  })

  async function signIn(page: Page, email: string): Promise<void> {
    const printed = await runVerb(site.data, ['user', 'link', email, '--new'])
    await page.goto(printed.trim().replace(/^http:\/\/[^/]+/, site.origin))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${site.origin}/`)
  }
})

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { barriersOn, faultsOf, whatStandsOut } from './inspect.ts'
import { runVerb } from './site.ts'
import { useSite } from './use-site.ts'

const CURATOR = 'ak@example.org'
const PAPER = '/papers/2412.19723'

describeInBrowser('A community', (openPage) => {
  const site = useSite({ settings: { CURATORS: CURATOR } })

  /** The text of the newest mail in the outbox to an address, once there is one beyond `known`. */
  async function mailTo(address: string, known: string[]): Promise<string> {
    return vi.waitFor(
      async () => {
        for (const name of await mails()) {
          if (known.includes(name)) continue
          const text = await readFile(join(site().data, 'outbox', name), 'utf8')
          if (text.includes(`To: ${address}`)) return text.replaceAll('=\r\n', '').replaceAll('=3D', '=')
        }
        throw new Error(`no mail to ${address} yet`)
      },
      { timeout: 20_000 },
    )
  }
  async function mails(): Promise<string[]> {
    const names = await readdir(join(site().data, 'outbox')).catch(() => [])
    return names.filter((name) => name.endsWith('.eml'))
  }

  /** Signs in as a person does: by the form, the mail, and the button behind its link. */
  async function signIn(page: Page, email: string): Promise<void> {
    const known = await mails()
    await page.goto(`${site().origin}/sign-in`)
    await page.getByLabel('Email address').fill(email)
    await page.getByRole('button', { name: 'Email me a link' }).click()
    await page.waitForURL('**/sign-in/sent')
    const link = /http:\S+/.exec(await mailTo(email, known))?.[0] ?? ''
    await page.goto(link)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${site().origin}/`)
  }
  /** The same without the mail, which the first journey has shown. */
  async function enter(page: Page, email: string): Promise<void> {
    const printed = await runVerb(site().data, ['user', 'link', email, '--new'])
    await page.goto(printed.trim().replace(/^http:\/\/[^/]+/, site().origin))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${site().origin}/`)
  }
  const voteButton = (page: Page) => page.locator('.vote button').first()
  const votes = async (page: Page) => Number(await page.locator('.vote-count').first().innerText())

  it('signs in by mail, and out', async () => {
    const page = await openPage()
    await signIn(page, 'ada@example.org')
    await page
      .getByRole('navigation', { name: 'Account' })
      .getByRole('link', { name: /^Reader / })
      .click()
    await page.getByLabel('Display name').fill('Ada Quill')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL('**/settings?saved')
    await expect.poll(() => page.locator('.notice[role=status]').innerText()).toContain('saved')
    expect(await barriersOn(page)).toEqual([])
    await page.goto(`${site().origin}/settings`)
    await page.getByRole('button', { name: 'Sign out here' }).click()
    await page.waitForURL(`${site().origin}/`)
    expect(await page.getByRole('link', { name: 'Sign in' }).count()).toBe(1)
  })

  it('votes at once, in two browsers and two tabs, and nobody counts twice', async () => {
    const ada = await openPage()
    const bob = await openPage()
    await enter(ada, 'ada@example.org')
    await enter(bob, 'bob@example.org')
    const before = await votes(ada)
    await voteButton(ada).dblclick()
    expect(await voteButton(ada).getAttribute('aria-pressed')).toBe('false')
    await voteButton(ada).click()
    expect(await voteButton(ada).getAttribute('aria-pressed')).toBe('true')
    expect(await votes(ada)).toBe(before + 1)
    const tab = await ada.context().newPage()
    // The button shows a vote before it is cast.
    await expect
      .poll(
        async () => {
          await tab.goto(`${site().origin}/`)
          return voteButton(tab).getAttribute('aria-pressed')
        },
        { timeout: 10_000 },
      )
      .toBe('true')
    await voteButton(bob).click()
    await expect.poll(() => votes(bob), { timeout: 10_000 }).toBe(before + 2)
    // The first tab still shows the button as it was.
    await voteButton(tab).click()
    await expect.poll(() => votes(tab), { timeout: 10_000 }).toBe(before + 1)
    await ada.reload()
    expect(await voteButton(ada).getAttribute('aria-pressed')).toBe('false')
    expect(await votes(ada)).toBe(before + 1)
    // Everybody else sees the count soon.
    const anybody = await openPage()
    await expect
      .poll(
        async () => {
          await anybody.goto(`${site().origin}/`)
          return votes(anybody)
        },
        { timeout: 10_000 },
      )
      .toBe(before + 1)
    expect(await runVerb(site().data, ['rank', '--verify'])).toContain('counted events')
  })

  it('votes without JavaScript', async () => {
    const page = await openPage({ javaScriptEnabled: false })
    await enter(page, 'cem@example.org')
    const before = await votes(page)
    await voteButton(page).click()
    await page.waitForURL(/#p\d+$/)
    expect(await votes(page)).toBe(before + 1)
    await voteButton(page).click()
    await expect.poll(() => votes(page)).toBe(before)
  })

  it('leads who is not signed in to it, and back', async () => {
    const page = await openPage()
    await page.goto(`${site().origin}/papers/new`)
    await voteButton(page).click()
    await page.waitForURL('**/sign-in?to=*')
    expect(new URL(page.url()).searchParams.get('to')).toMatch(/^\/papers\/new#p\d+$/)
  })

  it('discusses with formulas, and tells by mail of replies', async () => {
    const ada = await openPage()
    await enter(ada, 'ada@example.org')
    await ada.goto(`${site().origin}/settings`)
    await ada.getByLabel(/Email me when/).check()
    await ada.getByRole('button', { name: 'Save' }).click()
    await ada.waitForURL('**/settings?saved')
    await ada.goto(site().origin + PAPER)
    await ada.getByLabel('Your comment').fill('Is $\\theta \\geq 1$ needed? <script>alert(1)</script>')
    await ada.getByRole('button', { name: 'Comment', exact: true }).click()
    await ada.waitForURL(/#c\d+$/)
    const comment = ada.locator('article.comment').first()
    expect(await comment.locator('math').count()).toBe(1)
    expect(await comment.innerText()).toContain('<script>alert(1)</script>')

    const known = await mails()
    const bob = await openPage()
    await enter(bob, 'bob@example.org')
    await bob.goto(site().origin + PAPER)
    await bob.getByRole('link', { name: 'Reply' }).first().dblclick()
    await bob.getByLabel('Your reply').waitFor()
    expect(await bob.locator('.reply').count()).toBe(1)
    await bob
      .getByLabel(/reply|answer/i)
      .first()
      .fill('No, any will do.')
    await bob
      .getByRole('button', { name: /^(Reply|Answer|Comment)$/ })
      .first()
      .click()
    await bob.waitForURL(/#c\d+$/)
    expect(await mailTo('ada@example.org', known)).toContain('No, any will do.')
    for (const page of [ada, bob]) {
      await page.goto(site().origin + PAPER)
      expect(await barriersOn(page)).toEqual([])
    }
  })

  it('adds a passkey and signs in with it', async () => {
    // A passkey belongs to a name, and an address of four numbers is none.
    const origin = site().origin.replace('127.0.0.1', 'localhost')
    const page = await openPage()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    const printed = await runVerb(site().data, ['user', 'link', 'dee@example.org', '--new'])
    await page.goto(printed.trim().replace(/^http:\/\/[^/]+/, origin))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${origin}/`)
    await page.goto(`${origin}/settings`)
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await expect.poll(() => page.getByText(/^Passkey/).count()).toBe(1)
    await page.getByRole('button', { name: 'Sign out here' }).click()
    await page.waitForURL(`${origin}/`)
    await page.goto(`${origin}/sign-in?to=/settings`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL(`${origin}/settings`)
    expect(await page.getByText('A link to dee@example.org').count()).toBe(1)
  })

  it('has its curators, who answer for what they do', async () => {
    const bob = await openPage()
    await enter(bob, 'bob@example.org')
    expect((await bob.goto(`${site().origin}/desk`))?.status()).toBe(403)
    await bob.goto(`${site().origin}${PAPER}/flag`)
    await bob
      .getByLabel(/wrong|Duplicate|Spam/i)
      .first()
      .check()
    await bob
      .getByRole('button', { name: /flag|send/i })
      .first()
      .click()

    const ak = await openPage()
    await enter(ak, CURATOR)
    await ak.goto(`${site().origin}/desk`)
    expect(await ak.locator('main').innerText()).toContain('OS-Genesis')
    expect(await barriersOn(ak)).toEqual([])
    await ak.goto(site().origin + PAPER)
    await ak.getByText('Curators’ tools').first().click()
    await ak
      .getByPlaceholder(/Reason/)
      .first()
      .fill('A test of the desk.')
    await ak.getByRole('button', { name: 'Close discussion' }).click()
    await expect
      .poll(async () => (await ak.goto(`${site().origin}/moderation`), ak.locator('main').innerText()))
      .toContain('A test of the desk.')
    const anybody = await openPage()
    await anybody.goto(`${site().origin}/moderation`)
    expect(await anybody.locator('main').innerText()).toContain('A test of the desk.')
  })

  it('fits and can be used by everybody, on its own pages too', async () => {
    const page = await openPage({ viewport: { width: 320, height: 800 }, colorScheme: 'dark' })
    await enter(page, CURATOR)
    await page.goto(`${site().origin}/collections/new`)
    await page.getByLabel('Title').fill('Agents that use computers')
    await page
      .getByRole('button', { name: /make|create/i })
      .first()
      .click()
    await page.waitForURL(/\/collections\/[a-z0-9]{12}$/)
    const collection = new URL(page.url()).pathname
    const troubles: string[] = []
    for (const path of [
      '/',
      PAPER,
      '/settings',
      '/papers/submit',
      '/reading-list',
      '/reading-list/not-for-me',
      '/collections',
      '/collections/new',
      collection,
      '/papers/picks',
      '/desk',
      '/desk/editions',
      '/desk/readers',
      '/desk/imports',
      '/desk/webhooks',
      '/moderation',
      '/comments',
      `${PAPER}/flag`,
    ]) {
      const answer = await page.goto(site().origin + path)
      const faults = await faultsOf((await answer?.text()) ?? '')
      for (const trouble of [...(await whatStandsOut(page)), ...(await barriersOn(page)), ...faults])
        troubles.push(`${path}: ${trouble}`)
    }
    expect(troubles).toEqual([])

    // A name that leaves no room beside it, and links that stand alone, which are for fingers.
    await page.goto(`${site().origin}/settings`)
    await page.getByLabel('Display name').fill('Ada Augusta King of Lovelace and Ockham the Elder')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL('**/settings?saved')
    for (const width of [390, 600, 768, 1024, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      for (const path of ['/', PAPER]) {
        await page.goto(site().origin + path)
        expect([width, path, await whatStandsOut(page)]).toEqual([width, path, []])
        if (width <= 768) expect([width, path, await lowLinksOn(page)]).toEqual([width, path, []])
      }
    }
  })
})

/** Links of less than 24 px that are no part of a sentence. */
async function lowLinksOn(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll(':is(li, dd, td, h2, h3, caption, nav, header) > a')]
      .filter((link) => link.checkVisibility() && link.getBoundingClientRect().height < 24)
      .map((link) => link.outerHTML),
  )
}

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { runVerb } from './site.ts'
import { useSite } from './use-site.ts'

describeInBrowser('A reader who wants the papers by email', (openPage) => {
  const site = useSite()

  /** The newest mail in the outbox that has something in it, as it was written there. */
  async function mailWith(words: string): Promise<string> {
    return vi.waitFor(
      async () => {
        const folder = join(site().data, 'outbox')
        const names = (await readdir(folder).catch(() => [])).toSorted((a, b) => (a < b ? 1 : -1))
        for (const name of names.filter((one) => one.endsWith('.eml'))) {
          const mail = await readFile(join(folder, name), 'utf8')
          if (mail.includes(words)) return mail
        }
        throw new Error(`no mail has ${words}`)
      },
      { timeout: 30_000, interval: 100 },
    )
  }
  const linkIn = (mail: string, kind: string) =>
    new RegExp(`http://127\\.0\\.0\\.1:\\d+/mail/${kind}/[\\w.-]+`).exec(mail)?.[0] ?? 'no link'

  it('subscribes, confirms, reads the first issue, changes its hour, and stops', async () => {
    const page = await openPage({ timezoneId: 'Asia/Kolkata' })
    await page.goto(`${site().origin}/papers/trending`)
    await page.getByRole('link', { name: 'get this by email' }).click()
    await page.getByRole('link', { name: 'See an example' }).click()
    const example = page.frameLocator('iframe')
    expect(await example.getByRole('heading', { level: 2 }).count()).toBeGreaterThan(3)
    await page.getByRole('link', { name: 'Subscribe' }).click()
    await page.getByLabel('Email address').fill('ada@readers.example')
    await page.getByText('Every week').click()
    await page.getByText('Hour, days, length and more').click()
    // Their own, as the browser says.
    expect(await page.getByLabel('Time zone').inputValue()).toMatch(/^Asia\/(?:Kolkata|Calcutta)$/)
    await page.getByLabel('Papers in an email, at most').fill('5')
    await page.getByRole('button', { name: 'Subscribe' }).click()
    await page.waitForURL('**/subscribe/sent')

    await page.goto(linkIn(await mailWith('One more step'), 'confirm'))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('heading', { name: 'You are subscribed' }).waitFor()
    const issue = await mailWith('List-Unsubscribe-Post')
    expect(issue).toContain('and 4 more')

    await page.goto(linkIn(issue, 'issues'))
    expect(await page.title()).not.toBe('')
    await page.goto(linkIn(issue, 'change'))
    await page.getByRole('button', { name: 'Send me the link' }).click()
    await page.goto(linkIn(await mailWith('Open your settings'), 'settings'))
    await page.getByText('Change', { exact: true }).click()
    await page.getByLabel('Hour').selectOption('18')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Your changes are saved.').waitFor()
    expect(await page.getByText(/It comes every week, on Monday at 18:00/).count()).toBe(1)

    await page.goto(linkIn(issue, 'u'))
    await page.getByRole('button', { name: 'Unsubscribe' }).click()
    await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor()
    expect(await runVerb(site().data, ['digest', 'runs'])).toMatch(/first/i)
  })
})

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Opens a page of a new reader: nothing cached, nothing remembered. It may ask `others` (origins) besides the site. */
export type OpenPage = (
  options?: BrowserContextOptions,
  besides?: { others?: readonly string[] },
) => Promise<Page>

/**
 * Describes journeys in a Chromium of this machine; skipped aloud where it has none. After each, no page may have
 * logged an error, broken the content security policy, or asked another host for anything.
 */
export function describeInBrowser(name: string, journeys: (openPage: OpenPage) => void): void {
  const executablePath = findBrowser()
  if (executablePath === null) {
    process.stderr.write(`SKIPPED: ${name}: there is no Chromium on PATH (${NAMES.join(', ')}).\n`)
  }
  describe.skipIf(executablePath === null)(name, () => {
    let browser: Browser
    let contexts: BrowserContext[] = []
    let faults: string[] = []

    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: executablePath ?? '',
        // Chromium's sandbox refuses to work for root.
        chromiumSandbox: process.getuid?.() !== 0,
        // Readers' browsers keep the page they came from.
        ignoreDefaultArgs: ['--disable-back-forward-cache'],
        args: [
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      })
    })
    afterEach(async () => {
      await Promise.all(contexts.map((context) => context.close()))
      const seen = faults
      contexts = []
      faults = []
      expect(seen, 'faults the browser reported').toEqual([])
    })
    afterAll(() => browser?.close())

    journeys(async (options = {}, { others = [] } = {}) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      contexts.push(context)
      watch(context, { others, report: (fault) => faults.push(fault) })
      return context.newPage()
    })
  })
}

function watch(
  context: BrowserContext,
  { others, report }: { others: readonly string[]; report: (fault: string) => void },
) {
  let origin: string | null = null
  context.on('request', (request) => {
    const asked = new URL(request.url())
    if (!asked.protocol.startsWith('http')) return
    if (others.includes(asked.origin)) return
    // The first request is the journey's own.
    origin ??= asked.origin
    if (asked.origin !== origin) report(`asked another host: ${asked.href}`)
  })
  context.on('console', (message) => {
    // The browser also logs the status of a page that is meant to be an error's.
    const ofPage = message.location().url === message.page()?.url()
    if (message.type() === 'error' && !ofPage) report(`console: ${message.text()}`)
    // Breaches of the policy are logged at the place of the element they are about.
    else if (/content security policy/i.test(message.text())) report(`console: ${message.text()}`)
  })
  context.on('weberror', (failure) => report(`uncaught: ${String(failure.error())}`))
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText
    // Aborted: the journey went on before all had arrived.
    if (reason !== 'net::ERR_ABORTED') report(`failed: ${request.url()} (${reason})`)
  })
}

function findBrowser(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return (
    NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path)) ??
    null
  )
}

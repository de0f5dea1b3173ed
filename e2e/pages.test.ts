import { AxeBuilder } from '@axe-core/playwright'
import { HtmlValidate } from 'html-validate'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { DIFFICULT_PAPERS, ORDINARY_PAPERS } from './difficult-papers.ts'
import { PAGE_KINDS } from './page-kinds.ts'
import { openDatabase, useSite } from './site.ts'

const KINDS = Object.entries(PAGE_KINDS)
const papers = [...DIFFICULT_PAPERS, ...ORDINARY_PAPERS]

describeInBrowser('Every kind of page, with papers that try the layout', (openPage) => {
  const site = useSite({ papers })

  for (const width of [320, 1600]) {
    it(`fits ${width} px`, async () => {
      const page = await openPage({ viewport: { width, height: 800 } })
      const wide: string[] = []
      for (const [name, path] of KINDS) {
        await page.goto(site().origin + path)
        for (const what of await whatStandsOut(page)) wide.push(`${name}: ${what}`)
      }
      expect(wide).toEqual([])
    })
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1280]) {
      it(`can be used by everybody, ${colorScheme} at ${width} px`, async () => {
        const page = await openPage({ colorScheme, viewport: { width, height: 800 } })
        const barriers: string[] = []
        for (const [name, path] of KINDS) {
          await page.goto(site().origin + path)
          for (const barrier of await barriersOn(page)) barriers.push(`${name}: ${barrier}`)
        }
        expect(barriers).toEqual([])
      })
    }
  }

  it('is valid HTML', async () => {
    const faults: string[] = []
    for (const [name, path] of KINDS) {
      for (const fault of await faultsOf(await (await fetch(site().origin + path)).text()))
        faults.push(`${name}: ${fault}`)
    }
    expect(faults).toEqual([])
  })
})

/** What makes a page scroll sideways: the elements that reach beyond its right or left edge. */
async function whatStandsOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    const scrollsItself = (element: Element) =>
      element.closest('math[display=block], pre, .sections ul') !== null
    const beyond = [...document.body.querySelectorAll('*')].filter((element) => {
      const { left, right } = element.getBoundingClientRect()
      return (right > root.clientWidth + 0.5 || left < -0.5) && !scrollsItself(element)
    })
    const culprits = beyond.filter((element) => !beyond.some((other) => other.parentElement === element))
    return culprits.map((element) => `<${element.localName} class="${element.className}"> is beyond the edge`)
  })
}

/** Breaches of the accessibility guidelines and good practice that axe finds. */
async function barriersOn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    // There are no frames; without them it need not open a page of its own.
    .setLegacyMode()
    .analyze()
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${impact} ${id} at ${target.join(' ')}: ${failureSummary}`),
  )
}

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:standard'],
  elements: ['html5'],
})

async function faultsOf(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`),
  )
}

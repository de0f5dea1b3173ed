import { AxeBuilder } from '@axe-core/playwright'
import { HtmlValidate } from 'html-validate'
import type { Page } from 'playwright-core'

/** What makes a page scroll sideways: the elements that reach beyond its right or left edge. */
export async function whatStandsOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    const beyond = [...document.body.querySelectorAll('*')].filter((element) => {
      const { left, right } = element.getBoundingClientRect()
      const scrollsByItself = element.parentElement?.closest('math, pre, .sections ul')
      return (right > root.clientWidth + 0.5 || left < -0.5) && !scrollsByItself
    })
    const innermost = beyond.filter((element) => !beyond.some((other) => other.parentElement === element))
    return innermost.map((element) => `${element.outerHTML.slice(0, 200)} is beyond the edge`)
  })
}

const GUIDELINES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What of these depends on colours and on how wide the page is. */
const OF_THE_SCREEN = ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable']

/**
 * Breaches of the accessibility guidelines and of good practice that axe finds. `ofTheScreen`: only those that depend on
 * colours and width, on a page that was looked at whole in others.
 */
export async function barriersOn(page: Page, { ofTheScreen = false } = {}): Promise<string[]> {
  // The hundredth entry of a list is made as the sixth is, and looking at each takes seconds.
  await page.evaluate(() => {
    for (const entry of document.querySelectorAll('.entries > li:nth-child(n + 7)')) entry.remove()
  })
  const { violations } = await new AxeBuilder({ page })
    .options({ runOnly: ofTheScreen ? OF_THE_SCREEN : GUIDELINES, resultTypes: ['violations'] })
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
  rules: {
    // How the renderer writes what HTML lets one write in several ways.
    'void-style': 'off',
    'doctype-style': 'off',
    'attribute-empty-style': 'off',
    'attribute-boolean-style': 'off',
    // Papers have the titles that they have.
    'long-title': 'off',
  },
})

/** What is not valid in a page's HTML. */
export async function faultsOf(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`),
  )
}

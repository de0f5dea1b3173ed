import { expect, it } from 'vitest'
import { wantsMarkdown } from './accepted.ts'

it.each([
  ['text/markdown', true],
  ['text/markdown, text/html, */*', true],
  ['TEXT/Markdown; charset=utf-8; q=0.9, text/html;q=0.8', true],
  ['text/html;q=0.4, text/markdown;q=0.5', true],
  ['text/markdown;q=0.5, text/*;q=0.4', true],
  ['text/markdown;q=0.5, text/html', false],
  ['text/markdown;q=0.5, */*', false],
  ['text/markdown;q=0', false],
  ['text/markdown;q=x', false],
  ['text/*', false],
  ['*/*', false],
  ['', false],
  [undefined, false],
  ['text/x-markdown', false],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', false],
] as const)('who accepts %j wants Markdown: %j', (accept, wanted) => {
  expect(wantsMarkdown(accept)).toBe(wanted)
})

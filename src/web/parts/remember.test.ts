import { expect, it } from 'vitest'
import type { Paper } from '../../papers/paper.ts'
import { rememberHtml } from './remember.ts'

const NOON = Date.UTC(2026, 0, 15, 12)

function paper(uuid: string, { title = 'Tides', changedAt = NOON } = {}): Paper {
  return { uuid, title, changedAt: new Date(changedAt) } as Paper
}

function counted(maxBytes: number) {
  const made: string[] = []
  const html = rememberHtml(
    ({ uuid, title }) => {
      made.push(uuid)
      return { title: `<b>${title}</b>` }
    },
    { maxBytes },
  )
  return { made, html }
}

it('makes the HTML of a paper once', () => {
  const { made, html } = counted(10_000)
  expect(html(paper('a')).title).toBe('<b>Tides</b>')
  expect(html(paper('a')).title).toBe('<b>Tides</b>')
  expect(made).toEqual(['a'])
})

it('makes it anew when the paper has changed', () => {
  const { html } = counted(10_000)
  html(paper('a'))
  expect(html(paper('a', { title: 'Tidal waves', changedAt: NOON + 1 })).title).toBe('<b>Tidal waves</b>')
})

it('forgets what was not asked for longest', () => {
  const { made, html } = counted(700)
  for (const uuid of ['a', 'b', 'a', 'c', 'a', 'b']) html(paper(uuid))
  expect(made).toEqual(['a', 'b', 'c', 'b'])
})

import { expect, it } from 'vitest'
import { Entries } from './entries.tsx'
import { htmlOf } from './remember.ts'

const listFrom = (rankFrom: number | undefined, papers: number) =>
  htmlOf(<Entries entries={Array.from({ length: papers }, () => 'x')} rankFrom={rankFrom} />)

it('is led by the first paper of all, and only where papers are ranked', () => {
  expect(listFrom(1, 1)).toContain('<ol class="entries ranked led" start="1"><li>x</li></ol>')
  expect(listFrom(101, 1)).toContain('<ol class="entries ranked" start="101">')
  expect(listFrom(undefined, 1)).toContain('<ol class="entries"><li>x</li></ol>')
})

it('keeps room for places of three digits and more', () => {
  const classes = (html: string) =>
    Array.from(html.matchAll(/<li(?: class="([^"]*)")?>/g), ([, name]) => name)
  expect(classes(listFrom(99, 3))).toEqual([undefined, 'digits-3', 'digits-3'])
  expect(classes(listFrom(999, 2))).toEqual(['digits-3', 'digits-4'])
})

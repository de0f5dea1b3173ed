import { describe, expect, it } from 'vitest'
import { formatQuery } from './format-query.ts'
import { parseQuery } from './parse-query.ts'
import { withoutUnread } from './unread.ts'

function read(text: string) {
  const { query, unread } = withoutUnread(parseQuery(text))
  return [formatQuery(query), unread.map((part) => `${part.kind} ${part.text}`)]
}

describe('parts that make no sense', () => {
  it.each([
    ['tide date:soon', 'tide', ['date date:soon']],
    ['tide date:2026-02-30', 'tide', ['date date:2026-02-30']],
    ['tide date:2026-13..2027 lamp', 'tide lamp', ['date date:2026-13..2027']],
    ['Year:26 tide', 'tide', ['date Year:26']],
    ['tide since:yesterday until:0999', 'tide', ['date since:yesterday', 'date until:0999']],
    ['tide after:now OR lamp before:>2026', 'tide lamp', ['date after:now', 'date before:>2026']],
    ['tide sort:best-first', 'tide', ['sort sort:best-first']],
    ['tide sort:hot sort:cold', 'tide sort:hot', ['sort sort:cold']],
    ['tide -has:video', 'tide', ['has has:video']],
    ['cat:cs.LG date:soon', 'cat:cs.LG', ['date date:soon']],
  ])('of %s are left out', (text, query, unread) => {
    expect(read(text)).toEqual([query, unread])
  })

  it.each([
    'tide date:2026',
    'tide sort:new has:code',
    '"date:soon" tide',
    'https://example.org tide',
    'date sort has',
    'title:date:soon',
  ])('are none in %s', (text) => {
    expect(read(text)).toEqual([formatQuery(parseQuery(text)), []])
  })

  it('do not make a query one for everything', () => {
    expect(read('date:soon sort:cold')).toEqual(['date:soon sort:cold', ['date date:soon', 'sort sort:cold']])
  })
})

import { expect, it } from 'vitest'
import { inOrder } from './tables.ts'

const table = (name: string) => ({ name, columns: [] })

it('puts each table after those it refers to', () => {
  const tables = ['comments', 'papers', 'reactions', 'readers'].map(table)
  const references = [
    { from: 'comments', to: 'papers' },
    { from: 'comments', to: 'readers' },
    { from: 'reactions', to: 'comments' },
  ]
  expect(inOrder(tables, references).map(({ name }) => name)).toEqual([
    'papers',
    'readers',
    'comments',
    'reactions',
  ])
})

it('does not put tables in order that refer to each other', () => {
  const references = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
  ]
  expect(() => inOrder(['a', 'b', 'c'].map(table), references)).toThrow('a, b')
})

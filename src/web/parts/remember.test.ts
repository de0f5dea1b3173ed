import { expect, it } from 'vitest'
import { rememberTexts } from './remember.ts'

function counted(maxBytes: number) {
  const made: string[] = []
  const remembered = rememberTexts<{ title: string }>({ maxBytes })
  const ask = (key: string) =>
    remembered(key, () => {
      made.push(key)
      return { title: `<b>${key}</b> – 𝛼` }
    }).title
  return { made, ask }
}

it('makes a text once', () => {
  const { made, ask } = counted(10_000)
  expect(ask('a')).toBe('<b>a</b> – 𝛼')
  expect(ask('a')).toBe('<b>a</b> – 𝛼')
  expect(ask('b')).toBe('<b>b</b> – 𝛼')
  expect(made).toEqual(['a', 'b'])
})

it('forgets what was not asked for longest', () => {
  const { made, ask } = counted(750)
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) ask(key)
  expect(made).toEqual(['a', 'b', 'c', 'b'])
})

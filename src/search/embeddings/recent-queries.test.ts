import { expect, it } from 'vitest'
import { rememberRecent } from './recent-queries.ts'

/** Embeds by counting. */
function counting() {
  const asked: string[] = []
  const embed = async (text: string) => {
    asked.push(text)
    if (text === 'bad') throw new Error('no vector')
    return Float32Array.of(asked.length)
  }
  return { asked, embed }
}

it('embeds a text once, also when it is asked twice at a time', async () => {
  const { asked, embed } = counting()
  const query = rememberRecent(embed, { limit: 2 })
  const vectors = await Promise.all([query('a'), query('a')])
  vectors.push(await query('a'))
  expect(asked).toEqual(['a'])
  expect(vectors).toEqual([Float32Array.of(1), Float32Array.of(1), Float32Array.of(1)])
})

it('forgets what was not asked for longest', async () => {
  const { asked, embed } = counting()
  const query = rememberRecent(embed, { limit: 2 })
  for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) await query(text)
  expect(asked).toEqual(['a', 'b', 'c', 'b'])
})

it('answers with memory of its own, which may be given away', async () => {
  const query = rememberRecent(counting().embed, { limit: 2 })
  const first = await query('a')
  structuredClone(first, { transfer: [first.buffer] })
  expect(await query('a')).toEqual(Float32Array.of(1))
})

it('tries again after a failure', async () => {
  const { asked, embed } = counting()
  const query = rememberRecent(embed, { limit: 2 })
  await expect(query('bad')).rejects.toThrow('no vector')
  await expect(query('bad')).rejects.toThrow('no vector')
  expect(asked).toEqual(['bad', 'bad'])
})

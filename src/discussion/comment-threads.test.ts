import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DEEPEST_SHOWN, threadsOf, type Thread } from './comment-threads.ts'
import type { Comment } from './read-comments.ts'

function comment(id: number, parentId: number | null): Comment {
  return {
    id,
    paperId: 1,
    parentId,
    writer: { id: `reader-${id}`, name: `Reader ${id}`, public: false, curator: false, author: false },
    state: 'shown',
    body: '',
    writtenAt: new Date(id),
    editedAt: null,
    own: false,
    reactions: {},
  }
}

/** `1(2(3))4`: answers stand in brackets behind what they answer. */
function shape(threads: Thread[]): string {
  return threads
    .map(
      ({ id, answers, isFlat }) =>
        `${isFlat ? '~' : ''}${id}${answers.length > 0 ? `(${shape(answers)})` : ''}`,
    )
    .join(' ')
}

it('puts answers below what they answer, oldest first', () => {
  expect(
    shape(threadsOf([comment(1, null), comment(2, null), comment(3, 1), comment(4, 3), comment(5, 1)])),
  ).toBe('1(3(4) 5) 2')
  expect(threadsOf([])).toEqual([])
})

it('lays out flat what is deeper than shown, and says whom it answers', () => {
  const line = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => comment(id, id === 1 ? null : id - 1))
  const threads = threadsOf([...line, comment(9, 6)])
  expect(shape(threads)).toBe('1(2(3(4(5(6 ~7 ~8 ~9)))))')
  const flat = threads[0]?.answers[0]?.answers[0]?.answers[0]?.answers[0]?.answers[2]
  expect(flat).toMatchObject({ id: 8, isFlat: true, answersTo: 'Reader 7' })
})

it('shows every comment once, in the order of writing, however they answer each other', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 60, size: 'max' }), (picks) => {
      const comments = picks.map((pick, i) => comment(i + 1, pick % (i + 1) === 0 ? null : pick % (i + 1)))
      const seen: number[] = []
      const walk = (threads: Thread[], depth: number) => {
        expect(depth).toBeLessThanOrEqual(DEEPEST_SHOWN)
        expect(threads.map(({ id }) => id)).toEqual(threads.map(({ id }) => id).toSorted((a, b) => a - b))
        for (const thread of threads) {
          seen.push(thread.id)
          if (thread.answers.length > 0) walk(thread.answers, depth + 1)
        }
      }
      walk(threadsOf(comments), 1)
      expect(seen.toSorted((a, b) => a - b)).toEqual(comments.map(({ id }) => id))
    }),
  )
})

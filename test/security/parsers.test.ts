import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ORDINARY, PARSERS, type ParserUnderTest } from './parsers.fixture.ts'

/** How many texts each parser gets; PARSER_RUNS makes more. */
const RUNS = Number(process.env['PARSER_RUNS'] ?? 6)

/** Milliseconds of this thread's processor that no text may take, and those that are too few to be measured. */
const LONGEST_MS = 2_000
const SHORTEST_MS = 30
/** Four times the text takes four times as long, and sixteen times where the work is quadratic. */
const MOST_GROWTH = 9

/** A text of any length: what it begins with, what is repeated, what is repeated after that, and its end. */
type Shape = {
  kind: 'repeated' | 'nested' | 'wrapped' | 'shuffled'
  first: string
  core: string
  last: string
  seed: number
}

function shapes(tokens: readonly string[]): fc.Arbitrary<Shape> {
  const token = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...tokens) },
    { weight: 1, arbitrary: fc.constantFrom(...ORDINARY) },
  )
  const some = fc.array(token, { minLength: 0, maxLength: 3 }).map((parts) => parts.join(''))
  return fc.record({
    kind: fc.constantFrom('repeated', 'repeated', 'nested', 'wrapped', 'shuffled'),
    first: some,
    core: fc.array(token, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
    last: some,
    seed: fc.nat(),
  })
}

function textOf({ kind, first, core, last, seed }: Shape, length: number): string {
  const fill = (part: string, size: number) =>
    part.repeat(Math.ceil(size / part.length)).slice(0, Math.max(0, size))
  switch (kind) {
    case 'repeated':
      return first + fill(core, length - first.length - last.length) + last
    case 'nested': {
      const times = Math.floor((length - core.length) / Math.max(1, first.length + last.length))
      return first.repeat(times) + core + last.repeat(times)
    }
    case 'wrapped': {
      const times = Math.min(190, Math.floor(length / 4 / Math.max(1, first.length + last.length)))
      return (
        first.repeat(times) + fill(core, length - times * (first.length + last.length)) + last.repeat(times)
      )
    }
    case 'shuffled': {
      const parts = [first, core, last].filter((part) => part !== '')
      let state = seed
      let text = ''
      while (text.length < length) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        text += parts[state % parts.length] ?? ''
      }
      return text.slice(0, length)
    }
  }
}

/** Of several runs the shortest: what else the machine does only adds to it. */
async function milliseconds(read: ParserUnderTest['read'], text: string, runs: number): Promise<number> {
  let best = Infinity
  for (let run = 0; run < runs && best > SHORTEST_MS; run++) {
    const before = process.threadCpuUsage()
    await read(text)
    const { user, system } = process.threadCpuUsage(before)
    best = Math.min(best, (user + system) / 1_000)
  }
  return best
}

describe('what reads text from outside', () => {
  for (const { name, most, tokens, read } of PARSERS) {
    it(`takes no more than four times as long over four times the text: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(shapes(tokens), async (shape) => {
          const whole = textOf(shape, most)
          const once = await milliseconds(read, whole, 1)
          expect(once).toBeLessThan(LONGEST_MS)
          if (once < SHORTEST_MS) return
          const long = await milliseconds(read, whole, 3)
          if (long < SHORTEST_MS) return
          const short = await milliseconds(read, textOf(shape, most / 4), 4)
          expect(long / Math.max(short, SHORTEST_MS / 4)).toBeLessThan(MOST_GROWTH)
        }),
        { numRuns: RUNS, endOnFailure: true },
      )
    })
  }
})

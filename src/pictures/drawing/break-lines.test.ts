import { expect, it } from 'vitest'
import { fitTitle, shortened } from './break-lines.ts'

/** Every letter is half as wide as it is high. */
const measure = (text: string, size: number) => (Array.from(text).length * size) / 2
const sizes = [
  { size: 40, mostLines: 2 },
  { size: 20, mostLines: 3 },
]
const fit = (text: string, width = 400) => fitTitle(text, { width, sizes, measure })

it('sets a short title large, in one line', () => {
  expect(fit('Tides of the North')).toEqual({ size: 40, lines: ['Tides of the North'] })
})

it('breaks a longer one into lines of nearly the same length', () => {
  // Twenty letters have room in a line: the last would have one word.
  expect(fit('A history of the tides of')).toEqual({
    size: 40,
    lines: ['A history of', 'the tides of'],
  })
})

it('sets what has no room in the largest letters in smaller ones', () => {
  const { size, lines } = fit('A history of the tides of the North Sea and of the people beside it')
  expect(size).toBe(20)
  expect(lines).toHaveLength(2)
})

it('cuts what has no room in the smallest letters, after a whole word', () => {
  const { size, lines } = fit('the tides of the sea '.repeat(30).trim())
  expect(size).toBe(20)
  expect(lines).toHaveLength(3)
  expect(lines[2]).toMatch(/^the.*\b(?:the|tides|of|sea)…$/)
  for (const line of lines) expect(measure(line, 20)).toBeLessThanOrEqual(400)
})

it('breaks words after hyphens and slashes, and in the middle where no line has room for them', () => {
  expect(fit('parameter-free/self-tuning', 300).lines).toEqual(['parameter-free/', 'self-tuning'])
  const { lines } = fit('x'.repeat(300))
  expect(lines).toHaveLength(3)
  expect(lines[2]).toMatch(/^x+…$/)
})

it('keeps negative numbers and ranges whole', () => {
  expect(fit('below -273 degrees 1990-2020', 260).lines.join('|')).not.toMatch(/-\||\d-?\|\d/)
})

it('is done soon with a title of a million letters', () => {
  const begun = performance.now()
  expect(fit('x'.repeat(1_000_000)).lines).toHaveLength(3)
  expect(fit('x '.repeat(500_000)).lines).toHaveLength(3)
  expect(performance.now() - begun).toBeLessThan(500)
})

it('shortens a line to what there is room for', () => {
  const width = (text: string) => text.length
  expect(shortened('Ada Lovelace', { width: 12, measure: width })).toBe('Ada Lovelace')
  expect(shortened('Ada Lovelace, Charles Babbage', { width: 20, measure: width })).toBe('Ada Lovelace…')
  expect(shortened('Hippopotomonstrosesquippedaliophobia', { width: 10, measure: width })).toBe('Hippopoto…')
  expect(shortened('Ada', { width: 0, measure: width })).toBe('…')
})

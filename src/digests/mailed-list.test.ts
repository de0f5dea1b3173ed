import { describe, expect, it } from 'vitest'
import { parseListAddress } from '../lists/followed-list.ts'
import { ownListAt, parseMailedList } from './mailed-list.ts'
import { slugOf } from './slug.ts'

const ORIGIN = 'https://tides.example'

describe('a list that comes by mail', () => {
  it.each([
    ['/for-you', '/for-you', null],
    ['/for-you/', '/for-you', null],
    [' https://tides.example/for-you ', '/for-you', null],
    ['/for-you/interests/12', '/for-you/interests/12', 12],
    ['/for-you/interests/12/?x=1', '/for-you/interests/12', 12],
  ])('is a reader’s own at %s', (text, address, interestId) => {
    expect(parseMailedList(text, ORIGIN)).toEqual({ list: { kind: 'own', interestId }, address })
    expect(ownListAt(address)).toEqual({ kind: 'own', interestId })
    // A webhook, or whoever else follows lists, knows none such.
    expect(parseListAddress(text, ORIGIN)).toBeNull()
  })

  it.each([
    '/for-you/interests',
    '/for-you/interests/0',
    '/for-you/interests/012',
    '/for-you/interests/9007199254740993',
    '/for-you/interests/1e3',
    '/for-you/begin',
    '/for-you.atom',
    '/for-yours',
    'https://elsewhere.example/for-you',
  ])('is none at %s', (text) => {
    expect(parseMailedList(text, ORIGIN)).toBeNull()
    expect(ownListAt(text)).toBeNull()
  })

  it('is one of the site’s, as anything that follows lists knows it', () => {
    expect(parseMailedList('/papers/week', ORIGIN)).toEqual(parseListAddress('/', ORIGIN))
    expect(ownListAt('/topics/cs.CL')).toBeNull()
  })

  it('has a label that mail programs sort by, and that names no interest', () => {
    expect(slugOf('/for-you')).toBe('for-you')
    expect(slugOf('/for-you/interests/12')).toMatch(/^for-you\.[0-9a-f]{12}$/)
  })
})

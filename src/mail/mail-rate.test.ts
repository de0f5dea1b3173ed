import { describe, expect, it } from 'vitest'
import { formatMailRates, parseMailRates } from './mail-rate.ts'

describe('rates of mail', () => {
  it.each([
    ['', null, {}],
    ['14', 14, {}],
    ['0.5', 0.5, {}],
    ['.5/S', 0.5, {}],
    ['600/minute', 10, {}],
    ['600/minute gmail.com=60/minute outlook.com=2/s', 10, { 'gmail.com': 1, 'outlook.com': 2 }],
    ['GMail.com=36/hour,\n b\u00fccher.example=1', null, { 'gmail.com': 0.01, 'xn--bcher-kva.example': 1 }],
  ])('%j are read, and written so that they are read again', (text, all, domains) => {
    const rates = { all, domains: new Map(Object.entries(domains)) }
    expect(parseMailRates(text)).toEqual(rates)
    expect(parseMailRates(formatMailRates(rates))).toEqual(rates)
  })

  it.each([
    ['0'],
    ['-1'],
    ['fast'],
    ['14/day'],
    ['14 15'],
    ['1e3'],
    ['gmail.com'],
    ['gmail.com='],
    ['=14'],
    ['gmail=1'],
    ['a.example=1 A.example=2'],
    ['14 / minute'],
    ['1/s/s'],
    ['NaN'],
    ['0.0000000000001'],
  ])('%j are none', (text) => expect(parseMailRates(text)).toBeNull())
})

import { expect, it } from 'vitest'
import { isInside, leadsInside } from './inside-address.ts'

it('tells the public internet from what is not', () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    'nonsense',
  ])
    expect(isInside(address), address).toBe(true)
  for (const address of ['8.8.8.8', '172.32.0.1', '151.101.1.1', '2606:4700::1111', '::ffff:8.8.8.8'])
    expect(isInside(address), address).toBe(false)
})

it('sees through names and brackets', async () => {
  for (const url of ['http://localhost:3000/', 'http://[::1]/', 'http://127.1/', 'http://2130706433/'])
    expect(await leadsInside(new URL(url)), url).toBe(true)
  expect(await leadsInside(new URL('https://8.8.8.8/'))).toBe(false)
})

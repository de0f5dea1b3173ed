import { networkInterfaces } from 'node:os'
import { expect, it } from 'vitest'
import { isInside, isOwn, leadsInside } from './inside-address.ts'

it('tells the public internet from what is not', () => {
  for (const address of [
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '169.254.170.2',
    '172.16.0.1',
    '172.31.0.1',
    '192.0.0.1',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::127.0.0.1',
    '::8.8.8.8',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:FFFF:A9FE:A9FE',
    '::ffff:0:127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::0.0.0.1',
    '64:ff9b::',
    '64:ff9b:0:0:0:0:10.0.0.1',
    '64:ff9b::1:0:0',
    '64:ff9b:1::8.8.8.8',
    '64:ff9b:1:ffff::1',
    '100::1',
    '100:0:0:1::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '3fff::1',
    '3fff:fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'feff::1',
    'ff02::1',
    'ff0e::1',
    '4000::1',
    '8000::1',
    'nonsense',
    '127.1',
    '',
  ])
    expect(isInside(address), address).toBe(true)
  for (const address of [
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
    '168.63.129.17',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.1',
    '192.0.1.1',
    '192.167.255.255',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '151.101.1.1',
    '2606:4700::1111',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2a00:1450:4001::1',
    '3ffe::1',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
    '64:ff9b::8.8.8.8',
  ])
    expect(isInside(address), address).toBe(false)
})

it('sees through names, brackets and odd spellings', async () => {
  for (const url of [
    'http://localhost:3000/',
    'http://[::1]/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://１２７.０.０.１/',
    'http://0/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
  ])
    expect(await leadsInside(new URL(url)), url).toBe(true)
  for (const url of ['https://8.8.8.8/', 'https://[2606:4700::1111]/'])
    expect(await leadsInside(new URL(url)), url).toBe(false)
})

it('knows the addresses of this machine', () => {
  const [end] = Object.values(networkInterfaces()).flatMap((ends) => ends ?? [])
  expect(isOwn(end?.address ?? '')).toBe(true)
  for (const spelt of ['127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::127.0.0.1'])
    expect(isOwn(spelt), spelt).toBe(true)
  for (const other of ['8.8.8.8', '::ffff:8.8.8.8', 'fe80::1%nowhere'])
    expect(isOwn(other), other).toBe(false)
})

import { expect, it } from 'vitest'
import { adminEmailOf } from './admin-email.ts'

it('is an address that was given to be used, or one that every host has', () => {
  const nothing = { contact: null, mailReplyTo: null, mailFrom: null, publicUrl: null }
  expect(adminEmailOf(nothing)).toBe('postmaster@localhost.invalid')
  const site = { ...nothing, publicUrl: 'https://tides.example' }
  expect(adminEmailOf(site)).toBe('postmaster@tides.example')
  const sends = { ...site, mailFrom: 'news@tides.example' }
  expect(adminEmailOf(sends)).toBe('news@tides.example')
  expect(adminEmailOf({ ...sends, mailReplyTo: 'desk@tides.example' })).toBe('desk@tides.example')
  expect(adminEmailOf({ ...sends, contact: 'ada@tides.example' })).toBe('ada@tides.example')
})

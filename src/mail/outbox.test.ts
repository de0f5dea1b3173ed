import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openMailer } from './mailer.ts'
import { eraseFromOutbox } from './outbox.ts'
import type { Message } from './message.ts'
import { readMail } from './received-mail.fixture.ts'

const message: Message = {
  id: 'sign-in 7/Ä',
  to: 'ada@example.org',
  subject: 'Sign in to “Papers”',
  text: `Grüße.\n\nhttps://papers.example.org/sign-in/link?token=${'abc'.repeat(300)}\n`,
  html: '<p>Grüße.</p>\n',
  headers: { 'List-Id': '<week.papers.example.org>' },
  date: new Date('2026-01-15T12:34:56.789Z'),
}

describe('mail without a server', () => {
  let parent = ''
  let folder = ''
  const lines: string[] = []
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'broadsheet-outbox-'))
    folder = join(parent, 'data', 'outbox')
    lines.length = 0
  })
  afterEach(() => rm(parent, { recursive: true, force: true }))
  const open = () =>
    openMailer({
      smtpUrl: null,
      outboxFolder: folder,
      from: 'Papers <papers@example.org>',
      log: pino({}, { write: (line) => lines.push(line) }),
    })

  it('is a file that a mail program reads', async () => {
    const mailer = open()
    expect(mailer.kind).toBe('outbox')
    expect(await mailer.send(message)).toEqual({ ok: true })
    const [name = '', ...others] = await readdir(folder)
    expect(others).toEqual([])
    expect(name).toMatch(/^2026-01-15T12-34-56Z-sign-in-7-\.[0-9a-f]{20}\.eml$/)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)

    const raw = await readFile(join(folder, name))
    expect(raw.toString('latin1')).toMatch(/^(?:[\t\x20-\x7e\x80-\xff]{0,998}\r\n)+$/)
    // As a terminal shows it, a link can be copied.
    expect(raw.toString('utf8').split('\r\n')).toContain(message.text.split('\n')[2])
    const mail = readMail(raw)
    expect(mail.headers('Subject')).toEqual([message.subject])
    expect(mail.headers('From')).toEqual(['Papers <papers@example.org>'])
    expect(mail.headers('To')).toEqual(['ada@example.org'])
    expect(mail.headers('Date')).toEqual(['Thu, 15 Jan 2026 12:34:56 +0000'])
    expect(mail.headers('Message-ID')).toEqual([`<${name.slice(21, -4)}@example.org>`])
    expect(mail.headers('Auto-Submitted')).toEqual(['auto-generated'])
    expect(mail.headers('List-Id')).toEqual(['<week.papers.example.org>'])
    expect(mail.text).toBe(message.text)
    expect(mail.html?.trimEnd()).toBe('<p>Grüße.</p>')
    await mailer.close()
  })

  it('has lines that end as they should when it is plain', async () => {
    const { html: _, ...plain } = message
    await open().send({ ...plain, text: 'one\ntwo\r\nthree\n' })
    const [name = ''] = await readdir(folder)
    const raw = (await readFile(join(folder, name))).toString('latin1')
    expect(raw).toMatch(/^(?:[\t\x20-\x7e\x80-\xff]*\r\n)+$/)
    expect(readMail(Buffer.from(raw, 'latin1')).text).toBe('one\ntwo\nthree\n')
  })

  it('is one file however often it is sent, and other mails are other files', async () => {
    const mailer = open()
    await Promise.all([mailer.send(message), mailer.send(message), mailer.send(message)])
    await mailer.send({ ...message, id: 'other' })
    await mailer.send({ ...message, id: 'an-other' })
    await mailer.send({ ...message, text: 'Newer.', date: new Date('2026-01-15T13:00:00Z') })
    await mailer.send({ ...message, id: '../../escape' })
    const names = await readdir(folder)
    expect(names.toSorted().map((name) => name.replace(/\.[0-9a-f]{20}/, ''))).toEqual([
      '2026-01-15T12-34-56Z--escape.eml',
      '2026-01-15T12-34-56Z-an-other.eml',
      '2026-01-15T12-34-56Z-other.eml',
      '2026-01-15T13-00-00Z-sign-in-7-.eml',
    ])
    const newest = names.find((name) => name.includes('T13')) ?? ''
    expect(readMail(await readFile(join(folder, newest))).html).not.toBeNull()
    expect(await readdir(parent)).toEqual(['data'])
  })

  it('is there whole or not at all, and tells why not', async () => {
    const mailer = open()
    await mailer.send(message)
    await rm(folder, { recursive: true })
    await writeFile(folder, 'a file where the folder should be')
    const outcome = await mailer.send(message)
    expect(outcome).toMatchObject({ ok: false, kind: 'temporary' })
    expect(outcome).toHaveProperty(
      'reason',
      expect.stringMatching(/^The mail cannot be written to the outbox folder/),
    )
    await rm(folder)
    expect(await mailer.send(message)).toEqual({ ok: true })
    // While it is written others see only whole files: a reader that looks all the time finds no other.
    const sending = Promise.all(
      Array.from({ length: 30 }, async (_, i) => mailer.send({ ...message, id: `mail-${i % 10}` })),
    ).then(() => true)
    for (let done = false; !done; done = await Promise.race([sending, Promise.resolve(false)])) {
      for (const name of (await readdir(folder)).filter((one) => one.endsWith('.eml'))) {
        const content = await readFile(join(folder, name), 'latin1')
        expect(content).toMatch(/--\r\n$/)
      }
    }
    expect(await readdir(folder)).toHaveLength(11)
  })

  it('is announced once', async () => {
    const mailer = open()
    await mailer.send(message)
    await mailer.send({ ...message, id: 'other' })
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 30, folder, msg: expect.stringContaining('outbox folder') }),
    ])
  })

  it('loses all mails to an address that is erased, and no others', async () => {
    const long = `${'a'.repeat(60)}@${'b'.repeat(60)}.example`
    const mailer = open()
    for (const [i, to] of [
      'ada@example.org',
      'ADA@example.org',
      'ada@example.org.evil.example',
      long,
    ].entries())
      await mailer.send({ ...message, id: String(i), to, subject: 'To: ada@example.org' })
    await eraseFromOutbox(folder, { address: 'ada@example.org' })
    expect((await readdir(folder)).map((name) => name.slice(-6))).toEqual(['-2.eml', '-3.eml'])
    await eraseFromOutbox(folder, { address: long })
    expect((await readdir(folder)).map((name) => name.slice(-6))).toEqual(['-2.eml'])
    await eraseFromOutbox(join(folder, 'nowhere'), { address: long })
  })
})

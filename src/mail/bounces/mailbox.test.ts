import { describe, expect, it } from 'vitest'
import { imapServers } from './imap-server.fixture.ts'
import { parseMailboxUrl } from './mailbox-url.ts'
import { MailboxAway, newMessages, type Batch, type Position } from './mailbox.ts'
import { MOST_BYTES, readReport } from './read-report.ts'
import { postfixBounce } from './sample-reports.fixture.ts'

const SINCE = new Date('2026-10-30T00:00:00Z')
const note = (text: string, id = text) => Buffer.from(`Message-ID: <${id}@x.example>\r\n\r\n${text}\r\n`)

async function read(
  url: string,
  {
    after = null,
    signal = new AbortController().signal,
  }: { after?: Position | null; signal?: AbortSignal } = {},
): Promise<Batch[]> {
  const mailbox = parseMailboxUrl(url)
  if (mailbox === null) throw new Error(`no mailbox: ${url}`)
  const batches: Batch[] = []
  for await (const batch of newMessages(mailbox, { after, since: SINCE, signal })) batches.push(batch)
  return batches
}
const textsOf = (batches: Batch[]) =>
  batches.flatMap(({ messages }) => messages.map(({ raw }) => String(raw).split('\r\n\r\n')[1]?.trim()))

describe('the folder of bounces', () => {
  const { serve } = imapServers()

  it('is read from where it was left, and nothing in it is changed', async () => {
    const { folder, url, commands } = await serve()
    expect(await read(url())).toEqual([{ messages: [], position: { validity: '7', last: 0 }, left: 0 }])
    folder.deliver(note('first'))
    folder.deliver(postfixBounce('digest.1@tides.example'))
    const batches = await read(url('INBOX'))
    const [{ messages, position } = { messages: [], position: null }] = batches
    expect(batches).toHaveLength(1)
    expect(position).toEqual({ validity: '7', last: 2 })
    expect(await readReport(messages[1]?.raw ?? Buffer.of())).toMatchObject({
      messageId: 'digest.1@tides.example',
    })
    expect(await read(url(), { after: position })).toEqual([{ messages: [], position, left: 0 }])
    folder.deliver(note('third'))
    expect(textsOf(await read(url(), { after: position }))).toEqual(['third'])
    expect(commands.join('\n')).not.toMatch(/SELECT|STORE|EXPUNGE|COPY|MOVE|BODY\[/)
  })

  it('is read anew when its numbers are no longer valid, and its messages are known again', async () => {
    const { folder, url } = await serve()
    for (const text of ['a', 'b', 'c']) folder.deliver(note(text))
    const [first] = await read(url())
    folder.validity = 8
    const [again] = await read(url(), { after: { validity: '7', last: 3 } })
    expect(again?.position).toEqual({ validity: '8', last: 3 })
    const keys = again?.messages.map(({ key }) => key) ?? []
    expect(keys).toEqual(first?.messages.map(({ key }) => key))
    expect(new Set(keys).size).toBe(3)
  })

  it('is read a part at a time, without what is old and the ends of what is long', async () => {
    const { folder, url } = await serve()
    folder.deliver(note('old'), new Date('2026-01-01T00:00:00Z'))
    for (let i = 0; i < 205; i++) folder.deliver(note(`message ${i}`))
    folder.deliver(Buffer.concat([note('long'), Buffer.alloc(3 * MOST_BYTES, 'x')]))
    const part = await read(url())
    expect(textsOf(part)).toEqual(Array.from({ length: 200 }, (_, i) => `message ${i}`))
    expect(part.at(-1)).toMatchObject({ position: { last: 201 }, left: 6 })
    const rest = await read(url(), { after: part.at(-1)?.position ?? null })
    expect(rest.flatMap(({ messages }) => messages.map(({ raw }) => raw.length)).at(-1)).toBe(MOST_BYTES)
    expect(rest.at(-1)).toMatchObject({ position: { last: 207 }, left: 0 })
  })

  it('is signed in to by TLS, and nobody hears the password otherwise', async () => {
    for (const server of [await serve({ secure: true }), await serve({ starttls: true })]) {
      await expect(read(server.url())).rejects.toThrow(
        /certificate is not trusted .*\?tls\.rejectUnauthorized=false/,
      )
      expect(server.wasSecure).toBe(null)
      server.folder.deliver(note('first'))
      expect(textsOf(await read(server.url('', '?tls.rejectUnauthorized=false')))).toEqual(['first'])
      expect(server.wasSecure).toBe(true)
    }
    // Another machine, for all we know.
    const plain = await serve()
    await expect(read(plain.url().replace('@127.0.0.1', '@0.0.0.0'))).rejects.toThrow(MailboxAway)
    expect(plain.wasSecure).toBe(null)
    expect(plain.commands.join('\n')).not.toMatch(/AUTH|LOGIN /)
  })

  it('says what is the matter, and no password', async () => {
    const server = await serve()
    const wrong = server.url().replace('p%40ss', 'wr0ng')
    await expect(read(wrong)).rejects.toThrow(
      /^The IMAP server 127\.0\.0\.1 refuses the user or the password in BOUNCES_URL \(.*who is that/,
    )
    await expect(read(wrong)).rejects.not.toThrow(/wr0ng/)
    await expect(read(server.url('Bounces'))).rejects.toThrow(/^There is no folder Bounces at 127\.0\.0\.1/)
    await server.close()
    await expect(read(server.url())).rejects.toThrow(/ECONNREFUSED/)
  })

  it('is left when it is time to stop, or the server hangs up', async () => {
    const server = await serve()
    server.folder.deliver(note('first'))
    const stopping = new AbortController()
    server.before = (command) => {
      if (command.startsWith('UID FETCH')) {
        stopping.abort(new Error('closing'))
        return new Promise(() => {})
      }
    }
    await expect(read(server.url(), { signal: stopping.signal })).rejects.toThrow('closing')
    server.before = (command) => {
      if (command.startsWith('UID SEARCH')) void server.close()
    }
    await expect(read(server.url())).rejects.toThrow(MailboxAway)
  })
})

it('is named by a URL', () => {
  expect(parseMailboxUrl('imaps://a%40b.example:p%40ss@mail.example/Bounces%20here')).toEqual({
    host: 'mail.example',
    port: 993,
    secure: true,
    local: false,
    anyCertificate: false,
    user: 'a@b.example',
    password: 'p@ss',
    folder: 'Bounces here',
  })
  expect(parseMailboxUrl('imap://a:b@[::1]:1143')).toMatchObject({
    host: '::1',
    port: 1143,
    local: true,
    folder: 'INBOX',
  })
  for (const text of [
    '',
    'imaps://mail.example',
    'imaps://a@mail.example',
    'https://a:b@x',
    'imaps://a:b%zz@x',
    'imaps:/x',
  ])
    expect([text, parseMailboxUrl(text)]).toEqual([text, null])
})

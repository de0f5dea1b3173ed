import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { afterEach } from 'vitest'
import { selfSigned } from './certificate.fixture.ts'

/** A folder of messages, which a test fills. */
type Folder = {
  validity: number
  /** In the order of their numbers; `at` is when one came. */
  messages: { uid: number; raw: Buffer; at: Date }[]
  /** Adds one with the next number. */
  deliver(raw: Buffer, at?: Date): void
}

export type ImapServer = {
  port: number
  url: (folder?: string, query?: string) => string
  folder: Folder
  /** The commands that it got, without their tags; nothing of what is secret in them is left out. */
  commands: string[]
  /** Whether the last connection that signed in was encrypted. */
  wasSecure: boolean | null
  /** What it does before it answers a command. */
  before: (command: string) => void | Promise<void>
  connections: () => number
  close(): Promise<void>
}

const PASSWORD = 'p@ss:w/rd?'
const { cert, key } = selfSigned()

type Options = { secure?: boolean; starttls?: boolean; port?: number; name?: string }

/**
 * An IMAP server that listens on this machine, over TCP, with one account and one folder: as much of RFC 3501 as it takes to
 * read a folder, and nothing that would change one.
 */
async function openImapServer({
  secure = false,
  starttls = false,
  port = 0,
  name = 'INBOX',
}: Options = {}): Promise<ImapServer> {
  const sockets = new Set<Socket>()
  const folder: Folder = {
    validity: 7,
    messages: [],
    deliver(raw, at = new Date('2026-11-29T11:00:00Z')) {
      folder.messages.push({ uid: (folder.messages.at(-1)?.uid ?? 0) + 1, raw, at })
    },
  }
  const serve = (plain: Socket) => {
    sockets.add(plain)
    plain.on('close', () => sockets.delete(plain))
    converse(plain, { secure })
  }
  function converse(first: Socket, { secure: encrypted }: { secure: boolean }, greets = true): void {
    let socket = first
    let buffered = ''
    let working = Promise.resolve()
    const send = (line: string) => socket.writable && socket.write(`${line}\r\n`)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      buffered += chunk.toString('latin1')
      const lines = buffered.split('\r\n')
      buffered = lines.pop() ?? ''
      for (const line of lines) working = working.then(async () => answer(line))
    })
    if (greets) send('* OK ready')

    async function answer(line: string): Promise<void> {
      const [, tag = '*', command = ''] = /^(\S+) (.*)$/.exec(line) ?? []
      server.commands.push(command)
      await server.before(command)
      const ok = () => send(`${tag} OK done`)
      const capabilities = `CAPABILITY IMAP4rev1${starttls && !encrypted ? ' STARTTLS' : ''}`
      if (/^CAPABILITY/i.test(command)) {
        send(`* ${capabilities}`)
        ok()
      } else if (/^STARTTLS/i.test(command)) {
        ok()
        socket.removeAllListeners('data')
        socket = new TLSSocket(socket, { isServer: true, cert, key })
        converse(socket, { secure: true }, false)
      } else if (/^LOGIN /i.test(command)) {
        const [, user, password] = /^LOGIN "?(.*?)"? "?(.*?)"?$/i.exec(command) ?? []
        if (user !== 'post@tides.example' || password !== PASSWORD)
          return void send(`${tag} NO [AUTHENTICATIONFAILED] who is that`)
        server.wasSecure = encrypted
        send(`* ${capabilities}`)
        ok()
      } else if (/^(?:LIST|LSUB)/i.test(command)) {
        const wanted = /"?([^" ]*)"?$/.exec(command)?.[1]
        if (wanted === '') send('* LIST (\\Noselect) "/" ""')
        else if (wanted === '*' || wanted === name) send(`* LIST (\\HasNoChildren) "/" "${name}"`)
        ok()
      } else if (/^EXAMINE/i.test(command)) {
        if (/"?([^" ]*)"?$/.exec(command)?.[1] !== name)
          return void send(`${tag} NO [NONEXISTENT] no such folder`)
        send(`* ${folder.messages.length} EXISTS`)
        send('* FLAGS (\\Seen)')
        send(`* OK [UIDVALIDITY ${folder.validity}] valid`)
        send(`* OK [UIDNEXT ${(folder.messages.at(-1)?.uid ?? 0) + 1}] next`)
        send(`${tag} OK [READ-ONLY] open`)
      } else if (/^UID SEARCH/i.test(command)) {
        const from = Number(/(\d+):\*/.exec(command)?.[1])
        const since = Date.parse(`${/SINCE "?([\w-]+)/i.exec(command)?.[1]} UTC`)
        const newest = folder.messages.at(-1)?.uid
        const found = folder.messages.filter(
          ({ uid, at }) => (uid >= from || uid === newest) && at.getTime() >= since,
        )
        send(`* SEARCH ${found.map(({ uid }) => uid).join(' ')}`.trimEnd())
        ok()
      } else if (/^UID FETCH/i.test(command)) {
        const uids = new Set(uidsIn(command.split(' ')[2] ?? ''))
        const most = Number(/BODY\.PEEK\[\]<0\.(\d+)>/.exec(command)?.[1])
        for (const [i, { uid, raw }] of folder.messages.entries()) {
          if (!uids.has(uid)) continue
          const part = raw.subarray(0, most)
          socket.write(`* ${i + 1} FETCH (UID ${uid} BODY[]<0> {${part.length}}\r\n`)
          socket.write(part)
          send(')')
        }
        ok()
      } else if (/^LOGOUT/i.test(command)) {
        send('* BYE')
        ok()
        socket.end()
      } else if (/^NOOP/i.test(command)) ok()
      else send(`${tag} BAD what`)
    }
  }
  const listening = secure
    ? createTlsServer({ cert, key, noDelay: true }, serve)
    : createServer({ noDelay: true }, serve)
  // A client that distrusts the certificate hangs up.
  listening.on('tlsClientError', () => {})
  listening.listen(port, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address() as AddressInfo
  const server: ImapServer = {
    port: address.port,
    url: (of = '', query = '') =>
      `${secure ? 'imaps' : 'imap'}://post%40tides.example:${encodeURIComponent(PASSWORD)}@127.0.0.1:${address.port}/${of}${query}`,
    folder,
    commands: [],
    wasSecure: null,
    before: () => {},
    connections: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        listening.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return server
}

function uidsIn(set: string): number[] {
  return set.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split(':').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}

/** IMAP servers for the tests of a block, closed after each. */
export function imapServers(): { serve: typeof openImapServer } {
  const servers: ImapServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
  })
  return {
    async serve(options) {
      const server = await openImapServer(options)
      servers.push(server)
      return server
    },
  }
}

import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const TYPES = { A: 1, PTR: 12, MX: 15, TXT: 16, AAAA: 28 } as const

/** Records by `name TYPE`. MX: `10 mail.example.org`. `null`: the server does not answer. */
export type Zone = Record<string, string[] | null>

/**
 * A DNS server on this machine, over UDP, that knows the records of a zone and no others. `zone` may be changed while it
 * answers.
 */
export async function openDnsServer(zone: Zone): Promise<{ server: string; close(): Promise<void> }> {
  const known = (name: string) => Object.keys(zone).some((key) => key.startsWith(`${name} `))
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = readQuestion(query)
    const found = zone[`${name} ${type}`]
    if (found === null) return
    const records = (found ?? []).map((text) => {
      const data = encodeData(type, text)
      const head = Buffer.from([0xc0, 0x0c, 0, 0, 0, 1, 0, 0, 0, 60, 0, 0])
      head.writeUInt16BE(TYPES[type as keyof typeof TYPES], 2)
      head.writeUInt16BE(data.length, 10)
      return Buffer.concat([head, data])
    })
    const header = Buffer.alloc(12)
    query.copy(header, 0, 0, 2)
    // An answer, with recursion; 3: no such name.
    header.writeUInt16BE(0x8180 | (known(name) ? 0 : 3), 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    server: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function readQuestion(query: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const number = query.readUInt16BE(at + 1)
  const type = Object.entries(TYPES).find(([, value]) => value === number)?.[0] ?? ''
  return { name: labels.join('.').toLowerCase(), type, end: at + 5 }
}

function encodeData(type: string, text: string): Buffer {
  if (type === 'A') return Buffer.from(text.split('.').map(Number))
  if (type === 'AAAA') {
    const [head = '', tail = ''] = text.split('::')
    const groups = (part: string) => part.split(':').filter((group) => group !== '')
    const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0')
    const digits = [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, '0'))
    return Buffer.from(digits.join(''), 'hex')
  }
  if (type === 'MX') {
    const [priority, exchange = ''] = text.split(' ')
    return Buffer.concat([Buffer.from([0, Number(priority)]), encodeName(exchange)])
  }
  if (type === 'PTR') return encodeName(text)
  const pieces = text.match(/.{1,255}/gs) ?? ['']
  return Buffer.concat(
    pieces.map((piece) => Buffer.from(`${String.fromCharCode(piece.length)}${piece}`, 'latin1')),
  )
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '')
  return Buffer.from(
    `${labels.map((label) => `${String.fromCharCode(label.length)}${label}`).join('')}\0`,
    'latin1',
  )
}

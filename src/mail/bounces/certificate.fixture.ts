import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/** A certificate that signs itself, for 127.0.0.1, from 2020 to 2049, and its key (X.509, RFC 5280). */
export function selfSigned({ days = ['200101000000Z', '491231235959Z'] as const } = {}): {
  cert: string
  key: string
  privateKey: KeyObject
} {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const sha256WithRsa = seq(oid([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]), der(0x05))
  const name = seq(der(0x31, seq(oid([0x55, 0x04, 0x03]), der(0x0c, Buffer.from('127.0.0.1')))))
  const alternatives = seq(der(0x87, Buffer.from([127, 0, 0, 1])))
  const body = seq(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    sha256WithRsa,
    name,
    seq(...days.map((day) => der(0x17, Buffer.from(day)))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, seq(seq(oid([0x55, 0x1d, 0x11]), der(0x04, alternatives)))),
  )
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]))
  const lines =
    seq(body, sha256WithRsa, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    privateKey,
  }
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const seq = (...contents: Buffer[]) => der(0x30, ...contents)
const oid = (bytes: number[]) => der(0x06, Buffer.from(bytes))

/** A mail as its receiver reads it. */
export type ReceivedMail = {
  /** Values of a header in the order they stand, unfolded and decoded. */
  headers(name: string): string[]
  text: string | null
  html: string | null
}

/** Reads a mail by RFC 5322 and MIME, by code that has nothing in common with what writes it. */
export function readMail(raw: Buffer): ReceivedMail {
  // Bytes as characters: nothing is decoded before its time.
  const root = readEntity(raw.toString('latin1'))
  const parts = root.type.startsWith('multipart/') ? root.parts : [root]
  return {
    headers: (name) =>
      root.fields.filter(([key]) => key === name.toLowerCase()).map(([, value]) => decodeWords(value)),
    get text() {
      return parts.find(({ type }) => type === 'text/plain')?.content() ?? null
    },
    get html() {
      return parts.find(({ type }) => type === 'text/html')?.content() ?? null
    },
  }
}

/** `content` is decoded when it is asked for. */
type Entity = { fields: [string, string][]; type: string; content: () => string; parts: Entity[] }

function readEntity(source: string): Entity {
  const end = source.indexOf('\r\n\r\n')
  const body = source.slice(end + 4)
  const fields = source
    .slice(0, end)
    .replaceAll(/\r\n(?=[ \t])/g, '')
    .split('\r\n')
    .map((line): [string, string] => {
      const colon = line.indexOf(':')
      if (colon < 1) throw new Error(`not a header: ${line}`)
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
  const field = (name: string) => fields.find(([key]) => key === name)?.[1] ?? ''
  const type = field('content-type').split(';')[0]?.trim().toLowerCase() ?? ''
  const boundary = /boundary="?([^";]+)"?/i.exec(field('content-type'))?.[1]
  if (boundary !== undefined) {
    const parts = body
      .split(`--${boundary}`)
      .slice(1, -1)
      .map((part) => readEntity(part.replace(/^\r\n/, '').replace(/\r\n$/, '')))
    return { fields, type, content: () => '', parts }
  }
  return {
    fields,
    type,
    content: () => decodeBody(body, field('content-transfer-encoding').toLowerCase()),
    parts: [],
  }
}

function decodeBody(body: string, encoding: string): string {
  const decoded =
    encoding === 'base64'
      ? Buffer.from(body, 'base64')
      : Buffer.from(
          encoding === 'quoted-printable' ? decodeQuoted(body.replaceAll('=\r\n', '')) : body,
          'latin1',
        )
  return decoded.toString('utf8').replaceAll('\r\n', '\n')
}

function decodeQuoted(text: string): string {
  return text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** RFC 2047. */
function decodeWords(value: string): string {
  return value
    .replaceAll(/(\?=)\s+(?==\?)/g, '$1')
    .replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, encoding: string, word: string) =>
      (encoding.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64')
        : Buffer.from(decodeQuoted(word.replaceAll('_', ' ')), 'latin1')
      ).toString('utf8'),
    )
}

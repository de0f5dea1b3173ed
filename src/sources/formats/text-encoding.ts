import { isAscii, isUtf8 } from 'node:buffer'

/** Text of the next bytes of a file; `last` where none follow. */
type Decoder = (bytes: Buffer, last: boolean) => string

/**
 * How a file is decoded, told by its first block: by its byte order mark, by what it declares (XML, and the comments that
 * editors of BibTeX write), else as UTF-8, or as Windows-1252 where it evidently is that. A byte that the encoding does
 * not have becomes a lone surrogate (`unreadableByte` finds it), so that only its own record is refused. Throws an
 * `Error` with one sentence for UTF-32.
 */
export function decoderFor(head: Buffer): Decoder {
  const [a, b, c, d] = head
  const nul = [a, b, c, d].map((byte) => byte === 0).join()
  if (nul === 'true,true,false,false' || nul === 'true,true,true,false' || /^false,\w+,true,true$/.test(nul))
    throw new Error('The file is in UTF-32. Save it as UTF-8.')
  if (a === 0xff && b === 0xfe) return withoutMark(utf16({ bigEndian: false }))
  if (a === 0xfe && b === 0xff) return withoutMark(utf16({ bigEndian: true }))
  if (a === 0xef && b === 0xbb && c === 0xbf) return withoutMark(utf8({ guess: false }))
  // The first character of every format is ASCII.
  if (a !== 0 && b === 0) return utf16({ bigEndian: false })
  if (a === 0 && b !== undefined && b !== 0) return utf16({ bigEndian: true })
  const declared = declaredEncoding(head.toString('latin1', 0, 4096))
  if (declared === null || /^(?:utf|us)?-?(?:8|ascii)$/i.test(declared)) return utf8({ guess: true })
  const label = labelOf(declared)
  // Whatever declares UTF-16 in single bytes is wrong about itself.
  if (label === null || label.startsWith('utf-')) return utf8({ guess: label !== null })
  return legacy(label)
}

/** The first byte of a text that its file's encoding does not have, and the text before it; null where all could be read. */
export function unreadableByte(text: string): { byte: number; before: string } | null {
  if (text.isWellFormed()) return null
  const found = /(?<![\ud800-\udbff])[\udc80-\udcff]/.exec(text)
  return found === null
    ? null
    : { byte: found[0].charCodeAt(0) - FIRST_MARK, before: text.slice(0, found.index) }
}

// --- what a file says of itself ---

const OF_XML = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]+)["']/
const OF_BIBTEX = [
  /^(?:%+\s*|This file was created with JabRef\b.*\n?.*)\bEncoding:\s*([\w.:-]+)/im,
  /^%.*-\*-.*\bcoding:\s*([\w.-]+).*-\*-/im,
  /^%\s*!\s*TEX\s+encoding\s*=\s*([\w .()-]+?)\s*$/im,
  /^@comment\{\s*x-kbibtex-encoding=([\w.-]+)/im,
  /^%.*\bSaved with string encoding\s+([\w ()-]+?)\s*$/im,
  /^%.*\bvim?:.*\b(?:fileencoding|fenc)=([\w.-]+)/im,
  /^%+\s*coding:\s*([\w.-]+)/im,
]

function declaredEncoding(head: string): string | null {
  const ofXml = OF_XML.exec(head)?.[1]
  if (ofXml !== undefined) return ofXml.trim()
  if (!/^\s*(?:[%@]|This file was created)/.test(head)) return null
  for (const pattern of OF_BIBTEX) {
    const found = pattern.exec(head)?.[1]
    if (found !== undefined) return found.trim()
  }
  return null
}

/** Names of Java (which JabRef writes) and of TeX's editors that the web does not know. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  isolatin: 'windows-1252',
  isolatin1: 'windows-1252',
  isolatin2: 'iso-8859-2',
  isolatin5: 'iso-8859-9',
  isolatin9: 'iso-8859-15',
  latin9: 'iso-8859-15',
  ansinew: 'windows-1252',
  windowslatin1: 'windows-1252',
  windowslatin2: 'windows-1250',
  windowslatin5: 'windows-1254',
  cyrillicwindows: 'windows-1251',
  greekwindows: 'windows-1253',
  applelatin1: 'windows-1252',
  macosroman: 'macintosh',
  macroman: 'macintosh',
  applemac: 'macintosh',
  ms932: 'shift_jis',
  cp932: 'shift_jis',
  sjis: 'shift_jis',
  shiftjis: 'shift_jis',
  ms936: 'gbk',
  cp936: 'gbk',
  ms949: 'euc-kr',
  cp949: 'euc-kr',
  cp950: 'big5',
  eucjp: 'euc-jp',
  euckr: 'euc-kr',
  japaneseeuc: 'euc-jp',
  koreaneuc: 'euc-kr',
  koi8r: 'koi8-r',
  koi8u: 'koi8-u',
  utf8: 'utf-8',
  utf8unicode: 'utf-8',
  utf16: 'utf-16le',
}

/** The name of an encoding as `TextDecoder` takes it, or null where nobody knows it. */
function labelOf(declared: string): string | null {
  // `Western (Mac OS Roman)`, as BibDesk names them, and `latin-1-unix`, as Emacs does.
  const inBrackets = /\(([^()]+)\)/.exec(declared)?.[1] ?? ''
  return (
    labelOfName(declared.replace(/-(?:unix|dos|mac)$/i, '')) ??
    (inBrackets === '' ? null : labelOfName(inBrackets))
  )
}

function labelOfName(declared: string): string | null {
  const plain = declared.toLowerCase().replace(/[^a-z\d]/g, '')
  const iso = /^(?:iso)?8859(\d{1,2})$/.exec(plain)?.[1]
  const windows = /^(?:cp|windows|win|ansi)(125\d)$/.exec(plain)?.[1]
  const candidates = [
    OTHER_NAMES[plain],
    iso && `iso-8859-${iso}`,
    windows && `windows-${windows}`,
    declared,
    plain,
  ]
  for (const candidate of candidates) {
    if (!candidate) continue
    try {
      return new TextDecoder(candidate).encoding
    } catch {
      // Not known by this name.
    }
  }
  return null
}

// --- decoders ---

const FIRST_MARK = 0xdc00

/** Stands for a byte that could not be decoded: a lone surrogate, which no decoded text has. */
function mark(byte: number): string {
  return String.fromCharCode(FIRST_MARK + byte)
}

function withoutMark(decode: Decoder): Decoder {
  let begun = false
  return (bytes, last) => {
    const text = decode(bytes, last)
    if (begun || text === '') return text
    begun = true
    return text.replace(/^\ufeff/, '')
  }
}

function utf16({ bigEndian }: { bigEndian: boolean }): Decoder {
  let odd = Buffer.alloc(0)
  return (bytes, last) => {
    const all = Buffer.concat([odd, bytes])
    const whole = all.subarray(0, all.length - (all.length % 2))
    odd = all.subarray(whole.length)
    return (bigEndian ? whole.swap16() : whole).toString('utf16le') + (last && odd[0] ? mark(odd[0]) : '')
  }
}

/** With `guess`, a file in which nothing is UTF-8 may be Windows-1252. */
function utf8({ guess }: { guess: boolean }): Decoder {
  let rest = Buffer.alloc(0)
  let isUnicode = !guess
  let isWindows = false
  return (bytes, last) => {
    const all = Buffer.concat([rest, bytes])
    const whole = all.subarray(0, all.length - (last || isWindows ? 0 : lengthOfCut(all)))
    rest = all.subarray(whole.length)
    if (!isWindows && isUtf8(whole)) {
      isUnicode ||= !isAscii(whole)
      return whole.toString()
    }
    isWindows ||= !isUnicode && isEvidentlyWindows(whole)
    return isWindows ? windowsText(whole) : utf8Text(whole)
  }
}

function legacy(label: string): Decoder {
  const isSingleByte = /^(?:windows|iso-8859|koi8|macintosh|x-mac|ibm)/.test(label)
  const decoder = new TextDecoder(label, { fatal: true })
  const decodeLine = (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes)
    } catch {
      return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : mark(byte))).join('')
    }
  }
  let rest = Buffer.alloc(0)
  let unicode: Decoder | null = null
  let decided = false
  return (bytes, last) => {
    if (unicode !== null) return unicode(bytes, last)
    const all = Buffer.concat([rest, bytes])
    // No character contains a line break, in none of these.
    const whole = all.subarray(0, last ? all.length : all.lastIndexOf(0x0a) + 1)
    rest = all.subarray(whole.length)
    if (!decided && isSingleByte && !isAscii(whole)) {
      decided = true
      // In another encoding text is hardly ever UTF-8 by accident: its file was saved anew, and its declaration left.
      if (isUtf8(whole)) {
        unicode = utf8({ guess: false })
        return unicode(all, last)
      }
    }
    let text = ''
    try {
      text = decoder.decode(whole)
    } catch {
      for (let at = 0; at < whole.length;) {
        const end = whole.indexOf(0x0a, at)
        const next = end === -1 ? whole.length : end + 1
        text += decodeLine(whole.subarray(at, next))
        at = next
      }
    }
    return label === 'windows-1252' ? withUndefinedMarked(text) : text
  }
}

// Windows-1252 leaves five bytes undefined, which the web decodes as control characters.
function withUndefinedMarked(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (char) => mark(char.charCodeAt(0)))
}

// --- UTF-8 ---

/** How many bytes at the end may begin a character that is continued in the next block. */
function lengthOfCut(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return lengthByLead(byte) > back ? back : 0
  }
  return 0
}

function lengthByLead(lead: number): number {
  if (lead >= 0xf0) return lead <= 0xf4 ? 4 : 0
  if (lead >= 0xe0) return 3
  return lead >= 0xc2 ? 2 : 0
}

/** The length of the character of two bytes or more that begins at `at`, or 0. */
function characterAt(bytes: Buffer, at: number): number {
  const length = lengthByLead(bytes[at] ?? 0)
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0
}

function utf8Text(bytes: Buffer): string {
  let text = ''
  let from = 0
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0
    const length = byte < 0x80 ? 1 : characterAt(bytes, at)
    if (length === 0) {
      text += bytes.toString('utf8', from, at) + mark(byte)
      from = at + 1
    }
    at += Math.max(1, length)
  }
  return text + bytes.toString('utf8', from)
}

// --- Windows-1252 ---

const WINDOWS = new TextDecoder('windows-1252')
const HIGH = /[^\0-\x7f]/g
// How often what looks like Windows-1252 may be odd.
const ODD_SHARE = 0.2

function isEvidentlyWindows(bytes: Buffer): boolean {
  const text = WINDOWS.decode(bytes)
  const high = text.match(HIGH)?.length ?? 0
  return unlikelyIn(bytes, text).size <= high * ODD_SHARE
}

function windowsText(bytes: Buffer): string {
  const text = WINDOWS.decode(bytes)
  const unlikely = unlikelyIn(bytes, text)
  if (unlikely.size === 0) return text
  return Array.from(text, (char, at) => (unlikely.has(at) ? mark(bytes[at] ?? 0) : char)).join('')
}

// Characters that are no part of words, and what other encodings of the West and East have in words at their place.
const UNLIKELY = [
  /[\u0080-\u009f]/g,
  // Words of other alphabets; quotation marks, dashes and spaces are not of words.
  /[^\0-\x7f\u00a0\u00ab\u00bb\u2013\u2014\u2018-\u201d\u2026]{4,}/g,
  /(?<=\p{Ll})[À-ÖØ-ÞŠŒŽŸ]|(?<=\p{Lu})[À-ÖØ-ÞŠŒŽŸ](?=\p{Ll})/gu,
  // Hungarian of ISO 8859-2 and Windows-1250, whose double accents are these: `Erdõs`. Portuguese has an e behind one.
  /õ(?!e)|Õ(?=\p{L})(?![eE])|û(?=[bgkvz])|(?<=gy|sz|zs)û/gu,
  // Turkish of ISO 8859-9: `Ýstanbul`, `baþlýk`. Icelandic has these letters in other places.
  /þ(?=[bcdfghklmnpstyz])|ð(?=[ýü])|(?<=\p{L}{3})ý(?!\p{L})|Ý(?=[lnz]|st)|(?<=\d)Ð(?=\d)/gu,
  /(?<=\p{L})[¡-¦¨©¬®¯³´¶¸-¹«»¼-¿ƒˆ˜‰€‚„“”†‡‹›](?=\p{L})|[¢-¥€](?=\p{Ll})|(?<=\p{Ll})[‚„†‡ˆ‰ƒ](?!\s)/gu,
]

/** Where a text of Windows-1252 has what people hardly write: then it is something else. */
function unlikelyIn(bytes: Buffer, text: string): Set<number> {
  const places = new Set<number>()
  for (const pattern of UNLIKELY) {
    for (const { 0: found, index } of text.matchAll(pattern)) {
      for (let at = index; at < index + found.length; at += 1) places.add(at)
    }
  }
  for (let at = 0; at < bytes.length;) {
    const length = (bytes[at] ?? 0) < 0x80 ? 1 : characterAt(bytes, at)
    if (length > 1) for (let of = at; of < at + length; of += 1) places.add(of)
    at += Math.max(1, length)
  }
  return places
}

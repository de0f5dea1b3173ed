import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readArxivAtom } from './arxiv-atom.ts'
import { readBibtex } from './bibtex.ts'
import { decodeText } from './decode-text.ts'
import { collect, papersIn, refusalsIn } from '../feed.fixture.ts'
import { readJsonLines } from './jsonl.ts'
import { readWhole } from './lines.ts'

const now = new Date('2026-01-15T12:00:00Z')

async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const textOf = (chunks: AsyncIterable<Uint8Array>) => readWhole(decodeText(chunks), { limit: Infinity })

async function decode(bytes: Uint8Array): Promise<string | null> {
  const whole = await textOf(Readable.from([bytes]))
  for (const size of bytes.length < 1000 ? [1, 3] : [1001]) {
    expect(await textOf(pieces(bytes, size))).toBe(whole)
  }
  return whole
}

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()
const latin1 = (text: string) => Buffer.from(text, 'latin1')
/** Text whose characters beyond ASCII are written as bytes: `Caf\xe9`. */
const bytes = latin1

const TEXT = '{"title": "Größe 𝛼 — żółw"}\n'

describe('the encoding of a file', () => {
  it.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16, little end first, with its mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['UTF-16, big end first, with its mark', utf16be(`\ufeff${TEXT}`)],
    ['UTF-16, little end first', Buffer.from(TEXT, 'utf16le')],
    ['UTF-16, big end first', utf16be(TEXT)],
    ['UTF-16 in a gzip', gzipSync(Buffer.from(`\ufeff${TEXT}`, 'utf16le'))],
  ])('is told: %s', async (_, file) => {
    expect(await decode(file)).toBe(TEXT)
  })

  it('is told far into a file, whatever its size', async () => {
    const ascii = '{"title": "Lakes"}\n'.repeat(20_000)
    for (const tail of ['Größe 𝛼', 'é', '']) {
      expect(await decode(Buffer.from(ascii + tail))).toBe(ascii + tail)
      expect(await decode(Buffer.from(`\ufeff${ascii}${tail}`, 'utf16le'))).toBe(ascii + tail)
    }
    for (let shift = 0; shift < 5; shift += 1) {
      const text = 'x'.repeat(65_532 + shift) + '𝛼é'.repeat(10)
      expect(await decode(Buffer.from(text))).toBe(text)
      expect(await decode(latin1(`${'x'.repeat(65_532 + shift)} caf\xe9`))).toMatch(/ café$/)
    }
    expect(await decode(bytes(`${ascii}M\xfcller`))).toBe(`${ascii}Müller`)
  })

  it.each([
    ['XML', bytes('<?xml version="1.0" encoding="ISO-8859-1"?>\n<t>caf\xe9</t>'), '<t>café</t>'],
    [
      'XML',
      bytes("<?xml version='1.0' encoding='windows-1251'?>\n<t>\xcf\xf0\xe8\xe2\xe5\xf2</t>"),
      '<t>Привет</t>',
    ],
    ['XML', bytes('<?xml version="1.0" encoding="Shift_JIS"?>\n<t>\x8c\xce\n</t>'), '<t>湖\n</t>'],
    ['XML', utf16be('<?xml version="1.0" encoding="UTF-16"?>\n<t>żółw</t>'), '<t>żółw</t>'],
    ['XML, wrongly', bytes('<?xml version="1.0" encoding="utf-16"?>\n<t>caf\xc3\xa9</t>'), '<t>café</t>'],
    ['XML, wrongly', bytes('<?xml version="1.0" encoding="iso-8859-1"?>\n<t>caf\xc3\xa9</t>'), '<t>café</t>'],
    ['JabRef', bytes('% Encoding: Cp1252\n\n@misc{a, title={Caf\xe9 \x96 \x80}}'), '{Café – €}'],
    ['JabRef', bytes('% Encoding: ISO8859_2\n@misc{a, title={\xa3\xf3d\xbc}}'), '{Łódź}'],
    [
      'JabRef 2',
      bytes('This file was created with JabRef 2.10.\nEncoding: ISO8859_15\n\n@misc{a, title={\xa4}}'),
      '{€}',
    ],
    ['JabRef', bytes('% Encoding: UTF-8\n@misc{a, title={Caf\xc3\xa9}}'), '{Café}'],
    ['Emacs', bytes('% -*- coding: koi8-r -*-\n@misc{a, title={\xf0\xd2\xc9}}'), '{При}'],
    ['TeXShop', bytes('%!TEX encoding = IsoLatin\n@misc{a, title={Caf\xe9}}'), '{Café}'],
    ['Emacs', bytes('% -*- coding: latin-2-unix -*-\n@misc{a, title={\xa3\xf3d\xbc}}'), '{Łódź}'],
    [
      'Emacs, at the end',
      bytes('@misc{a, title={\xa3\xf3d\xbc}}\n% Local Variables:\n% coding: iso-8859-2\n'),
      '{Łódź}',
    ],
    ['Vim', bytes('% vim: set fileencoding=cp1250 :\n@misc{a, title={\x8aroubek}}'), '{Šroubek}'],
    [
      'BibDesk',
      bytes('%% Saved with string encoding Western (Mac OS Roman) \n\n@misc{a, title={Caf\x8e}}'),
      '{Café}',
    ],
    [
      'BibDesk',
      bytes(
        '%% Saved with string encoding Central European (Windows Latin 2) \n@misc{a, title={\x8aroubek}}',
      ),
      '{Šroubek}',
    ],
    ['KBibTeX', bytes('@comment{x-kbibtex-encoding=macroman}\n@misc{a, title={Caf\x8e}}'), '{Café}'],
  ])('is declared: %s', async (_, file, expected) => {
    expect(await decode(file)).toContain(expected)
  })

  it('refuses UTF-32', async () => {
    await expect(decode(bytes('\xff\xfe\0\0{\0\0\0'))).rejects.toThrow('The file is in UTF-32.')
    await expect(decode(bytes('\0\0\xfe\xff\0\0\0{'))).rejects.toThrow('The file is in UTF-32.')
  })
})

describe('a record', () => {
  const read = async (file: Uint8Array) => collect(readJsonLines(decodeText(Readable.from([file])), { now }))
  const line = (id: number, title: string) => `{"id": "2505.0000${id}", "title": "${title}"}\n`

  it('is read as Windows-1252 where its file evidently is that', async () => {
    const outcomes = await read(
      bytes(
        line(1, 'M\xfcller\x92s caf\xe9: \x93na\xefve\x94 \x96 5\xb5m, 30\xb0') +
          line(2, 'El Ni\xf1o, \xc9COLE, l\xb7l, \x80 5') +
          line(3, 'Informa\xe7\xf5es: \xd5(n) a\xf0 \xfer\xedtugt n\xfdr k\xfdr go\xfbt'),
      ),
    )
    expect(papersIn(outcomes).map(({ title }) => title)).toEqual([
      'Müller’s café: “naïve” – 5µm, 30°',
      'El Niño, ÉCOLE, l·l, € 5',
      'Informações: Õ(n) að þrítugt nýr kýr goût',
    ])
  })

  it('is refused where its bytes are not those of its file, and all others are taken', async () => {
    const outcomes = await read(
      bytes(
        line(1, 'Gr\xc3\xb6\xc3\x9fe') +
          line(2, 'Caf\xe9 au lait') +
          line(3, 'Lakes') +
          line(4, 'A\xed\xa0\x80'),
      ),
    )
    expect(papersIn(outcomes).map(({ title }) => title)).toEqual(['Größe', 'Lakes'])
    expect(refusalsIn(outcomes)).toEqual([
      'line 2: Its title has a byte that is not in the encoding of the file (0xE9 after “Caf”).',
      'line 4: Its title has a byte that is not in the encoding of the file (0xED after “A”).',
    ])
  })

  it.each([
    ['Windows-1251', '\xd1\xe5\xe2\xe5\xf0\xed\xfb\xe5 \xee\xe7\xe5\xf0\xe0'],
    ['KOI8-R', '\xf3\xc5\xd7\xc5\xd2\xce\xd9\xc5 \xcf\xda\xc5\xd2\xc1'],
    ['GBK', '\xb1\xb1\xb7\xbd\xba\xfe\xb2\xb4'],
    ['Shift JIS', '\x96k\x82\xcc\x8c\xce'],
    ['EUC-KR', '\xba\xcf\xc2\xca \xc8\xa3\xbc\xf6'],
    ['Mac OS Roman', 'G\x9attinger Caf\x8e f\x9fr S\x8angers'],
    ['code page 850', 'Universit\x84t f\x81r Caf\x82s'],
    ['ISO 8859-2', '\xa3\xf3d\xbc i \xb6wi\xeaty Pawe\xb3'],
    ['Windows-1250', 'Erd\xf5s'],
    ['ISO 8859-9', 'Ba\xfel\xfdk'],
    ['Mac OS Roman, a dash', '1990\xd02000'],
  ])('in %s, which its file does not declare, is refused', async (_, title) => {
    const outcomes = await read(bytes(line(1, 'Lakes') + line(2, title)))
    expect(papersIn(outcomes).map((paper) => paper.title)).toEqual(['Lakes'])
    expect(refusalsIn(outcomes)[0]).toMatch(/^line 2: Its title has a byte that is not in the encoding/)
  })

  it('is refused for what is in any of its fields', async () => {
    const bibtex = '@misc{a, title={Gr\xc3\xb6\xc3\x9fe}}\n@article{b, title={Lakes}, '
    for (const field of ['journal={f\xfcr}', 'journal={J}, volume={3\xfc}', 'publisher={M\xfcnchen}']) {
      const outcomes = await collect(readBibtex(decodeText(Readable.from([bytes(`${bibtex}${field}}\n`)]))))
      expect(papersIn(outcomes).map(({ title }) => title)).toEqual(['Größe'])
      expect(refusalsIn(outcomes)[0]).toContain('Its journal reference has a byte')
    }
    const outcomes = await read(
      bytes(line(1, 'Gr\xc3\xb6\xc3\x9fe') + '{"id": "2505.00002", "title": "T", "categories": ["f\xfcr"]}'),
    )
    expect(refusalsIn(outcomes)[0]).toContain('Its category has a byte')
  })

  it('has the characters for which a program wrote control characters', async () => {
    const outcomes = await read(Buffer.from(line(1, 'It\\u0092s \u0093deep\u0094')))
    expect(papersIn(outcomes)[0]?.title).toBe('It’s “deep”')
  })

  it('never gets a replacement character that its source does not have', async () => {
    const outcomes = await read(
      Buffer.from(
        line(1, 'Its own: \ufffd') + line(2, 'Half: \\ud83d cut') + line(3, '😀 is whole: \\ud83d\\ude00'),
      ),
    )
    expect(papersIn(outcomes).map(({ title }) => title)).toEqual([
      'Its own: \ufffd',
      'Half: cut',
      '😀 is whole: 😀',
    ])
  })

  it('of BibTeX and of XML is decoded and refused alike', async () => {
    const bibtex = (text: string) => collect(readBibtex(decodeText(Readable.from([bytes(text)]))))
    const entries = '@misc{a, title={Caf\xe9}, author={M\xfcller, J\xf6rg}}\n@misc{b, title={Lakes}}\n'
    expect(papersIn(await bibtex(entries))[0]).toMatchObject({
      title: 'Café',
      authors: [{ name: 'Jörg Müller' }],
    })
    const mixed = await bibtex(`${entries}@misc{c, title={Gr\xc3\xb6\xc3\x9fe}}`)
    expect(papersIn(mixed).map(({ title }) => title)).toEqual(['Lakes', 'Größe'])
    expect(refusalsIn(mixed)).toEqual([
      'entry a (line 1): Its title has a byte that is not in the encoding of the file (0xE9 after “Caf”).',
    ])
    const atom = (text: string) => collect(readArxivAtom(decodeText(Readable.from([bytes(text)]))))
    const entry = (id: number, title: string) =>
      `<entry><id>http://arxiv.org/abs/2505.0000${id}</id><title>${title}</title></entry>`
    const outcomes = await atom(`<feed>${entry(1, 'Gr\xc3\xb6\xc3\x9fe')}${entry(2, 'Caf\xe9')}</feed>`)
    expect(papersIn(outcomes).map(({ title }) => title)).toEqual(['Größe'])
    expect(refusalsIn(outcomes)).toHaveLength(1)
  })
})

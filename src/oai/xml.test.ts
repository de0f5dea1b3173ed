import { XMLParser, XMLValidator } from 'fast-xml-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isXmlText } from '../runtime/xml-text.ts'
import { attributes, element } from './xml.ts'

describe('XML', () => {
  it('writes no empty elements, nor attributes without a value', () => {
    expect([element('a', ''), element('a', ' \u0007 '), element('a', null), element('a', 'b')]).toEqual([
      '',
      '',
      '',
      '<a>b</a>',
    ])
    expect(attributes({ a: null, b: 0, c: '"', d: undefined })).toBe(' b="0" c="&quot;"')
  })

  it('can be read back, whatever the text is', () => {
    const parser = new XMLParser({ ignoreAttributes: false, trimValues: false, parseTagValue: false })
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const xml = `<r>${element('a', `x${text}`)}</r>`
        expect(XMLValidator.validate(xml)).toBe(true)
        if (isXmlText(text) && !text.includes('\r')) expect(parser.parse(xml).r.a).toBe(`x${text}`)
      }),
    )
  })
})

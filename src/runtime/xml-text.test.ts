import { describe, expect, it } from 'vitest'
import { escapeXml, isXmlText } from './xml-text.ts'

describe('a text in XML', () => {
  it('leaves out what XML cannot have, and keeps all else', () => {
    expect(escapeXml('a\0b\u0008c\u001fd\ud800e\udc00f\ufffeg\uffffh')).toBe('abcdefgh')
    expect(escapeXml('\t\n\u0080🌊\ue000\ufffd')).toBe('\t\n\u0080🌊\ue000\ufffd')
    expect(escapeXml('<a b="c">&\r')).toBe('&lt;a b=&quot;c&quot;&gt;&amp;&#13;')
    expect(['a', 'a\0', '\ud800', '🌊'].map(isXmlText)).toEqual([true, false, false, true])
  })
})

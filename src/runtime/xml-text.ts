/** What is no character of XML 1.0 (2.2), which no reference can write either: of a surrogate pair, either half by itself. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // Read back as it was, where readers would make it a line feed, or a space of an attribute.
  '\r': '&#13;',
}

/** A text as it is written in XML, within an element or an attribute; what XML can't have is left out. */
export function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, '').replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character)
}

/** Whether a text can be written in XML as it is. */
export function isXmlText(text: string): boolean {
  return text.search(FORBIDDEN) < 0
}

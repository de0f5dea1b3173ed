import { escapeXml } from '../runtime/xml-text.ts'

/** `<name>text</name>`; nothing where there is no text. */
export function element(name: string, text: string | null | undefined): string {
  const escaped = escapeXml(text ?? '')
  return escaped.trim() === '' ? '' : `<${name}>${escaped}</${name}>`
}

/** ` name="value"` for each that has a value. */
export function attributes(values: Readonly<Record<string, string | number | null | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('')
}

/** Fields of a header by their names in lower case; of each name the first. */
export type Fields = ReadonlyMap<string, string>

/** More than any report has recipients; the rest is not looked at. */
const MOST_GROUPS = 200
const LONGEST_VALUE = 4_000

/** The fields at the beginning of a text, up to its first empty line (RFC 5322, 2.2). What is no field is passed over. */
export function readFields(text: string): Fields {
  return fieldsIn(linesOf(text.replace(/^(?:\r?\n)+/, '').split(/\r?\n[ \t]*\r?\n/, 1)[0] ?? ''))
}

/** The groups of fields that empty lines part, as a delivery status has them: of the message, then of each recipient. */
export function readGroups(text: string): Fields[] {
  return text
    .split(/\r?\n[ \t]*\r?\n/, MOST_GROUPS)
    .map((group) => fieldsIn(linesOf(group)))
    .filter((fields) => fields.size > 0)
}

function linesOf(text: string): string[] {
  return text.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
}

function fieldsIn(lines: string[]): Fields {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase()
    if (!/^[!-9;-~]{1,80}$/.test(name) || fields.has(name)) continue
    fields.set(name, line.slice(colon + 1, colon + 1 + LONGEST_VALUE).trim())
  }
  return fields
}

/** A field of an entry: its pieces, which `#` joins (`name` is a string defined elsewhere), and the entry without its value. */
export type TakenField = { pieces: ({ text: string } | { name: string })[]; rest: string }

const NAME = /([A-Za-z][\w:-]*)\s*=\s*/y
const OPENING = /^@[A-Za-z]+\s*[{(]/
const BARE = /[^\s,#{}"()=]+/y
const JOINT = /\s*#\s*/y

/**
 * Takes the first field called `name` (in small letters) out of an entry, in time linear in its length; null where it has
 * none, or one that is not as BibTeX wants it. The entry keeps its lines.
 */
export function takeField(entry: string, name: string): TakenField | null {
  let depth = 0
  let quoted = false
  let afterComma = false
  for (let at = OPENING.exec(entry)?.[0].length ?? entry.length; at < entry.length; at += 1) {
    const char = entry.charAt(at)
    if (char === '\\') at += 1
    else if (char === '{') depth += 1
    else if (char === '}') depth -= 1
    else if (depth === 0 && char === '"') quoted = !quoted
    else if (depth === 0 && !quoted && char === ',') afterComma = true
    else if (depth === 0 && !quoted && afterComma && /\S/.test(char)) {
      afterComma = false
      NAME.lastIndex = at
      const match = NAME.exec(entry)
      if (match === null) continue
      if (match[1]?.toLowerCase() === name) return valueAt(entry, at + match[0].length)
      at += match[0].length - 1
    }
  }
  return null
}

function valueAt(entry: string, start: number): TakenField | null {
  const pieces: TakenField['pieces'] = []
  for (let at = start; ;) {
    const char = entry.charAt(at)
    if (char === '{' || char === '"') {
      const end = endOfPiece(entry, at)
      if (end === -1) return null
      pieces.push({ text: entry.slice(at + 1, end) })
      at = end + 1
    } else {
      BARE.lastIndex = at
      const bare = BARE.exec(entry)?.[0]
      if (bare === undefined) return null
      pieces.push(/^\d+$/.test(bare) ? { text: bare } : { name: bare })
      at += bare.length
    }
    JOINT.lastIndex = at
    const joint = JOINT.exec(entry)?.[0]
    if (joint === undefined) {
      const lines = entry.slice(start, at).replace(/[^\n]+/g, '')
      return { pieces, rest: `${entry.slice(0, start)}{${lines}}${entry.slice(at)}` }
    }
    at += joint.length
  }
}

function endOfPiece(entry: string, start: number): number {
  const closer = entry[start] === '{' ? '}' : '"'
  let depth = 0
  for (let at = start + 1; at < entry.length; at += 1) {
    const char = entry.charAt(at)
    if (char === '\\') at += 1
    else if (char === closer && depth === 0) return at
    else if (char === '{') depth += 1
    else if (char === '}') depth -= 1
  }
  return -1
}

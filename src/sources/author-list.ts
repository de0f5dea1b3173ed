const SUFFIX = /^(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?d)\.?$/i
const ET_AL = /^(?:et\.?\s+al(?:ii|ia)?\b.*|others)$/i

/**
 * The names in an arXiv author line: `A. B. Smith, C. Jones (MIT) and the CMS Collaboration`. Affiliations in
 * parentheses are left out, `et al.` too; `Jr.` stays with its name.
 */
export function splitAuthorLine(line: string): string[] {
  const names: string[] = []
  for (const part of withoutParentheses(line).split(/[,;]|:(?=\s)/)) {
    for (const piece of splitAtAnd(part)) {
      const name = piece.replace(/\s+et\.?\s+al\.?\s*$/i, '').trim()
      if (name === '' || ET_AL.test(name)) continue
      if (SUFFIX.test(name) && names.length > 0) names.push(`${names.pop()} ${name}`)
      else names.push(...splitAtCollaboration(name))
    }
  }
  return names
}

function withoutParentheses(text: string): string {
  let depth = 0
  let kept = ''
  for (const char of text) {
    if (char === '(') depth += 1
    else if (char === ')') depth = Math.max(0, depth - 1)
    else if (depth === 0) kept += char
    if (char === ')' && depth === 0) kept += ' '
  }
  return kept
}

function splitAtAnd(part: string): string[] {
  if (/\band\b.*\bcollaborations\s*$/i.test(part)) return [part]
  return part.split(/(?:^|\s)(?:and|&)(?=\s|$)/i)
}

function splitAtCollaboration(name: string): string[] {
  const behalf =
    /^(.*?\S)\s+(?:for|on behalf of)\s+(?:the\s+)?(\S.*\b(?:collaborations?|consortium|team|group))$/i.exec(
      name,
    )
  if (behalf) return [behalf[1] ?? '', behalf[2] ?? '']
  return [name.replace(/^(?:for|on behalf of)\s+(?=the\s)/i, '')]
}

const SPECIALS: Readonly<Record<string, string>> = {
  '\\textasciitilde': '~',
  '\\textunderscore': '_',
  '\\textbackslash': '\\',
  '\\sim': '~',
  '\\~': '~',
}

/** A URL as TeX writes it, without TeX's escapes and braces: `a\_b`, `{\textasciitilde}me`, `https://host/{Label}`. */
export function unescapeUrl(source: string): string {
  return source
    .replace(/\\(?:textasciitilde|textunderscore|textbackslash|sim|~)(?:\{\}|\s)?/g, (macro) => {
      return SPECIALS[macro.replace(/(?:\{\}|\s)$/, '')] ?? macro
    })
    .replace(/\\(?=[%#&_$^{}\\-])/g, '')
    .replace(/[{}]/g, '')
    .trim()
}

/**
 * An absolute http(s) address that may be linked, from a URL as an author writes it (`github.com/a/b` gets a scheme);
 * null for any other scheme, for addresses with a user name in them (they look like another host), and for no URL.
 */
export function linkable(source: string): string | null {
  if (source.length > 2000 || /[\s<>"`]/.test(source)) return null
  const absolute = /^https?:\/\//i.test(source)
    ? source
    : /^(?:[a-z\d-]+\.)+[a-z]{2,}(?:[/?#]|$)/i.test(source)
      ? `https://${source}`
      : null
  if (absolute === null || !URL.canParse(absolute)) return null
  const url = new URL(absolute)
  if (url.username !== '' || url.password !== '' || !url.hostname.includes('.')) return null
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
}

// A bare URL: TeX's escapes belong to it, its other macros and white space don't.
const BARE = /https?:\/\/(?:\\[%#&_~]|[^\s<>"\\{}$`|^\u00A0\u2018-\u201D\u3000-\u303F\uFF00-\uFFEF])+/iy

/** The end of the bare URL that starts at `start` of the text, without the sentence's punctuation behind it. */
export function bareUrlEnd(text: string, start: number): number {
  BARE.lastIndex = start
  const found = BARE.exec(text)?.[0]
  if (found === undefined) return start
  let end = found.length
  let opened = 0
  for (const character of found) opened += character === '(' ? 1 : character === ')' ? -1 : 0
  for (; end > 0; end--) {
    const last = found.charAt(end - 1)
    if (last === ')' && opened < 0) opened++
    else if (!/[.,;:!?'*\]~]/.test(last)) break
  }
  return start + end
}

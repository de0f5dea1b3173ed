type Asked =
  | { kind: 'all' }
  | { kind: 'unchanged' }
  /** First and last byte. */
  | { kind: 'part'; start: number; end: number }
  | { kind: 'beyond' }

/**
 * What of a file is asked for, by RFC 9110: nothing where it has not changed, one range where one is asked for and the file is
 * still the same, and all of it otherwise (also where several ranges are asked for, or what is no range at all).
 */
export function rangeAsked(
  header: (name: string) => string | undefined,
  { size, etag, modified }: { size: number; etag: string; modified: Date },
): Asked {
  const tags = header('if-none-match')
  const since = header('if-modified-since')
  const isUnchanged =
    tags === undefined
      ? since !== undefined && Date.parse(since) >= modified.getTime()
      : tags.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
  if (isUnchanged) return { kind: 'unchanged' }

  const condition = header('if-range')
  const isSame = condition === undefined || condition === etag || condition === modified.toUTCString()
  const [, first, last] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header('range') ?? '') ?? []
  if (!isSame || first === undefined || last === undefined || (first === '' && last === ''))
    return { kind: 'all' }
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return { kind: 'all' }
  return start > end ? { kind: 'beyond' } : { kind: 'part', start, end }
}

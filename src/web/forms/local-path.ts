/** A path on this site from a submitted text; `otherwise` if it leads anywhere else (an open redirect). */
export function localPath(text: string | undefined, otherwise = '/'): string {
  if (text === undefined || text.length > 2_000 || !/^\/(?![/\\])[^\\\s\p{Cc}]*$/u.test(text))
    return otherwise
  const base = 'http://site.invalid'
  const url = URL.parse(text, base)
  // Once its dots are resolved, /.//host names a host too.
  return url?.origin === base && !url.pathname.startsWith('//')
    ? url.pathname + url.search + url.hash
    : otherwise
}

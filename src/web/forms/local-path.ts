/** A path on this site out of what somebody sent; `otherwise` when it leads anywhere else (an open redirect). */
export function localPath(text: string | undefined, otherwise = '/'): string {
  if (text === undefined || text.length > 2_000 || !/^\/(?![/\\])[^\\\s\p{Cc}]*$/u.test(text))
    return otherwise
  const base = 'http://site.invalid'
  const url = URL.parse(text, base)
  // What is left of /.//host once its dots are gone names a host as well.
  return url?.origin === base && !url.pathname.startsWith('//')
    ? url.pathname + url.search + url.hash
    : otherwise
}

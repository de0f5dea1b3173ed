import { expect } from 'vitest'

/** A tag as our pages write them: attributes in double quotes, nothing odd between them. */
const TAG = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*\/?>/g
const ATTRIBUTE = /([\w:-]+)(?:="([^"]*)")?/g

/** What a page may be made of; nothing that loads, runs or embeds anything but what stands in SCRIPTS. */
const FORBIDDEN = new Set([
  'iframe',
  'object',
  'embed',
  'base',
  'style',
  'foreignobject',
  'img',
  'video',
  'audio',
  'applet',
  'marquee',
  'template',
  'frameset',
  'portal',
  'animate',
  'set',
  'mglyph',
  'malignmark',
  'noscript',
  'plaintext',
  'xmp',
  'annotation-xml',
  'maction',
])
const URLS = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'cite',
  'data',
  'poster',
  'xlink:href',
  'content-url',
])

/** What the site's own scripts are loaded with; nothing else is one. */
const OWN_SCRIPT = /^<script (?:type="module" )?src="\/assets\/\w+\.js">$/

/** The frame in which an example of an email is shown: it runs nothing. */
const OWN_FRAME =
  /^<iframe title="[^"]*" src="\/subscribe\/preview\/email\?[^"]*" sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" loading="lazy">$|^<\/iframe>$/

/** What a paper's page shows of how it looks on others. */
const OWN_BADGE = /^<img src="\/papers\/[^"?#]+\/badge\.svg" alt="[^"]*" height="20" loading="lazy"\/?>$/

/** That markup is ours alone, whatever texts stand in it: each `<` begins a tag that is allowed, and each link leads somewhere harmless. */
export function expectInert(where: unknown, html: string): void {
  const wrong: string[] = []
  const page = html
    .replace(/^<!doctype html>/i, '')
    // What it says to programs: JSON, in which no tag can end.
    .replaceAll(/<script type="application\/ld\+json">([^<]*)<\/script>/g, (_, json: string) => {
      JSON.parse(json)
      return ''
    })
  const left = page.replaceAll(TAG, (tag, end: string, name: string, attributes: string) => {
    const lower = name.toLowerCase()
    if (FORBIDDEN.has(lower) && !OWN_FRAME.test(tag) && !OWN_BADGE.test(tag)) wrong.push(tag)
    if (lower === 'script' && end === '' && !OWN_SCRIPT.test(tag)) wrong.push(tag)
    if (lower === 'meta' && /http-equiv/i.test(tag)) wrong.push(tag)
    for (const [, attribute = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
      const key = attribute.toLowerCase()
      if (/^on|^style$|^srcdoc$|^is$/.test(key)) wrong.push(tag)
      if (URLS.has(key) && !isHarmless(value, key)) wrong.push(tag)
    }
    return ''
  })
  const at = left.indexOf('<')
  if (at >= 0) wrong.push(left.slice(Math.max(0, at - 60), at + 200))
  expect([where, wrong]).toEqual([where, []])
}

/** Whether an address runs nothing; only links lead elsewhere. */
function isHarmless(value: string, key: string): boolean {
  const address = value
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
  const url = URL.parse(address, 'https://tides.example')
  if (!url || !/^(?:https?|mailto):$/.test(url.protocol)) return false
  return key === 'href' || url.origin === 'https://tides.example'
}

/** The same of an email, whose look stands in its elements: styles that load nothing, and what only Word reads. */
export function expectInertMail(where: unknown, html: string): void {
  const bare = html
    .replaceAll(/<!--\[if mso\]>[^]*?<!\[endif\]-->/g, '')
    .replace(/<style>[^<]*<\/style>/, '')
    .replace('<head><base target="_blank">', '<head>')
    .replaceAll(/ style="(?![^"]*(?:url\(|expression|import|behavior))[^"<>]*"/gi, '')
  expectInert(where, bare)
}

import { expect } from 'vitest'

/** A tag as our pages write them: attributes in double quotes, nothing odd between them. */
const TAG = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*\/?>/g
const ATTRIBUTE = /([\w:-]+)(?:="([^"]*)")?/g

/** What a page may be made of; nothing that loads, runs or embeds anything but what stands in SCRIPTS. */
const FORBIDDEN = new Set(['iframe', 'object', 'embed', 'base', 'style', 'foreignobject', 'img', 'video', 'audio', 'applet', 'marquee', 'template', 'frameset', 'portal', 'animate', 'set', 'mglyph', 'malignmark', 'noscript', 'plaintext', 'xmp', 'annotation-xml', 'maction'])
const URLS = new Set(['href', 'src', 'action', 'formaction', 'cite', 'data', 'poster', 'xlink:href', 'content-url'])

/** That markup is ours alone, whatever texts stand in it: each `<` begins a tag that is allowed, and each link leads somewhere harmless. */
export function expectInert(where: unknown, html: string): void {
  const page = html
    .replace(/^<!doctype html>/i, '')
    // What it says to programs: JSON, in which no tag can end.
    .replaceAll(/<script type="application\/ld\+json">([^<]*)<\/script>/g, (_, json: string) => {
      JSON.parse(json)
      return ''
    })
  const left = page.replaceAll(TAG, (tag, end: string, name: string, attributes: string) => {
    const lower = name.toLowerCase()
    expect([where, tag, FORBIDDEN.has(lower)]).toEqual([where, tag, false])
    if (lower === 'script' && end === '') expect([where, tag]).toEqual([where, expect.stringMatching(/^<script (?:type="module" )?src="\/assets\/\w+\.js">$/)])
    if (lower === 'meta') expect([where, tag]).not.toEqual([where, expect.stringMatching(/http-equiv/i)])
    for (const [, attribute = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
      const key = attribute.toLowerCase()
      expect([where, tag, /^on|^style$|^srcdoc$|^is$/.test(key)]).toEqual([where, tag, false])
      if (URLS.has(key)) expectHarmless(where, value, key)
    }
    return ''
  })
  const at = left.indexOf('<')
  expect([where, at < 0 ? '' : left.slice(Math.max(0, at - 60), at + 200)]).toEqual([where, ''])
}

function expectHarmless(where: unknown, value: string, key: string) {
  const address = value.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>')
  const { protocol, origin } = new URL(address, 'https://tides.example')
  expect([where, key, address, protocol]).toEqual([where, key, address, expect.stringMatching(/^(?:https?|mailto):$/)])
  // Only links lead elsewhere.
  if (key !== 'href') expect([where, key, address, origin]).toEqual([where, key, address, 'https://tides.example'])
}

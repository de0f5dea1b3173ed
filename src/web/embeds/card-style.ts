import { createHash } from 'node:crypto'
import type { Assets } from '../assets.ts'

const RULES = `
:root {
  color-scheme: light dark;
  --paper: #fcfaf5;
  --ink: #1c1a17;
  --ink-soft: #57524a;
  --rule: #d9d2c3;
  --accent: #8a1f17;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161513;
    --ink: #ebe6dc;
    --ink-soft: #b3ab9d;
    --rule: #3a3630;
    --accent: #f0937f;
  }
}
* { box-sizing: border-box; margin: 0; }
html, body { height: 100%; }
body {
  background: var(--paper);
  color: var(--ink);
  font: 400 16px/1.4 Newsreader, 'Iowan Old Style', 'Palatino Linotype', Palatino, Georgia, serif;
}
main {
  display: flex;
  flex-direction: column;
  min-height: 100%;
  padding: 14px 18px 13px;
  border: 1px solid var(--rule);
  border-top: 3px solid var(--accent);
}
a { color: inherit; text-decoration: none; }
a:hover { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.head {
  display: flex;
  justify-content: space-between;
  gap: 16px;
  padding-bottom: 8px;
  border-bottom: 1px solid var(--rule);
  font-size: 14px;
}
.head a { font-weight: 700; white-space: nowrap; }
.topic { overflow: hidden; color: var(--accent); text-overflow: ellipsis; white-space: nowrap; }
h1 {
  margin-block: auto 4px;
  padding-top: 10px;
  font-size: clamp(18px, 5.2vw, 25px);
  font-weight: 600;
  letter-spacing: -.01em;
  line-height: 1.16;
  overflow-wrap: anywhere;
  text-wrap: balance;
  unicode-bidi: plaintext;
}
h1 a, .by {
  display: -webkit-box;
  overflow: hidden;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 3;
}
.by { color: var(--ink-soft); font-size: 15px; line-height: 1.35; -webkit-line-clamp: 2; }
.foot {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 16px;
  margin-top: auto;
  padding-top: 10px;
  color: var(--ink-soft);
  font-size: 14px;
}
.foot strong { color: var(--accent); font-weight: 600; }
.foot time { margin-inline-start: auto; }
`

/**
 * The style of a card, in the page itself: other sites may show it in a frame that can load nothing. Its typeface comes from
 * the site where the frame lets it.
 */
export function cardStyle({ fonts }: Assets): { css: string; hash: string } {
  const known = made.get(fonts)
  if (known) return known
  const [font] = fonts
  const face =
    font === undefined
      ? ''
      : `@font-face{font-family:Newsreader;font-weight:200 800;font-display:swap;src:url('${font}') format('woff2')}`
  const css = face + RULES
  const style = { css, hash: `sha256-${createHash('sha256').update(css).digest('base64')}` }
  made.set(fonts, style)
  return style
}

const made = new WeakMap<Assets['fonts'], { css: string; hash: string }>()

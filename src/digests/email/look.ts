/**
 * How mails look: the colours of the site (web/public/base.css), written on every element, for mail programs keep little else.
 * Each has a class of one letter, by which programs that know the dark turn it: `[property, light, dark]`.
 */
export const COLOURS = {
  /** The paper. */
  p: ['background-color', '#fcfaf5', '#161513'],
  /** Paper under what stands out. */
  d: ['background-color', '#f4f0e6', '#201e1b'],
  /** What is read. */
  i: ['color', '#1c1a17', '#ebe6dc'],
  /** What is said beside it. */
  s: ['color', '#57524a', '#b3ab9d'],
  /** What must be seen. */
  a: ['color', '#8a1f17', '#f0937f'],
  /** Lines. */
  r: ['border-color', '#d9d2c3', '#3a3630'],
  /** Strong lines. */
  t: ['border-color', '#1c1a17', '#ebe6dc'],
  e: ['border-color', '#8a1f17', '#f0937f'],
  /** A button, and what is written on it. */
  b: ['background-color', '#8a1f17', '#f0937f'],
  w: ['color', '#fcfaf5', '#161513'],
} as const

export const PAPER = COLOURS.p[1]
export const DEEP = COLOURS.d[1]
export const INK = COLOURS.i[1]
export const SOFT = COLOURS.s[1]
export const ACCENT = COLOURS.a[1]
export const RULE = COLOURS.r[1]
export const ON_ACCENT = COLOURS.w[1]

/**
 * Fonts that Word too finds: it sets everything in Times if it does not know the first. No quotation marks, which would take five
 * bytes each in an attribute.
 */
export const SERIF = 'Georgia,serif'
export const SANS = 'Helvetica,Arial,sans-serif'

/** The width of a mail where there is room, and of what is in it, in pixels. */
export const WIDTH = 600
export const MARGIN = 24

const dark = (type: string, before = '') =>
  Object.entries(COLOURS)
    .filter(([, [property]]) => property.startsWith(type))
    .map(([name, [property, , colour]]) => `${before}.${name}{${property}:${colour}!important}`)
    .join('')

/**
 * The only style sheet: the dark, in Outlook.com by its own marks, and narrow screens. Programs that drop it show the mail as it
 * is by itself.
 */
export const STYLE = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  `@media (prefers-color-scheme:dark){${dark('')}}`,
  '@media (max-width:480px){.g{padding-left:16px!important;padding-right:16px!important}.n{width:34px!important}.h{font-size:26px!important}.v{display:block!important;padding:5px 0!important;width:auto!important;text-align:left!important;white-space:normal!important}}',
  dark('color', '[data-ogsc] '),
  dark('background', '[data-ogsb] '),
  dark('border', '[data-ogsc] '),
].join('\n')
